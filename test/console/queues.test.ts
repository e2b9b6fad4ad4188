import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, goWithin, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '{"html":"<script>alert(1)</script>"}';
const JSON_BODY = { 'Content-Type': 'application/json' };

describe('queues and topics in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    const put = (name: string, body: object) =>
      client.request('PUT', `/v1/queues/${name}`, { body: JSON.stringify(body), headers: JSON_BODY });
    await put('jobs-dead', {});
    await put('jobs', { deadLetter: { queue: 'jobs-dead', maxReceives: 1 }, visibilityMs: 0 });
    await client.request('POST', '/v1/queues/jobs/messages', { body: HOSTILE, headers: JSON_BODY });
    // Received once, and again: that is once too often.
    for (let count = 0; count < 2; count++) await client.request('POST', '/v1/queues/jobs/receive?waitMs=0');
    await client.request('PUT', '/v1/topics/orders');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('a dead letter is read, and goes back to where it came from', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/queues`);
    await page.getByRole('link', { name: 'jobs-dead' }).first().press('Enter');
    await page.getByText('It holds the dead letters of jobs').waitFor();
    await page.getByRole('table', { name: 'Messages of jobs-dead' }).locator('[data-row]').first().focus();
    await page.keyboard.press('Enter');
    const message = page.getByRole('region', { name: 'The message' });
    await message.getByText('<script>alert(1)</script>').waitFor();
    await page.getByText('fob-origin-queue').waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive', exact: true }).click();
    await page.getByText('1 message went back').waitFor();
    await page.getByText('The queue is empty').waitFor();
    assertClean();
  });

  test('a queue leads to what its triggers could not deliver', async (t) => {
    await client.put('failing', "export const handler = () => { throw new Error('no stock'); };", { runtime: 'node' });
    await client.request('PUT', '/v1/queues/orders', { body: '{}', headers: JSON_BODY });
    const made = await client.request('POST', '/v1/triggers', {
      body: JSON.stringify({
        name: 'orders-failing',
        type: 'queue',
        function: 'failing',
        options: { queue: 'orders' },
        delivery: { maxRetries: 0 },
      }),
      headers: JSON_BODY,
    });
    assert.ok(made.status < 300, made.text);
    await client.request('POST', '/v1/queues/orders/messages', { body: '{}', headers: JSON_BODY });
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/queues/orders`);
    await page.getByRole('link', { name: '1 event dead' }).click();
    await page.getByRole('table', { name: 'Events of failing' }).getByText('no stock').waitFor();
    await assertAccessible(page);
    assertClean();
  });

  test('a message is sent; settings are changed one by one; a queue is removed', async (t) => {
    // Somebody else may be faster: the page hears of it, or is refused once.
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await goTo(page, `${node.url}/console/queues`);
    await page.getByRole('button', { name: 'Create a queue' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('mail');
    await page.keyboard.press('Enter');
    await page.waitForURL(/queues\/mail$/);
    await page.getByRole('button', { name: 'Send a message' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('{"to":"ada"}');
    await page.getByText(`fob queue send mail '{"to":"ada"}' --type application/json`).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('table', { name: 'Messages of mail' }).getByText('{"to":"ada"}').waitFor();
    await page.getByRole('tab', { name: 'Settings' }).click();
    // Somebody else changes another setting at the same time: both are kept.
    await client.request('PUT', '/v1/queues/mail', { body: '{"delayMs":1000}', headers: JSON_BODY });
    await page.getByRole('textbox', { name: 'Hidden after it was received for' }).fill('2m');
    await page.getByText('fob queue create mail --visibility 2m').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings of mail are saved').waitFor();
    const { settings } = (await client.request('GET', '/v1/queues/mail')).json;
    assert.deepEqual([settings.visibilityMs, settings.delayMs], [120_000, 1_000]);
    await page.getByRole('button', { name: 'More that can be done with this queue' }).click();
    await page.getByRole('menuitem', { name: 'Remove the queue' }).click();
    await page.getByRole('textbox', { name: 'Type mail to go on' }).fill('mail');
    await page.keyboard.press('Enter');
    await page.waitForURL(/queues$/);
    assertClean();
  });

  test('a queue subscribes to a topic, and gets what is published', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/topics/orders`);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('textbox', { name: 'Goes to' }).fill('queue:jobs-dead');
    await page.getByRole('textbox', { name: 'Only what matches' }).fill('{"type": ["order.paid"]}');
    await page.getByRole('dialog').getByRole('button', { name: 'Subscribe', exact: true }).click();
    await page.getByRole('table', { name: 'Subscriptions' }).getByRole('link', { name: 'queue:jobs-dead' }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('textbox', { name: 'Data' }).fill('{"id":17}');
    await page.getByRole('textbox', { name: 'Type' }).fill('order.paid');
    await page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Published to orders').waitFor();
    // It gives the focus back as it closes.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'queue:jobs-dead' }).press('Enter');
    await page.getByRole('table', { name: 'Messages of jobs-dead' }).getByText('order.paid').waitFor();
    assertClean();
  });

  test('what is begun on the page of one queue is not on that of another', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const hidden = page.getByRole('textbox', { name: 'Hidden after it was received for' });
    await goTo(page, `${node.url}/console/queues/jobs?show=settings`);
    assert.equal(await hidden.inputValue(), '0s');
    await goWithin(page, '/console/queues/jobs-dead?show=settings');
    await hidden.fill('7m');
    await goWithin(page, '/console/queues/jobs?show=settings');
    assert.equal(await hidden.inputValue(), '0s');
    assertClean();
  });

  test('every look of a queue', (t) => everyLook(t, browser, `${node.url}/console/queues/jobs`, 'queue'));
  test('every look of a topic', (t) => everyLook(t, browser, `${node.url}/console/topics/orders`, 'topic'));
});
