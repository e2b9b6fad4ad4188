import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
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

const FRONT = `const fob = require('fob');
exports.handler = async ({ fail }) => {
  await fob.kv.put('carts', 'last', 'x');
  return fob.call('back', { fail });
};`;
const BACK = `exports.handler = async ({ fail }) => {
  if (fail) throw new Error('<b>no</b>');
  return 1;
};`;

const canvas = (page: Page) => page.getByRole('application', { name: /^Map of/ });

/** Whether anything moves on the map. */
async function isMoving(page: Page): Promise<boolean> {
  return (await page.evaluate(`(() => {
    const moving = document.querySelectorAll('[data-map] canvas')[1];
    const { data } = moving.getContext('2d').getImageData(0, 0, moving.width, moving.height);
    return data.some((value, at) => at % 4 === 3 && value > 0);
  })()`)) as boolean;
}

describe('the map', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('back', BACK, { runtime: 'node', owner: 'core' });
    await client.put('front', FRONT, { runtime: 'node', owner: 'shop', grants: ['function:back:invoke', 'kv:carts'] });
    await client.put('lonely', BACK, { runtime: 'node' });
    for (let count = 0; count < 6; count++) await client.invoke('front', { fail: count < 2 });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('groups are closed and opened; a closed one has the numbers of all that is in it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/map?group=owner`);
    await page.locator('[data-map="ready"]').waitFor();
    const groups = page.getByRole('region', { name: 'Groups' });
    const shop = groups.getByRole('button', { name: 'shop' });
    assert.equal(await shop.getAttribute('aria-expanded'), 'true');
    await shop.press('Enter');
    await page.waitForURL(/closed=shop/);
    await page.goto(`${page.url()}&at=group:shop`);
    const side = page.getByRole('complementary', { name: 'About shop' });
    await side.getByText('1 function', { exact: true }).waitFor();
    await side.getByRole('button', { name: /^back function/ }).waitFor();
    await page.locator('[data-map="ready"]').waitFor();
    await look(page, 'map-closed');
    await assertAccessible(page);
    await page.getByRole('textbox', { name: 'Find on the map' }).fill('front');
    await page.getByText('It is not on the map any more').waitFor();
    await page.getByRole('textbox', { name: 'Find on the map' }).fill('');
    await groups.getByRole('button', { name: 'Close all' }).click();
    await groups.getByRole('button', { name: 'Open all' }).click();
    await page.waitForURL((url) => !url.searchParams.has('closed'));
    assertClean();
  });

  test('is gone through by the keyboard, from the whole to the numbers of one line', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/map`);
    await page.locator('[data-map="ready"]').waitFor();
    await canvas(page).focus();
    await page.keyboard.press('ArrowRight');
    const spoken = page.locator('[data-map] [aria-live]');
    await spoken.getByText(/^function \S+/).waitFor();
    // From wherever one is to the function that calls, and on along its line.
    await page.goto(`${node.url}/console/map?at=function:front`);
    const side = page.getByRole('complementary', { name: 'About front' });
    await side.getByRole('button', { name: /^back function/ }).press('Enter');
    const line = page.getByRole('complementary', { name: 'About front → back' });
    await line.getByText('function calls function').waitFor();
    await line.getByText('✕ 2 (33.3%)').waitFor();
    for (const name of ['Per minute', 'p50', 'p99']) await line.getByText(name, { exact: true }).first().waitFor();
    assert.match(new URL(page.url()).searchParams.get('at') ?? '', /^function:front function:back$/);
    assert.equal(
      await line.getByRole('link', { name: 'Its logs' }).getAttribute('href'),
      '/console/functions/back/logs',
    );
    await assertAccessible(page);
    await canvas(page).focus();
    await page.keyboard.press('Escape');
    await line.waitFor({ state: 'detached' });
    assertClean();
  });

  test('shows what happens as it happens, and what is new without being asked', async (t) => {
    // It is this test that reads the pixels.
    const { page, assertClean } = await openPage(t, browser, { expected: /willReadFrequently/ });
    await goTo(page, `${node.url}/console/map`);
    await page.locator('[data-map="ready"]').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    assert.equal(await isMoving(page), false);
    await eventually(async () => {
      await client.result('front');
      assert.ok(await isMoving(page));
    });
    await client.put('fresh', BACK, { runtime: 'node' });
    const before = await canvas(page).getAttribute('aria-label');
    await client.result('fresh');
    await eventually(async () => assert.notEqual(await canvas(page).getAttribute('aria-label'), before));
    assertClean();
  });

  test('holds still for who wants no motion', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await goTo(page, `${node.url}/console/map?view=table`);
    const row = page.getByRole('row', { name: /front \(function\).*back \(function\)/ });
    const cells = () => row.textContent();
    const before = await cells();
    await page.getByText('Map', { exact: true }).last().click();
    await page.locator('[data-map="ready"]').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    for (let count = 0; count < 20; count++) await client.result('front');
    await page.getByText('Table', { exact: true }).click();
    await eventually(async () => assert.notEqual(await cells(), before));
    await page.getByText('Map', { exact: true }).last().click();
    await page.locator('[data-map="ready"]').waitFor();
    assert.equal(await isMoving(page), false);
    await page.getByRole('button', { name: 'Show invocations as they move' }).waitFor();
    assertClean();
  });

  test('is found, and put into groups, by its URL', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { width: 360 });
    await goTo(page, `${node.url}/console/map?group=owner&view=table`);
    await assertNoOverflow(page);
    await assertAccessible(page);
    const rows = page.getByRole('table', { name: 'Connections on the map' }).locator('[data-row]');
    await rows.first().waitFor();
    const all = await rows.count();
    await page.getByRole('textbox', { name: 'Find on the map' }).fill('carts');
    await page.waitForURL(/find=carts/);
    await eventually(async () => assert.ok((await rows.count()) < all));
    await rows.first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'About front → carts' }).getByText('put').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Groups' }).inputValue(), 'owner');
    assertClean();
  });

  test('on a phone it stands row below row, legible as it is, and a finger gets to the numbers of a thing and of a line', async (t) => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    t.after(() => context.close());
    const page = await context.newPage();
    await goTo(page, `${node.url}/console/map?silent=no`);
    await page.locator('[data-map="ready"][data-outline]').waitFor();
    await page.locator('[data-map]').scrollIntoViewIfNeeded();
    const { x, y } = (await page.locator('[data-map]').boundingBox())!;
    // What calls front stands above it, then front, and below and right of it, by their names, what it uses and calls.
    await page.touchscreen.tap(x + 150, y + 12 + 28 + 16 + 22);
    const front = page.getByRole('complementary', { name: 'About front' });
    await front
      .getByRole('region', { name: 'Over time' })
      .getByRole('img', { name: /^Per minute: / })
      .waitFor();
    await assertNoOverflow(page);
    await assertAccessible(page);
    await front.getByRole('button', { name: 'Close' }).tap();
    await front.waitFor({ state: 'detached' });
    // The line from the outside comes down between both.
    await page.locator('[data-map]').scrollIntoViewIfNeeded();
    const again = (await page.locator('[data-map]').boundingBox())!;
    await page.touchscreen.tap(again.x + 12 + 46, again.y + 12 + 28 + 9);
    const line = page.getByRole('complementary', { name: 'About API → front' });
    await line.getByText('called from outside').waitFor();
    await line.getByRole('img', { name: /^p99: .* at most$/ }).waitFor();
  });

  test('every look', (t) =>
    everyLook(t, browser, `${node.url}/console/map?group=owner&at=function:front`, 'map', {
      check: (page) => page.locator('[data-map="ready"]').waitFor(),
    }));
});
