import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

const SHOP = `exports.handler = async ({ n }) => {
  console.log('step one of order ' + n);
  console.log('step two of order ' + n);
};`;
/** Prints so many lines a second, for so long. */
const FIREHOSE = `exports.handler = async ({ perSecond, seconds }) => {
  const begin = Date.now();
  let printed = 0;
  while (printed < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, Math.ceil(((Date.now() - begin) / 1000) * perSecond));
    for (; printed < due; printed++)
      console.log(JSON.stringify({ level: printed % 50 ? 'info' : 'warn', msg: 'request served', number: printed, path: '/orders/' + printed, ms: printed % 97 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return printed;
};`;
/** Prints some lines, or those of a part of all, as fast as it can. */
const BLAST = `exports.handler = async ({ lines, from = 0, all = lines }) => {
  for (let n = from + 1; n <= from + lines; n++) {
    console.log('line ' + n + ' of ' + all);
    if (n % 2000 === 0) await new Promise((resolve) => setTimeout(resolve, 25));
  }
};`;
const PER_SECOND = 1_700;
const SECONDS = 12;
const BLASTED = 120_000;
/** So many lines wait for a page that takes none at all: none of them is left out. */
const PART = 4_000;

const lines = (page: Page): Locator => page.getByRole('listbox', { name: 'Log lines' }).getByRole('option');
const live = (page: Page): Locator => page.locator('button[data-tail="live"]');
const count = async (page: Page): Promise<number> =>
  Number(await page.locator('[data-lines]').getAttribute('data-lines', { timeout: 10_000 }));

