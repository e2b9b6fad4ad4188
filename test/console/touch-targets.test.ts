import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../support/client.ts';
import { startTestNode } from '../support/node.ts';
import { asked, makeFunction } from './function-support.ts';
import { goTo, noBrowser, openBrowser } from './support.ts';

const SCREENS = [
  '',
  'create',
  'functions',
  ...['', 'configuration', 'triggers', 'invocations', 'releases', 'permissions'].map((tab) => `functions/meta/${tab}`),
  ...['invocations', 'logs', 'alerts', 'events', 'schedules', 'buckets/photos', 'key-values/settings', 'queues/jobs'],
  ...['secrets', 'nodes', 'people/quotas', 'audit', 'profile'],
];

/**
 * What WCAG 2.2 calls too small a target: less than 24 px wide or high, and with another one within the circle of 24 px around its
 * middle; but not a link within a sentence. A label belongs to what it names.
 */
const TOO_SMALL = `(() => {
  const TARGETS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=slider], [tabindex="0"]';
  const targets = [...document.querySelectorAll(TARGETS)].filter(
    (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getBoundingClientRect().width > 0,
  );
  const boxes = targets.map((element) => {
    const label = element.matches('input') ? document.querySelector('label[for="' + CSS.escape(element.id) + '"]') : null;
    const isSwitch = element.matches('[type=checkbox], [type=radio]');
    const all = [element, ...(label && isSwitch ? [label] : [])].map((each) => each.getBoundingClientRect());
    const [left, top] = [Math.min(...all.map((box) => box.left)), Math.min(...all.map((box) => box.top))];
    const [right, bottom] = [Math.max(...all.map((box) => box.right)), Math.max(...all.map((box) => box.bottom))];
    return { element, left, top, right, bottom, x: (left + right) / 2, y: (top + bottom) / 2, isSmall: Math.min(right - left, bottom - top) < 23.5 };
  });
  const isWithinWords = ({ element }) =>
    getComputedStyle(element).display === 'inline' &&
    [...element.parentElement.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim().length > 2);
  const isNear = (one, other) => {
    if (one.element.contains(other.element) || other.element.contains(one.element)) return false;
    if (other.isSmall) return Math.hypot(one.x - other.x, one.y - other.y) < 24;
    const far = (at, from, to) => Math.max(from - at, 0, at - to);
    return Math.hypot(far(one.x, other.left, other.right), far(one.y, other.top, other.bottom)) < 12;
  };
  const nameOf = ({ element }) => element.tagName + ' ' + (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40);
  return boxes.filter((box) => box.isSmall && !isWithinWords(box)).flatMap((box) => {
    const near = boxes.find((other) => other !== box && isNear(box, other));
    return near === undefined ? [] : [nameOf(box) + ' near ' + nameOf(near)];
  });
})()`;

test('whatever is touched is large enough for a finger, or far enough from what else is', {
  skip: noBrowser,
}, async (t) => {
  const [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
  t.after(() => Promise.all([browser.close(), node.close()]));
  await makeFunction(node);
  await createClient(node.url).request('PUT', '/v1/kv/settings/colour', { body: 'blue' });
  await asked(node, 'PUT', '/v1/queues/jobs', {});
  await asked(node, 'PUT', '/v1/quotas/media', { functions: 3 });
  const context = await browser.newContext({ viewport: { width: 360, height: 900 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  const found: string[] = [];
  for (const screen of SCREENS) {
    await goTo(page, `${node.url}/console/${screen}`);
    for (const fault of (await page.evaluate(TOO_SMALL)) as string[]) found.push(`${screen}: ${fault}`);
  }
  assert.deepEqual(found, []);
});
