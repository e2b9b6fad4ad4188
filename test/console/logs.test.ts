import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>alert(1)</script>';
const SHOP = `exports.handler = async ({ n }) => {
  console.log(JSON.stringify({ level: 'info', msg: 'order received', order: n, user: { id: 42 } }));
  console.log('step one of order ' + n);
  if (n === 3) console.error(JSON.stringify({ level: 'error', msg: 'card was refused', order: n, status: 502 }));
  console.log('step two of order ' + n);
  console.log(${JSON.stringify(HOSTILE)});
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
const BLAST = `exports.handler = async ({ lines }) => {
  for (let n = 1; n <= lines; n++) {
    console.log('line ' + n + ' of ' + lines);
    if (n % 2000 === 0) await new Promise((resolve) => setTimeout(resolve, 25));
  }
};`;
const PER_SECOND = 1_700;
const SECONDS = 12;
const BLASTED = 120_000;

const lines = (page: Page): Locator => page.getByRole('listbox', { name: 'Log lines' }).getByRole('option');
const live = (page: Page): Locator => page.locator('button[data-tail="live"]');
const count = async (page: Page): Promise<number> =>
  Number(await page.locator('[data-lines]').getAttribute('data-lines', { timeout: 10_000 }));

describe('logs in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    // One call prints more than a node usually keeps of one.
    node = await startTestNode({ maxLogBytes: 1_000_000_000 });
    client = createClient(node.url);
    await client.put('shop', SHOP, { runtime: 'node' });
    await client.put('firehose', FIREHOSE, { runtime: 'node', timeoutMs: 60_000 });
    await client.put('blast', BLAST, { runtime: 'node', timeoutMs: 60_000 });
    for (let n = 1; n <= 8; n++) await client.result('shop', { n });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('lines are found, read whole, and lead on, by keys alone', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs`);
    await lines(page).filter({ hasText: 'order received' }).first().waitFor();
    await page.keyboard.press('s');
    await page.keyboard.type('REFUSED');
    await page.waitForURL(/text=REFUSED/);
    await eventually(async () => assert.equal(await lines(page).count(), 1));
    assert.equal(await lines(page).locator('mark').textContent(), 'refused');
    await page.getByRole('listbox', { name: 'Log lines' }).focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const detail = page.getByRole('complementary', { name: 'The chosen line' });
    await detail.getByRole('row', { name: /status\s*502/ }).waitFor();
    const around = detail.getByRole('list', { name: /Lines around it/ });
    await around.getByText('step one of order 3').waitFor();
    await around.getByText('step two of order 3').waitFor();
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    await page.keyboard.press('Enter');
    await detail.getByRole('button', { name: 'Only lines with this order' }).click();
    await page.waitForURL((url) => url.searchParams.get('where') === 'order=3');
    await page.getByText('fob logs --text REFUSED --where order=3 --follow').waitFor();
    await page.getByRole('searchbox', { name: 'Search for a text' }).fill('');
    await eventually(async () => assert.equal(await lines(page).count(), 2));
    await lines(page).first().click();
    await detail.getByRole('link', { name: /^[0-9a-f-]{36}$/ }).click();
    await page.getByRole('heading', { name: /^Invocation/, level: 1 }).waitFor();
    await page.getByRole('listbox', { name: 'The log of this invocation' }).getByText('step two of order 3').waitFor();
    assertClean();
  });

  test('what is printed appears within a second, as text whatever it is', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/shop/logs`);
    await live(page).waitFor();
    const before = await count(page);
    await client.result('shop', { n: 77 });
    await lines(page).filter({ hasText: 'step two of order 77' }).waitFor({ timeout: 1_000 });
    assert.equal(await count(page), before + 4, 'each line once');
    await lines(page).filter({ hasText: HOSTILE }).last().click();
    await page.getByRole('complementary').getByText(HOSTILE).first().waitFor();
    assert.doesNotMatch(await page.title(), /hacked/);
    await page.getByRole('button', { name: 'Live' }).click();
    await client.result('shop', { n: 78 });
    await page.getByRole('button', { name: 'Go live' }).click();
    await lines(page).filter({ hasText: 'step two of order 78' }).waitFor();
    assert.equal(await count(page), before + 8, 'what was printed meanwhile is read once');
    assertClean();
  });

  test('a condition that is none is told, and so is that nothing was found', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /400/ });
    await goTo(page, `${node.url}/console/logs?where=%3D%3D`);
    await page.getByText('The log cannot be shown').waitFor();
    await goTo(page, `${node.url}/console/logs?text=nobody+printed+this`);
    await page.getByRole('button', { name: 'Show all lines' }).click();
    await lines(page).first().waitFor();
    assertClean();
  });

  test('a hundred thousand lines a minute are followed smoothly', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?function=firehose`);
    await live(page).waitFor();
    const debug = await page.context().newCDPSession(page);
    await debug.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busy = async (): Promise<number> =>
      (await debug.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value;
    await page.evaluate(`{
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
    await last.waitFor({ timeout: 5_000 });
    const seconds = (performance.now() - begin) / 1_000;
    const share = ((await busy()) - busyBefore) / seconds;
    const { gaps, tasks } = (await page.evaluate('window.seen')) as { gaps: number[]; tasks: number[] };
    gaps.sort((one, other) => one - other);
    const at = (part: number) => Math.round(gaps[Math.floor(gaps.length * part)] ?? 0);
    t.diagnostic(
      `${printed} lines in ${seconds.toFixed(1)} s: the page was busy ${(share * 100).toFixed(0)} % of the time; frames every ${at(0.5)} ms, ` +
        `95 % within ${at(0.95)} ms, at most ${at(0.999)} ms; ${tasks.length} long tasks, the longest ${Math.round(Math.max(0, ...tasks))} ms`,
    );
    assert.equal(printed, PER_SECOND * SECONDS);
    assert.equal(await count(page), printed, 'every line is there, once');
    assert.ok(await last.isVisible(), 'the end is followed');
    assert.ok((await lines(page).count()) < 150, 'only what is in view is drawn');
    // By the processor's time of the page's thread: other work on the machine does not count.
    assert.ok(share < 0.5, `the page was busy ${share}`);
    assert.ok(at(0.5) < 100, `a frame every ${at(0.5)} ms`);
    await page.getByRole('listbox', { name: 'Log lines' }).hover();
    await page.mouse.wheel(0, -4_000);
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    await client.result('firehose', { perSecond: 500, seconds: 1 });
    await page.getByRole('button', { name: '500 new' }).click();
    await lines(page).filter({ hasText: 'number=499 path' }).last().waitFor();
    assertClean();
  });

  test('very many lines are all reached, and lines that come too fast are counted', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/blast/logs`);
    await live(page).waitFor();
    await client.result('blast', { lines: BLASTED });
    await lines(page)
      .filter({ hasText: `line ${BLASTED} of` })
      .waitFor({ timeout: 15_000 });
    const leftOut = await page.evaluate(
      `[...document.body.innerText.matchAll(/([\\d,.]+)(k?) left out because/g)].length`,
    );
    const shown = await count(page);
    t.diagnostic(`${shown} of ${BLASTED} lines shown`);
    assert.ok(shown === BLASTED || leftOut === 1, `${shown} lines shown and none said to be left out`);
    assert.ok(shown > BLASTED / 2, `${shown}`);
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

  test('a link to one line opens it among those around it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?text=refused&function=shop`);
    await lines(page).first().click();
    await page.getByRole('link', { name: 'In its stream' }).click();
    await page.waitForURL(/line=\d+/);
    await page.reload();
    await page.getByRole('complementary').getByText('card was refused').first().waitFor();
    await lines(page).filter({ hasText: 'step one of order 3' }).waitFor();
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
    assert.equal(await count(page), 4, 'what was known stays');
    mortal = await startTestNode({ data: folder, port });
    await createClient(mortal.url).result('shop', { n: 2 });
    await lines(page).filter({ hasText: 'step two of order 2' }).waitFor();
    await live(page).waitFor();
    await createClient(mortal.url).result('shop', { n: 4 });
    await lines(page).filter({ hasText: 'step two of order 4' }).waitFor();
    assert.equal(await count(page), 12, 'each line once');
    assertClean();
  });

  test('logs are whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/logs?text=order&function=shop`, 'logs', {
      check: (page) => lines(page).first().waitFor(),
    }));

  test('streams are whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/logs?view=streams`, 'streams', {
      check: (page) => page.getByRole('row', { name: /shop/ }).first().waitFor(),
    }));
});
