import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { openEmbeddedStore } from '../../src/store/embedded/store.ts';
import type { LogRecord } from '../../src/store/journal.ts';
import { createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

/** `LINES=1000000` measures a million, in the console as it is; fewer are shown as a million are, by one that draws less high. */
const wanted = process.env.LINES;
const LINES = Number(wanted ?? 100_000);
/** The height beyond which not each line has a pixel of its own, as the console is built with it, and one that these lines are beyond. */
const BUILT_MAX_PX = /\b14e6\b/g;
const LOW_MAX_PX = 700_000;
const SPAN_MS = 3 * 3_600_000;
/** Appended before the journal's thread is waited for, well below the backlog at which lines are dropped. */
const CHUNK = 10_000;
/** Rows that the list draws beside those in view. */
const MOST_DRAWN = 90;
const LATER = 400;
const SHOP = `exports.handler = ({ lines }) => {
  for (let n = 1; n <= lines; n++) console.log('later line ' + n);
};`;

/** Lines of ten sandboxes over three hours, as a node writes them. */
async function writeLines(folder: string): Promise<void> {
  const store = await openEmbeddedStore({ folder });
  try {
    const endMs = Date.now() - 1_000;
    for (let n = 1; n <= LINES; n++) {
      store.journal.appendLog(lineOf(n, endMs - SPAN_MS + Math.floor((n * SPAN_MS) / LINES)));
      if (n % CHUNK === 0) await store.journal.stats();
    }
    await store.journal.flush();
    assert.equal((await store.journal.stats()).dropped, 0);
  } finally {
    await store.close();
  }
}

function lineOf(n: number, timeMs: number): LogRecord {
  return {
    timeMs,
    function: `shop-${n % 4}`,
    version: 1,
    invocationId: `00000000-0000-4000-8000-${String(n >> 10).padStart(12, '0')}`,
    sandboxId: `sandbox-${n % 10}`,
    stream: 'stdout',
    level: n % 50 === 0 ? 'error' : 'info',
    text: n % 10 === 0 ? JSON.stringify({ msg: `line ${n} of all`, status: 200, ms: n % 97 }) : `line ${n} of all`,
  };
}

/** Keeps the bar at its begin until so many lines are there, and tells the most rows that were drawn. */
const READ_ALL = (lines: number) => `new Promise((resolve) => {
  let most = 0;
  const look = () => {
    const list = document.querySelector('[role="listbox"]');
    most = Math.max(most, list.querySelectorAll('[role="option"]').length);
    if (Number(list.querySelector('[data-lines]').dataset.lines) >= ${lines}) return resolve(most);
    if (list.scrollTop > 0) list.scrollTop = 0;
    requestAnimationFrame(look);
  };
  look();
})`;
const SCROLL = `new Promise((resolve) => {
  const list = document.querySelector('[role="listbox"]');
  let frames = 0;
  const step = () => {
    list.scrollTop = list.scrollHeight * (0.5 + 0.4 * Math.sin(frames / 20));
    if (++frames > 120) return resolve();
    requestAnimationFrame(step);
  };
  step();
})`;
const WATCH = `{
  const seen = (window.seen = []);
  let last = performance.now();
  const frame = (now) => { seen.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}`;

/** As a browser that makes no element higher than `LOW_MAX_PX`; what is returned fails where the page was not made to draw so. */
async function drawsLow(page: Page): Promise<() => void> {
  if (wanted !== undefined) return () => undefined;
  let found = 0;
  await page.route('**/assets/*.js', async (route) => {
    const code = await (await route.fetch()).text();
    found += code.match(BUILT_MAX_PX)?.length ?? 0;
    await route.fulfill({
      contentType: 'text/javascript; charset=utf-8',
      body: code.replace(BUILT_MAX_PX, String(LOW_MAX_PX)),
    });
  });
  return () => assert.equal(found, 1, 'the greatest height of a long list, in its code');
}

const list = (page: Page): Locator => page.getByRole('listbox', { name: 'Log lines' });
const rows = (page: Page): Locator => list(page).getByRole('option');
const count = async (page: Page): Promise<number> =>
  Number(await page.locator('[data-lines]').getAttribute('data-lines'));
const numbers = async (page: Page): Promise<number[]> =>
  (await rows(page).allInnerTexts()).map((text) => Number(/line (\d+) of/.exec(text)?.[1] ?? Number.NaN));

async function frames(page: Page): Promise<string> {
  const seen = ((await page.evaluate('window.seen.splice(0)')) as number[]).sort((one, other) => one - other);
  const at = (part: number) => Math.round(seen[Math.min(seen.length - 1, Math.floor(seen.length * part))] ?? 0);
  return `${seen.length} frames, 95 % within ${at(0.95)} ms, at most ${at(1)} ms`;
}

describe(`${LINES.toLocaleString('en-GB')} lines in the console`, { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    folder = await temporaryFolder();
    await writeLines(folder.folder);
    [browser, node] = await Promise.all([openBrowser(), startTestNode({ data: folder.folder })]);
    await createClient(node.url).put('later', SHOP, { runtime: 'node' });
  });
  after(async () => {
    await browser?.close();
    await node?.close();
    await folder?.remove();
  });

  test('all are read, each is reached, few are drawn, and what is read stays in its place', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const assertLow = await drawsLow(page);
    await goTo(page, `${node.url}/console/logs?from=12h`);
    assertLow();
    await page.locator('button[data-tail="live"]').waitFor();
    await rows(page).first().waitFor();
    await page.evaluate(WATCH);
    const beganMs = performance.now();
    const most = (await page.evaluate(READ_ALL(LINES))) as number;
    const seconds = (performance.now() - beganMs) / 1_000;
    t.diagnostic(`while ${LINES} lines were read, in ${seconds.toFixed(0)} s: ${await frames(page)}`);
    assert.ok(most <= MOST_DRAWN, `${most} rows were drawn`);
    assert.equal(await count(page), LINES, 'each line once');

    await list(page).focus();
    await page.keyboard.press('Home');
    await rows(page).getByText('line 1 of all', { exact: true }).waitFor();
    await page.keyboard.press('End');
    await eventually(async () => assert.equal((await numbers(page)).at(-1), LINES));
    await page.evaluate('window.seen.length = 0');
    await page.evaluate(SCROLL);
    t.diagnostic(`scrolled by its bar: ${await frames(page)}`);
    assert.ok((await rows(page).count()) <= MOST_DRAWN);

    for (const part of [0.75, 0.25, 0.5]) {
      await list(page).evaluate((element: { scrollTop: number; scrollHeight: number }, share) => {
        element.scrollTop = element.scrollHeight * share;
      }, part);
      await eventually(async () => {
        const shown = await numbers(page);
        assert.ok(Math.abs(shown[30]! - LINES * part) < 100, `${shown[30]} at ${part}`);
        assert.deepEqual(
          shown,
          shown.map((_, at) => shown[0]! + at),
          'without a gap',
        );
      });
    }
    const middle = rows(page).getByText(`line ${(await numbers(page))[36]} of all`);
    const placeBefore = (await middle.boundingBox())!.y;
    await createClient(node.url).result('later', { lines: LATER });
    const newer = page.getByRole('button', { name: `${LATER} new` });
    await newer.waitFor();
    const moved = Math.abs((await middle.boundingBox())!.y - placeBefore);
    assert.ok(moved < 1, `what is read moved by ${moved} px when more came`);
    await newer.click();
    await rows(page).getByText(`later line ${LATER}`, { exact: true }).waitFor();
    assertClean();
  });

  test('a time is gone to by the bars, and from there to what lies before and after', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?from=4h&live=0`);
    const bars = page.getByRole('slider', { name: /^Lines over time/ });
    await bars.focus();
    await page.keyboard.press('End');
    for (let at = 0; at < 20; at++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.has('to'));
    const times = () => {
      const { searchParams } = new URL(page.url());
      return [searchParams.get('from'), searchParams.get('to')];
    };
    const shown = times();
    await eventually(async () => {
      const last = (await numbers(page)).at(-1)!;
      assert.ok(last > LINES * 0.4 && last < LINES * 0.8, `line ${last}`);
    });
    const last = (await numbers(page)).at(-1)!;
    await page.getByRole('button', { name: 'The time before' }).click();
    await eventually(async () => assert.ok((await numbers(page)).at(-1)! < last));
    await page.getByRole('button', { name: 'The time after' }).click();
    await eventually(async () => assert.equal((await numbers(page)).at(-1), last));
    assert.deepEqual(times(), shown);
    assertClean();
  });
});
