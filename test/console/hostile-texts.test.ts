import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask } from './ask.ts';
import { assertNoOverflow, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HTML = '<img src=x onerror="document.title=\'hacked\'"><script>document.title="hacked"</script>';
/** What acts on terminals, what reorders letters, and one long word. */
const TEXT = `${HTML} \x1b[2J \u202egnp.exe ${'n'.repeat(120)}`;
const OWNER = `<b onclick="x">&${'o'.repeat(100)}`;

/** Where texts are shown that anybody wrote who may write them at all. */
const SCREENS = [
  '/',
  '/functions',
  '/functions/evil',
  '/functions/evil/versions',
  '/functions/evil/aliases',
  '/functions/evil/settings',
  '/functions/evil/triggers',
  '/invocations',
  '/logs',
  '/alerts',
  '/events',
  '/schedules',
  '/buckets/photos',
  '/queues/jobs',
  '/repositories',
  '/repositories/r1',
  '/secrets',
  '/people/teams',
  '/people/roles',
  '/people/policies',
  '/audit',
];

/** Where these texts are what one looks for: nothing turns their letters around there. */
const READ_CLOSELY = ['/functions/evil', '/functions/evil/invocations', '/invocations', '/logs'];

describe('hostile texts in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    const inline =
      'export const handler = async (e) => { console.log(e.x); throw Object.assign(new Error(e.x), { name: e.x }); };';
    const config = { runtime: 'node', owner: OWNER, description: TEXT, tags: { note: TEXT }, environment: { A: TEXT } };
    await ask(node, 'PUT', '/v1/functions/evil', { code: { inline, fileName: 'main.mjs' }, config });
    for (let n = 0; n < 3; n++)
      await node.request('POST', '/v1/functions/evil/invoke', {
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ x: TEXT }),
      });
    const description = TEXT;
    const weights = [{ version: 1, weight: 100 }];
    for (const [path, body] of [
      ['/v1/functions/evil/aliases/prod', { versions: weights, description }],
      ['/v1/teams/shop', { description: HTML }],
      [
        '/v1/roles/reader',
        {
          description: HTML,
          statements: [{ effect: 'allow', actions: ['function:list'], resources: ['function:<b>\u202ex'] }],
        },
      ],
      ['/v1/policies/small', { description, message: HTML, mode: 'warn', rules: { maxMemoryMb: 64 } }],
      ['/v1/repositories/r1', { description: HTML }],
      ['/v1/execution-roles/er', { description, owner: OWNER, grants: [] }],
      ['/v1/buckets/photos', {}],
      ['/v1/queues/jobs', {}],
      ['/v1/secrets/key', { value: 'a-value', description: HTML }],
    ] as const)
      await ask(node, 'PUT', path, body);
    await ask(node, 'POST', '/v1/alerts/silences', { function: 'evil', forMs: 600_000, reason: TEXT });
    const schedule = { expression: 'rate(1 hour)' };
    await ask(node, 'POST', '/v1/triggers', { type: 'schedule', function: 'evil', name: 'tick', options: schedule });
    const key = encodeURIComponent(TEXT);
    const put = await node.request('PUT', `/v1/buckets/photos/objects/${key}`, { body: TEXT });
    assert.ok(put.status < 300, put.text);
    assert.ok((await node.request('POST', '/v1/queues/jobs/messages', { body: TEXT })).status < 300);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('are shown as texts, on every screen, and make none wider than its window', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { width: 360, scheme: 'dark' });
    let shown = 0;
    for (const screen of SCREENS) {
      await goTo(page, `${node.url}/console${screen}`);
      const made = await page.evaluate("document.querySelectorAll('img[src=x], b[onclick], main script').length");
      assert.equal(made, 0, screen);
      assert.doesNotMatch(await page.title(), /hacked/, screen);
      shown += await page.getByText('onerror=').count();
      await assertNoOverflow(page);
      assertClean();
    }
    for (const screen of READ_CLOSELY) {
      await goTo(page, `${node.url}/console${screen}`);
      await page.locator('main').getByText('\\u202egnp.exe').first().waitFor();
      assert.ok(!(await page.locator('main').textContent())?.includes('\u202e'), screen);
      assertClean();
    }
    assert.ok(shown > 10, `they were shown ${shown} times`);
  });
});
