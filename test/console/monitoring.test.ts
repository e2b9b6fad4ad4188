import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const SOMETIMES = `exports.handler = async ({ n }) => {
  if (n % 5 === 0) throw new Error('every fifth');
  return n;
};`;
const MENDED = 'exports.handler = async ({ n }) => n;';
const HOUR_MS = 3_600_000;

const chart = (page: Page, name: string): Locator => page.getByRole('img', { name: new RegExp(`^${name}\\.`) });

describe('monitoring in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('pay', SOMETIMES, { runtime: 'node' });
    for (let n = 1; n <= 20; n++) await client.invoke('pay', { n });
    await client.put('pay', MENDED, { runtime: 'node' });
    for (let n = 1; n <= 10; n++) await client.result('pay', { n });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('charts say what was measured, and follow what happens', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/pay/monitoring`);
    await chart(page, 'Invocations').waitFor();
    const panel = page.getByRole('region', { name: /^Invocations/ });
    await panel.getByText('30', { exact: true }).first().waitFor();
    assert.equal(new URL(page.url()).searchParams.get('from'), '15m', 'since it was called first');
    await page
      .getByRole('region', { name: /^Errors/ })
      .getByRole('link', { name: 'Errors: 13.3%. Show the invocations behind it' })
      .waitFor();
    await page
      .getByRole('region', { name: /^What happened/ })
      .getByText('Version 2 deployed')
      .waitFor();
    await client.result('pay', { n: 31 });
    await panel.getByText('31', { exact: true }).first().waitFor();
    await assertAccessible(page);
    assertClean();
  });

  test('a version is looked at alone and compared with another one', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/pay/monitoring`);
    await page.getByRole('combobox', { name: 'Version' }).click();
    await page.getByRole('option', { name: 'Version 2', exact: true }).click();
    await page.waitForURL(/version=2/);
    await page
      .getByRole('region', { name: /^Errors/ })
      .getByText('0%', { exact: true })
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Compare with' }).click();
    await page.getByRole('option', { name: 'With version 1' }).click();
    await page.waitForURL(/compare=v1/);
    const line = page.getByRole('button', { name: /^invocations, version 1/ });
    await line.waitFor();
    // How many at most: those of one slot, and they may have come in two.
    await page.getByRole('img', { name: /^Invocations\..*invocations, version 1: .*[1-9]\d* at most/ }).waitFor();
    await line.click();
    await page.getByRole('button', { name: /^invocations, version 1/, pressed: false }).waitFor();
    await page.getByRole('combobox', { name: 'Compare with' }).click();
    await page.getByRole('option', { name: 'With a week before' }).click();
    await page.getByRole('button', { name: /^invocations, a week before/ }).waitFor();
    assertClean();
  });

  test('all charts look closer and move together, by pointer and by keys; a point opens the calls behind it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const hours = async (): Promise<number> => {
      const words = new URL(page.url()).searchParams;
      const toMs = words.has('to') ? Date.parse(words.get('to')!) : Date.now();
      return (toMs - Date.parse(words.get('from')!)) / HOUR_MS;
    };
    await goTo(page, `${node.url}/console/functions/pay/monitoring?from=3h`);
    await chart(page, 'Cold starts').scrollIntoViewIfNeeded();
    const box = (await chart(page, 'Cold starts').boundingBox())!;
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(box.x + box.width * from, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * to, box.y + 62, { steps: 8 });
      await page.mouse.up();
    };
    await drag(0.4, 0.8);
    await page.waitForURL(/from=.*to=/);
    assert.ok((await hours()) > 0.8 && (await hours()) < 1.7, `${await hours()} h`);
    const zoomed = page.url();
    await page.keyboard.down('Shift');
    await drag(0.4, 0.7);
    await page.keyboard.up('Shift');
    await page.waitForURL((url) => url.href !== zoomed);
    const moved = new URL(page.url()).searchParams.get('from')!;
    assert.ok(Date.parse(moved) < Date.parse(new URL(zoomed).searchParams.get('from')!), 'to earlier times');
    await chart(page, 'Invocations').focus();
    const answered = page.waitForResponse((response) => /metric=[^&]*invocations.*from=15m/.test(response.url()));
    await page.keyboard.press('Escape');
    // All there is to see of a function that was called first a minute ago.
    await page.waitForURL(/from=15m/);
    // Keys look closer at what is drawn, and until the answer is there that is what was before.
    await answered;
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    await page.keyboard.press('+');
    await page.waitForURL(/from=.*T/);
    assert.ok((await hours()) < 0.25, `${await hours()} h`);
    // The first click of two leads nowhere.
    await chart(page, 'Invocations').locator('.u-over').dblclick();
    await page.waitForURL(/monitoring\?.*from=15m/);
    await goTo(page, `${node.url}/console/functions/pay/monitoring?from=15m`);
    const errors = chart(page, 'Errors').locator('.u-over');
    await errors.scrollIntoViewIfNeeded();
    const area = (await errors.boundingBox())!;
    // The calls are within the last minutes: at the right.
    await page.mouse.click(area.x + area.width - 12, area.y + 40);
    await page.waitForURL(/\/invocations\?.*status=any/);
    assertClean();
  });

  test('a function that was never called says so', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await client.put('idle', MENDED, { runtime: 'node' });
    await goTo(page, `${node.url}/console/functions/idle/monitoring`);
    await page.getByText('idle was not called in this time').waitFor();
    assertClean();
  });

  test('monitoring is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/functions/pay/monitoring?compare=week`, 'monitoring', {
      check: (page) => chart(page, 'Throttled').waitFor(),
    }));
});
