import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '../../../functions/<script>alert(1)</script>?x=1#y';

describe('key-value spaces in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  const url = (space: string, key: string) => `/v1/kv/${space}/${encodeURIComponent(key)}`;
  const set = (space: string, key: string, value: string | Uint8Array) =>
    client.request('PUT', url(space, key), { body: value as string });
  const value = async (space: string, key: string) => (await client.request('GET', url(space, key))).text;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    client = createClient(node.url);
    await set('settings', 'colour', '{"main":"blue","other":["red"]}');
    await set('settings', HOSTILE, HOSTILE);
    await set('settings', 'bytes', new Uint8Array([0xff, 0xfe, 0x00]));
    for (let at = 0; at < 450; at++) await set('sessions', `user-${String(at).padStart(3, '0')}`, `session ${at}`);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('a value that was written on Windows keeps the ends of its lines', async (t) => {
    await set('settings', 'hosts', 'one\r\ntwo\r\n');
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/key-values/settings?key=hosts`);
    await page.getByRole('dialog', { name: 'hosts' }).getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('dialog', { name: 'Change the value of hosts' });
    await form.getByRole('textbox', { name: 'Value' }).press('End');
    await page.keyboard.type('!');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    assert.match(await value('settings', 'hosts'), /^one!?\r\ntwo!?\r\n!?$/);
    assertClean();
  });

  test('a value is set in a new space, changed and removed, by keys', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/`);
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await page.waitForURL('**/key-values');
    await page.getByRole('link', { name: 'settings' }).waitFor();
    await page.getByRole('button', { name: 'Set a value' }).press('Enter');
    await page.getByRole('textbox', { name: 'Space', exact: true }).fill('flags');
    await page.getByRole('textbox', { name: 'Key', exact: true }).fill('beta');
    await page.getByRole('textbox', { name: 'Value' }).fill('on');
    await page.getByRole('textbox', { name: 'Goes after' }).fill('1h');
    await page.getByText('fob kv set --ttl 1h flags beta on').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/key-values/flags?key=beta');
    const drawer = page.getByRole('dialog', { name: 'beta', exact: true });
    await drawer.getByText('on', { exact: true }).waitFor();
    await drawer.getByText(/^in \d+ min|^in an hour|^in 1 h/).waitFor();
    await assertAccessible(page);
    await drawer.getByRole('button', { name: 'Change' }).click();
    const form = page.getByRole('dialog', { name: 'Change the value of beta' });
    await form.getByRole('textbox', { name: 'Value' }).fill('off');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await drawer.getByText('off', { exact: true }).waitFor();
    assert.equal(await value('flags', 'beta'), 'off');
    const { headers } = await client.request('GET', url('flags', 'beta'));
    assert.ok(Number(headers.get('fob-expires-at-ms')) > Date.now(), 'it still goes');
    await drawer.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog', { name: 'Remove the key beta?' }).getByRole('button', { name: 'Remove' }).click();
    await page.getByText('It holds no key').waitFor();
    assert.equal((await client.request('GET', url('flags', 'beta'))).status, 404);
    assertClean();
  });

  test('two people change one value: both states are shown, and one decides', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await goTo(page, `${node.url}/console/key-values/settings?key=colour`);
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('textbox', { name: 'Value' }).fill('mine');
    await set('settings', 'colour', 'theirs');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('alert')
      .getByText(/^.?theirs$/)
      .waitFor();
    await page.getByRole('button', { name: 'Save over theirs' }).click();
    await page.getByRole('region', { name: 'The value of colour' }).getByText('mine').waitFor();
    assert.equal(await value('settings', 'colour'), 'mine');
    assertClean();
  });

  test('whatever a key is called, it is that key, and its value is text', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/key-values/settings`);
    await page.getByRole('row').filter({ hasText: HOSTILE }).click();
    const drawer = page.getByRole('dialog');
    await drawer
      .getByRole('region', { name: /^The value of/ })
      .getByText(HOSTILE)
      .waitFor();
    await drawer.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('row').filter({ hasText: 'bytes' }).click();
    await drawer.getByText('bytes that are no text, in Base64: //4A').waitFor();
    assert.equal(await drawer.getByRole('button', { name: 'Change' }).count(), 0);
    assertClean();
  });

  test('whose end is reached while it is asked for again has its next page all the same', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/key-values/sessions`);
    await page.getByText('Live', { exact: true }).waitFor();
    const table = page.getByRole('table', { name: 'Keys of sessions' });
    await table.and(page.locator('[aria-rowcount="201"]')).waitFor();
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isFirst = true;
    await page.route(/\/v1\/kv\/sessions\?/, async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      const response = await route.fetch();
      asked.resolve();
      await held.promise;
      await route.fulfill({ response });
    });
    await set('sessions', 'user-000', 'changed');
    await asked.promise;
    await table.locator('[data-row]').first().focus();
    await page.keyboard.press('End');
    await table.locator('[data-row]:focus', { hasText: 'user-199' }).waitFor();
    held.resolve();
    await table.and(page.locator('[aria-rowcount="401"]')).waitFor();
    assertClean();
  });

  test('many keys are listed page by page, found by how they begin, and go together', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/key-values/sessions`);
    const table = page.getByRole('table', { name: 'Keys of sessions' });
    const rows = table.locator('[data-row]');
    await rows.first().focus();
    // The end of each page brings the next one.
    for (const [count, last] of [
      [200, 'user-199'],
      [400, 'user-399'],
      [450, 'user-449'],
    ] as const) {
      await table.and(page.locator(`[aria-rowcount="${count + 1}"]`)).waitFor();
      await page.keyboard.press('End');
      await table.locator('[data-row]:focus', { hasText: last }).waitFor();
    }
    await page.getByRole('textbox', { name: 'Keys that begin with' }).fill('user-42');
    await page.waitForURL(/prefix=user-42/);
    // Those of before may still be there, 429 among them.
    await eventually(async () => assert.equal(await rows.count(), 10));
    await page.getByText('user-429').waitFor();
    await set('sessions', 'user-42x', 'new');
    await page.getByText('user-42x').waitFor();
    await page.getByRole('button', { name: 'Remove all keys' }).click();
    await page.getByRole('textbox', { name: 'Type sessions to go on' }).fill('sessions');
    await page.keyboard.press('Enter');
    await page.getByText('451 keys of sessions are removed').waitFor();
    await page.waitForURL(/key-values$/);
    assertClean();
  });

  test('spaces are whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/key-values`, 'key-values'));
  test('a space is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/key-values/settings`, 'key-value-space'));
  test('a value is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/key-values/settings?key=colour`, 'key-value'));
});