describe('the live tail in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    // One call prints more than a node usually keeps of one.
    node = await startTestNode({ maxLogBytes: 1_000_000_000 });
    client = createClient(node.url);
    await client.put('firehose', FIREHOSE, { runtime: 'node', timeoutMs: 60_000 });
    await client.put('blast', BLAST, { runtime: 'node', timeoutMs: 60_000 });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('a hundred thousand lines a minute are followed smoothly', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?function=firehose`);
    await live(page).waitFor();
    const debug = await page.context().newCDPSession(page);
    await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> =>
      (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value;
    // Has frames, too, and nothing to do for them: other work on the machine keeps both waiting.
    const { page: idle } = await openPage(t, browser);
    for (const each of [page, idle])
      await each.evaluate(`{
      const seen = (window.seen = { gaps: [], tasks: [] });
      new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((each) => each.duration))).observe({ type: 'longtask' });
      let last = performance.now();
      const frame = (now) => { seen.gaps.push(now - last); last = now; requestAnimationFrame(frame); };
      requestAnimationFrame(frame);
    }`);
    const busyBefore = await busy();
    const begin = performance.now();
    const printed = await client.result('firehose', { perSecond: PER_SECOND, seconds: SECONDS });
    const last = lines(page).filter({ hasText: `number=${printed - 1} path` });
    await last.waitFor();
    const seconds = (performance.now() - begin) / 1_000;
    const share = ((await busy()) - busyBefore) / seconds;
    const { gaps, tasks } = (await page.evaluate('window.seen')) as { gaps: number[]; tasks: number[] };
    const idleGaps = (await idle.evaluate('window.seen.gaps')) as number[];
    const at = (part: number, of = gaps) =>
      Math.round(of.toSorted((one, other) => one - other)[Math.floor(of.length * part)] ?? 0);
    t.diagnostic(
      `${printed} lines in ${seconds.toFixed(1)} s: the page was busy ${(share * 100).toFixed(0)}% of the time; frames every ${at(0.5)} ms, ` +
        `95 % within ${at(0.95)} ms, at most ${at(0.999)} ms (an idle page: every ${at(0.5, idleGaps)} ms); ${tasks.length} long tasks, the longest ${Math.round(Math.max(0, ...tasks))} ms`,
    );
    assert.equal(printed, PER_SECOND * SECONDS);
    assert.equal(await count(page), printed, 'every line is there, once');
    assert.ok(await last.isVisible(), 'the end is followed');
    assert.ok((await lines(page).count()) < 150, 'only what is in view is drawn');
    // By the processor's time of the page's thread: other work on the machine does not count.
    assert.ok(share < 0.5, `the page was busy ${share}`);
    assert.ok(at(0.5) < 100 + at(0.5, idleGaps), `a frame every ${at(0.5)} ms`);
    await page.getByRole('listbox', { name: 'Log lines' }).hover();
    await page.mouse.wheel(0, -4_000);
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    await client.result('firehose', { perSecond: 500, seconds: 1 });
    await page.getByRole('button', { name: '500 new' }).click();
    await lines(page).filter({ hasText: 'number=499 path' }).last().waitFor();
    assertClean();
  });

  test('lines that come faster than the connection takes them are left out, and it is said how many', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const debug = await page.context().newCDPSession(page);
    await debug.send('Network.enable');
    // Far slower than any machine prints: what is left out is left out in few places.
    const slow = { offline: false, latency: 0, downloadThroughput: 200_000, uploadThroughput: -1 };
    await debug.send('Network.emulateNetworkConditions', slow);
    await goTo(page, `${node.url}/console/functions/blast/logs`);
    await live(page).waitFor();
    await client.result('blast', { lines: BLASTED });
    await debug.send('Network.emulateNetworkConditions', { ...slow, downloadThroughput: -1 });
    await page.getByText(/left out because they came too fast/).waitFor();
    const told = await eventually(async () => {
      const words = await page.getByText(/left out because they came too fast/).textContent();
      const leftOut = Number(/([\d,]+) left out/.exec(words ?? '')![1]!.replaceAll(',', ''));
      const rows = await count(page);
      const marks = rows + leftOut - BLASTED;
      assert.ok(marks > 0 && marks < 1_000, `${rows} rows, ${leftOut} lines left out`);
      return `${leftOut} of ${BLASTED} lines left out, said in ${marks} places`;
    }, 60_000);
    t.diagnostic(told);
    assertClean();
  });

  test('very many lines are all reached', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?function=blast&from=${new Date().toISOString()}`);
    await live(page).waitFor();
    for (let from = 0; from < BLASTED; from += PART) {
      await client.result('blast', { lines: PART, from, all: BLASTED });
      // Every line is there, once.
      await page.locator(`[data-lines="${from + PART}"]`).waitFor();
    }
    await lines(page)
      .filter({ hasText: `line ${BLASTED} of` })
      .waitFor();
    await page.getByRole('listbox', { name: 'Log lines' }).focus();
    await page.keyboard.press('Home');
    await lines(page)
      .filter({ hasText: /^.{14,}line 1 of/ })
      .waitFor();
    const box = page.getByRole('listbox', { name: 'Log lines' });
    for (const part of [0.5, 0.25, 0.9, 0.1]) {
      await box.evaluate((element: { scrollTop: number; scrollHeight: number }, share) => {
        element.scrollTop = element.scrollHeight * share;
      }, part);
      const wanted = Math.round(BLASTED * part);
      await eventually(async () => {
        const texts = await lines(page).allInnerTexts();
        const numbers = texts.map((text) => Number(/line (\d+) of/.exec(text)?.[1] ?? 0));
        assert.ok(Math.abs(numbers[0]! - wanted) < BLASTED * 0.02, `${numbers[0]} near ${wanted}`);
        assert.ok(numbers.length > 20);
      });
    }
    assertClean();
  });

  test('when the node goes and comes back, what was printed meanwhile is read', async (t) => {
    const { folder, remove } = await temporaryFolder();
    t.after(remove);
    let mortal = await startTestNode({ data: folder });
    t.after(() => mortal.close());
    await createClient(mortal.url).put('shop', SHOP, { runtime: 'node' });
    const { page, assertClean } = await openPage(t, browser, { expected: /ERR_|Failed to (load|fetch)/ });
    await goTo(page, `${mortal.url}/console/functions/shop/logs`);
    await live(page).waitFor();
    await createClient(mortal.url).result('shop', { n: 1 });
    await lines(page).filter({ hasText: 'step two of order 1' }).waitFor();
    const { port } = mortal;
    await mortal.close();
    await page.getByText('The connection is lost; trying again …').waitFor();
    assert.equal(await count(page), 2, 'what was known stays');
    mortal = await startTestNode({ data: folder, port });
    await createClient(mortal.url).result('shop', { n: 2 });
    await lines(page).filter({ hasText: 'step two of order 2' }).waitFor();
    await live(page).waitFor();
    await createClient(mortal.url).result('shop', { n: 4 });
    await lines(page).filter({ hasText: 'step two of order 4' }).waitFor();
    assert.equal(await count(page), 6, 'each line once');
    assertClean();
  });
});
