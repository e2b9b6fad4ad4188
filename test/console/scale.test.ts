import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { temporaryFolder } from '../support/fob-process.ts';
import { copyFunction } from '../support/many-functions.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, goTo, look, noBrowser, openBrowser, openPage, settled, watchThread } from './support.ts';

const COUNT = 5_000;
const SCROLLS = 40;
/** What is typed, and how many functions fit it. */
const FILTERS: readonly (readonly [string, number])[] = [
  ['worker-1', 1_000],
  ['worker-12', 100],
  ['pay worker-001', 2],
  ['stage=test shop', 1_250],
  ['', COUNT],
];
const TEAMS = ['pay', 'shop', 'media', 'ops'];
/** Rows that a table draws beside those in view. */
const MOST_DRAWN = 80;

/** What the page's own thread may take to show what fits a filter, and to scroll by some screens; of its own time, whatever else runs. */
const FILTER_MS = 200;
const SCROLL_MS = 50;
const FAR_DOWN = `new Promise((resolve) => {
  const look = () =>
    [...document.querySelectorAll('[data-row]')].some((row) => Number(row.dataset.row) > 3000)
      ? resolve()
      : requestAnimationFrame(look);
  look();
})`;

describe(`the console with ${COUNT} functions`, { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  before(async () => {
    folder = await temporaryFolder();
    const seeding = await startTestNode({ data: folder.folder });
    const body = JSON.stringify({
      code: { inline: 'export const handler = async (event) => event;', fileName: 'main.mjs' },
      config: { runtime: 'node' },
    });
    const made = await seeding.request('PUT', '/v1/functions/worker-0000', {
      body,
      headers: { 'Content-Type': 'application/json' },
    });
    assert.equal(made.status, 201, made.text);
    await seeding.close();
    const names = Array.from({ length: COUNT - 1 }, (_, at) => `worker-${String(at + 1).padStart(4, '0')}`);
    await copyFunction(folder.folder, 'worker-0000', names, (name, at) => ({
      owner: TEAMS[at % TEAMS.length]!,
      description: `What ${name} does for ${TEAMS[at % TEAMS.length]}`,
      tags: { stage: at % 2 === 0 ? 'live' : 'test' },
    }));
    [browser, node] = await Promise.all([openBrowser(), startTestNode({ data: folder.folder })]);
    const ran = await node.request('POST', '/v1/functions/worker-4321/invoke', { body: '{}' });
    assert.equal(ran.status, 200, 'one of the copies runs');
  });
  after(async () => {
    await browser?.close();
    await node?.close();
    await folder?.remove();
  });

  test('home shows all of them, finds at each key, and scrolls without drawing more than is seen', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const threadMs = await watchThread(page);
    await goTo(page, `${node.url}/console/`);
    await page.getByText(`Functions (${COUNT.toLocaleString('en-GB')})`).waitFor();
    const table = page.getByRole('table', { name: 'Functions' });
    const rows = table.locator('[data-row]');
    assert.equal(await table.getAttribute('aria-rowcount'), String(COUNT + 1));
    await rows.first().waitFor();
    assert.ok((await rows.count()) <= MOST_DRAWN, `${await rows.count()} rows are drawn`);
    // The busiest stands first, once it is known which one that is.
    await table.locator('[data-row="0"]', { hasText: 'worker-4321' }).waitFor();
    await look(page, 'scale-home');

    const search = page.getByLabel('Search functions');
    for (const [text, count] of FILTERS) {
      const beganMs = await threadMs();
      await search.fill(text);
      await page.locator(`[role="table"][aria-label="Functions"][aria-rowcount="${count + 1}"]`).waitFor();
      const tookMs = (await threadMs()) - beganMs;
      t.diagnostic(`the filter "${text}": ${tookMs.toFixed(0)} ms`);
      assert.ok(tookMs < FILTER_MS, `the filter "${text}" took ${tookMs} ms`);
    }
    await search.fill('worker-1234');
    await rows.getByText('worker-1234', { exact: true }).waitFor();
    assert.equal(await rows.count(), 1);
    await search.fill('');
    await rows.nth(10).waitFor();

    await rows.first().hover();
    const beganMs = await threadMs();
    for (let step = 0; step < SCROLLS; step++) await page.mouse.wheel(0, 4_000);
    await page.evaluate(FAR_DOWN);
    const stepMs = ((await threadMs()) - beganMs) / SCROLLS;
    t.diagnostic(`scrolling by 100 rows: ${stepMs.toFixed(1)} ms`);
    assert.ok(stepMs < SCROLL_MS, `${stepMs} ms`);
    assert.ok((await rows.count()) <= MOST_DRAWN, `${await rows.count()} rows are drawn`);
    await rows.first().focus();
    await page.keyboard.press('End');
    await page.locator(`[data-row="${COUNT - 1}"]:focus`).waitFor();
    await assertAccessible(page);
    assertClean();
  });

  test('a function that changes is asked for alone', async (t) => {
    const { page } = await openPage(t, browser);
    // As the feed comes, all is asked for again that was answered before: it comes once the list is there, and the list once more.
    const held = Promise.withResolvers<void>();
    await page.route('**/v1/live', async (route) => {
      await held.promise;
      await route.continue();
    });
    await goTo(page, `${node.url}/console/?q=worker-0042`);
    const again = page.waitForResponse(
      async (response) =>
        new URL(response.url()).pathname === '/v1/functions' && (await response.json()).cursor === undefined,
    );
    held.resolve();
    await page.getByText('Live', { exact: true }).waitFor();
    await again;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const changed = await node.request('PATCH', '/v1/functions/worker-0042', {
      body: JSON.stringify({ description: 'It was changed meanwhile' }),
      headers: { 'Content-Type': 'application/json' },
    });
    assert.equal(changed.status, 200);
    await page.getByText('It was changed meanwhile').first().waitFor();
    assert.equal(asked.filter((path) => path === '/v1/functions').length, 0, asked.join(' '));
  });

  test('the palette finds one of them, and opens it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/profile`);
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('A function, a bucket, a screen, an action').fill('worker-3217');
    await page.locator('[data-selected]', { hasText: 'What worker-3217 does' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/functions/worker-3217');
    await settled(page);
    assertClean();
  });
});
