import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import {
  assertAccessible,
  assertNoOverflow,
  everyLook,
  goTo,
  look,
  noBrowser,
  openBrowser,
  openPage,
} from './support.ts';

const PASSWORD = 'correct horse battery';
const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>alert(1)</script>';
const SHOP = `exports.handler = async ({ n }) => {
  console.log(JSON.stringify({ level: 'info', msg: 'order received', order: n, user: { id: 42 } }));
  console.log('step one of order ' + n);
  if (n === 3) console.error(JSON.stringify({ level: 'error', msg: 'card was refused', order: n, status: 502 }));
  console.log('step two of order ' + n);
  console.log(${JSON.stringify(HOSTILE)});
};`;
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
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('shop', SHOP, { runtime: 'node' });
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

  test('what is printed appears by itself, once, as text whatever it is', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/shop/logs`);
    await live(page).waitFor();
    const before = await count(page);
    await client.result('shop', { n: 77 });
    const beganMs = performance.now();
    await lines(page).filter({ hasText: 'step two of order 77' }).waitFor();
    t.diagnostic(`a line appears ${Math.round(performance.now() - beganMs)} ms after its call ended`);
    // Lines may come in several parts.
    await page.locator(`[data-lines="${before + 4}"]`).waitFor();
    await lines(page).filter({ hasText: HOSTILE }).last().click();
    await page.getByRole('complementary').getByText(HOSTILE).first().waitFor();
    assert.doesNotMatch(await page.title(), /hacked/);
    await page.getByRole('button', { name: 'Live' }).click();
    await client.result('shop', { n: 78 });
    await page.getByRole('button', { name: 'Go live' }).click();
    await lines(page).filter({ hasText: 'step two of order 78' }).waitFor();
    await page.locator(`[data-lines="${before + 8}"]`).waitFor();
    assertClean();
  });

  test('lines that are on their way when one goes live are shown once', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isFirst = true;
    await page.route(/\/v1\/logs\?/, async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      const response = await route.fetch();
      asked.resolve();
      await held.promise;
      await route.fulfill({ response });
    });
    await page.goto(`${node.url}/console/logs?function=shop&live=0`);
    await asked.promise;
    await page.getByRole('button', { name: 'Go live' }).click();
    await live(page).waitFor();
    held.resolve();
    await lines(page).first().waitFor();
    await client.result('shop', { n: 90 });
    const { lines: all } = (await client.request('GET', '/v1/logs?function=shop&platform=failures&limit=500')).json;
    await lines(page).filter({ hasText: 'step two of order 90' }).waitFor();
    await page.locator(`[data-lines="${all.length}"]`).waitFor();
    assertClean();
  });

  test('an error that a function threw stands in its log, live and past, and is found by its words', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await client.put('pay', "exports.handler = async () => { throw new Error('no card for you'); };", {
      runtime: 'node',
    });
    await client.invoke('pay');
    await goTo(page, `${node.url}/console/functions/pay/logs`);
    await live(page).waitFor();
    const end = 'Error: no card for you';
    await eventually(async () =>
      assert.deepEqual(await lines(page).locator('css=[class*=text]').allTextContents(), [end]),
    );
    await page.getByText('1 error', { exact: true }).waitFor();
    await client.invoke('pay');
    await eventually(async () => assert.equal(await lines(page).filter({ hasText: end }).count(), 2));
    await page.getByText('2 errors', { exact: true }).waitFor();
    await goTo(page, `${node.url}/console/logs?text=${encodeURIComponent('NO CARD')}`);
    await eventually(async () => assert.equal(await lines(page).count(), 2));
    await lines(page).first().click();
    const detail = page.getByRole('complementary', { name: 'The chosen line' });
    await detail.getByText(/^END [0-9a-f-]{36} failed \(exception\): Error: no card for you$/).waitFor();
    await detail.getByRole('link', { name: 'pay' }).waitFor();
    await goTo(page, `${node.url}/console/logs?function=pay&level=error&platform=1`);
    await eventually(async () => assert.equal(await lines(page).count(), 2));
    assertClean();
  });

  test('a condition that is none is told, and so is that nothing was found', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /400/ });
    await goTo(page, `${node.url}/console/logs?where=%3D%3D`);
    await page.getByText('The log cannot be shown').waitFor();
    await page.getByRole('button', { name: 'Not live' }).waitFor();
    await goTo(page, `${node.url}/console/logs?text=nobody+printed+this`);
    await page.getByRole('button', { name: 'Show all lines' }).click();
    await lines(page).first().waitFor();
    assertClean();
  });

  test('how many lines there were when is seen, and a part of the time is shown, by mouse and by keys', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { width: 360, scheme: 'dark' });
    // A time that is over: its bars stay where they are.
    const toMs = Date.now();
    const time = new URLSearchParams({
      from: new Date(toMs - 900_000).toISOString(),
      to: new Date(toMs).toISOString(),
    });
    await goTo(page, `${node.url}/console/logs?function=shop&${time}`);
    const bars = page.getByRole('slider', { name: /^Lines over time/ });
    const spanMs = (url: URL) => Date.parse(url.searchParams.get('to')!) - Date.parse(url.searchParams.get('from')!);
    await page.getByText('1 error', { exact: true }).waitFor();
    await bars.focus();
    await page.keyboard.press('Home');
    assert.match((await bars.getAttribute('aria-valuetext'))!, /· 0 lines$/);
    await page.keyboard.press('End');
    await eventually(async () => {
      if (/· \d+ lines · 1 error$/.test((await bars.getAttribute('aria-valuetext'))!)) return;
      await page.keyboard.press('ArrowLeft');
      assert.fail('not yet where the error is');
    });
    await look(page, 'logs-histogram');
    await assertAccessible(page);
    await assertNoOverflow(page);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => spanMs(url) <= 15_000);
    await lines(page).filter({ hasText: 'order received' }).first().waitFor();
    // Bars of before stay until those of this time are there, each of a quarter of a second.
    await eventually(async () => {
      const [from, to] = /^\S+:(\d\d) – \S+:(\d\d) /.exec((await bars.getAttribute('aria-valuetext'))!)!.slice(1);
      assert.ok((60 + Number(to) - Number(from)) % 60 <= 1, `from ${from} to ${to}`);
    });
    const { width } = (await bars.boundingBox())!;
    await bars.click({ position: { x: width - 3, y: 10 } });
    await page.waitForURL((url) => spanMs(url) <= 251);
    assertClean();
  });

  test('the time begins with the first call, of a day at most, and is in the URL only where somebody chose it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const shows = (words: string) => page.getByRole('button', { name: `Time range: ${words}` }).waitFor();
    for (const [daysLater, words] of [
      [0, 'Last 15 minutes'],
      [0.1, 'Last 3 hours'],
      [2, 'Last 24 hours'],
    ] as const) {
      await page.clock.setSystemTime(Date.now() + daysLater * 86_400_000);
      for (const path of ['/logs', '/invocations', '/functions/shop/logs', '/functions/shop/invocations']) {
        await goTo(page, `${node.url}/console${path}`);
        await shows(words);
        assert.equal(new URL(page.url()).search, '');
      }
    }
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: 'Last hour' }).click();
    await page.waitForURL(/\?from=1h$/);
    await page.reload();
    await shows('Last hour');
    assertClean();
  });

  test('a link to one line opens it among those around it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?text=refused&function=shop`);
    await lines(page).first().click();
    await page.getByRole('link', { name: 'Go to its place in the stream' }).click();
    await page.waitForURL(/line=\d{14}/);
    await page.reload();
    await page.getByRole('complementary').getByText('card was refused').first().waitFor();
    await lines(page).filter({ hasText: 'step one of order 3' }).waitFor();
    assertClean();
  });

  test('older lines that cannot be read are asked for again by hand, and not again and again', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /500/ });
    const older: string[] = [];
    await page.route(/\/v1\/logs\?/, async (route) => {
      const { searchParams } = new URL(route.request().url());
      if (searchParams.has('cursor')) {
        older.push(searchParams.get('cursor')!);
        return older.length === 2 ? route.fulfill({ json: { lines: [] } }) : route.fulfill({ status: 500, json: {} });
      }
      const response = await route.fetch();
      await route.fulfill({ json: { ...(await response.json()), cursor: 'before' } });
    });
    await goTo(page, `${node.url}/console/logs?line=00000000000001`);
    const again = page.getByRole('button', { name: 'Older lines could not be read: try again' });
    await again.waitFor();
    assert.deepEqual(older, ['before']);
    await again.click();
    await page.getByText('All of this time is shown').waitFor();
    assert.deepEqual(older, ['before', 'before']);
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

describe('logs and invocations for whoever may not see them', { skip: noBrowser }, () => {
  test('they say so, and which permission it takes', async (t) => {
    const [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    t.after(() => Promise.all([browser.close(), node.close()]));
    const send = async (path: string, body: object, token = '') => {
      const answer = await node.request('POST', path, {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
      });
      assert.ok(answer.status < 300, answer.text);
      return answer.json;
    };
    const { token } = await send('/v1/users', { name: 'ada', roles: ['administrator'], token: {} });
    await send('/v1/users', { name: 'bob', roles: [], password: PASSWORD }, token.token);
    const { page, assertClean } = await openPage(t, browser, { expected: /status of (401|403)/ });
    await page.goto(`${node.url}/console/logs`);
    await page.getByRole('textbox', { name: 'User' }).fill('bob');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('You may not see this').waitFor();
    await page.getByText(/needs the permission logs:read/).waitFor();
    await goTo(page, `${node.url}/console/invocations`);
    await page.getByText('You may not see this').waitFor();
    await assertAccessible(page);
    assertClean();
  });
});
