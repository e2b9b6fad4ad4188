import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { APIResponse, Browser } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '<script>alert(1)</script>';
const BAD = `exports.handler = async () => { throw new Error(${JSON.stringify(HOSTILE)}); };`;
const GOOD = 'exports.handler = async () => 1;';
const JSON_BODY = { 'Content-Type': 'application/json' };

describe('events and schedules in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  const dead = async () => (await client.request('GET', '/v1/functions/parcel/events?state=dead')).json.events;
  const schedule = (name: string, fn: string, times: string) =>
    client.request('POST', '/v1/triggers', {
      body: JSON.stringify({ name, function: fn, type: 'schedule', words: [times] }),
      headers: JSON_BODY,
    });
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('parcel', BAD, { runtime: 'node', eventRetries: 1, eventRetryDelayMs: 100 });
    for (const id of [1, 2])
      await client.request('POST', '/v1/functions/parcel/events', { body: JSON.stringify({ id }), headers: JSON_BODY });
    await eventually(async () => assert.equal((await dead()).length, 2));
    await client.put('report', GOOD, { runtime: 'node' });
    await schedule('often', 'report', 'rate(5 minutes)');
    await schedule('daily', 'report', '0 9 * * *');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('a dead event tells its life, and is delivered again when the function is mended', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/events`);
    const lane = page.getByRole('table', { name: 'Lanes' }).locator('[data-row]').first();
    await lane.getByText('parcel').waitFor();
    await lane.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/function=parcel.*state=dead/);
    await page.getByRole('table', { name: 'Events of parcel' }).locator('[data-row]').first().focus();
    await page.keyboard.press('Enter');
    const life = page.getByRole('region', { name: /^Event / });
    await life.getByRole('link', { name: 'Attempt 1' }).waitFor();
    await life.getByRole('link', { name: 'Attempt 2' }).waitFor();
    await life.getByText(`given up after 2 attempts: Error: ${HOSTILE}`).waitFor();
    await life.getByRole('region', { name: 'What is in the event' }).getByText('"id"').waitFor();
    await assertAccessible(page);

    await client.put('parcel', GOOD, { runtime: 'node', eventRetries: 1 });
    await life.getByRole('button', { name: 'Redrive', exact: true }).click();
    await life.getByText('delivered', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Redrive all that are dead' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deliver 1 dead event again?' });
    await dialog.getByText('fob events redrive parcel --lane direct --rate 100').waitFor();
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await page.getByText('1 event of parcel on its way again').waitFor();
    await eventually(async () => assert.equal((await dead()).length, 0));
    assertClean();
  });

  test('the coming runs stand in a calendar; a schedule is paused, and its function run now', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/schedules`);
    const days = page.getByRole('region', { name: 'Coming runs by day' });
    await eventually(async () =>
      assert.equal(
        await days
          .getByRole('listitem')
          .filter({ has: page.locator('h3') })
          .count(),
        7,
      ),
    );
    // Days without a change of the clocks have one run each.
    assert.ok((await days.getByRole('link', { name: 'report' }).count()) >= 6);
    await page.getByText('All through the days').waitFor();
    await page.getByRole('button', { name: 'Pause daily' }).click();
    await page.getByText('daily is paused').waitFor();
    await page.getByText('fob trigger pause daily', { exact: true }).waitFor();
    await eventually(async () => assert.equal(await days.getByRole('link', { name: 'report' }).count(), 0));
    const [run] = await page.getByRole('button', { name: 'Run report now' }).all();
    await run!.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Run it now' }).click();
    await page.getByRole('status').getByText('report succeeded').waitFor();
    await assertAccessible(page);
    assertClean();
  });

  test('a schedule that somebody else has changed is not changed over theirs', async (t) => {
    const { page } = await openPage(t, browser);
    // Theirs arrives while this page does not hear of it: however often it asks, it is told what was before.
    let before: Promise<APIResponse> | undefined;
    await page.route('**/v1/triggers?*', async (route) => {
      before ??= route.fetch();
      await route.fulfill({ response: await before });
    });
    await goTo(page, `${node.url}/console/schedules`);
    const pause = page.getByRole('button', { name: 'Pause often' });
    await pause.waitFor();
    await client.request('PATCH', '/v1/triggers/often', { body: '{"orderBy":"$.id"}', headers: JSON_BODY });
    await pause.click();
    await page.getByText('Somebody has just changed often').waitFor();
    assert.equal((await client.request('GET', '/v1/triggers/often')).json.enabled, true);
  });

  test('every look of events', (t) => everyLook(t, browser, `${node.url}/console/events`, 'events'));
  test('every look of schedules', (t) => everyLook(t, browser, `${node.url}/console/schedules`, 'schedules'));
});
