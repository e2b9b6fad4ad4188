import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

/** Longer than any screen waited before it asked again, and shorter than the feed's silence. */
const A_WHILE_MS = 14_000;

/** Notes when a page hears of such a thing: the tab that reads the feed tells the others what it has heard. */
const HEARD = (kind: string) => `window.heard = new Promise((heard) => {
  const name = Object.keys(localStorage).find((key) => key.startsWith('fob-live '));
  new BroadcastChannel(name).onmessage = ({ data }) => JSON.stringify(data).includes('"${kind}"') && heard();
}); 0`;

describe('what moves in services is seen without being asked for', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    for (const path of ['queues/jobs', 'queues/other', 'topics/news', 'buckets/files'])
      await client.request('PUT', `/v1/${path}`, {
        // What is taken does not come back while another test lets time go by.
        body: path === 'queues/jobs' ? '{"visibilityMs":3600000}' : '{}',
        headers: { 'Content-Type': 'application/json' },
      });
    await client.put('work', 'export const handler = async (event) => { if (event.bad) throw new Error("no"); };', {
      runtime: 'node',
      eventRetries: 0,
    });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  /** Opens a screen and lets a while go by, in which nothing is asked. */
  const quiet = async (t: TestContext, path: string) => {
    const { page, assertClean } = await openPage(t, browser);
    await page.clock.install();
    await goTo(page, `${node.url}/console${path}`);
    // What was answered before is asked again as the feed comes.
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    const asked: string[] = [];
    await idle(page);
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.clock.fastForward(A_WHILE_MS);
    await idle(page);
    assert.deepEqual([...asked], [], `${path} asks by the clock`);
    return { page, asked, assertClean };
  };

  const made = {
    topic: () =>
      client.request('PUT', '/v1/topics/fresh', { body: '{}', headers: { 'Content-Type': 'application/json' } }),
    function: () => client.put('fresh', 'export const handler = () => 1;', { runtime: 'node' }),
  };
  for (const [kind, from, keys, list] of [
    ['topic', '/functions', 'gt', '**/v1/topics'],
    ['function', '/topics', 'gf', '**/v1/functions?limit=1000'],
  ] as const) {
    test(`a ${kind} that is made while the list is asked for the first time`, async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await page.clock.install();
      await goTo(page, `${node.url}/console${from}`);
      await page.getByText('Live', { exact: true }).first().waitFor();
      const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route(list, async (route) => {
        const response = await route.fetch();
        asked.resolve();
        await held.promise;
        await route.fulfill({ response });
      });
      await page.evaluate(HEARD(kind));
      await page.keyboard.type(keys);
      await asked.promise;
      await made[kind]();
      await page.evaluate('window.heard');
      // Longer than any news is gathered before something is asked anew.
      await page.clock.fastForward(A_WHILE_MS);
      held.resolve();
      await page.getByRole('link', { name: 'fresh', exact: true }).waitFor();
      assertClean();
    });
  }

  test('what is removed is not asked for once more', async (t) => {
    await client.request('PUT', '/v1/queues/short', { body: '{}', headers: { 'Content-Type': 'application/json' } });
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/queues/short`);
    await page.getByText('Live', { exact: true }).first().waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.evaluate(HEARD('queue'));
    await page.route('**/v1/queues/short', async (route) => {
      const response = await route.fetch();
      // Its end is heard before it is answered, and all that this concerns is asked for.
      await page.evaluate('window.heard');
      await route.fulfill({ response });
    });
    await page.getByRole('button', { name: 'More that can be done with this queue' }).click();
    await page.getByRole('menuitem', { name: 'Remove the queue' }).click();
    await page.getByRole('textbox', { name: 'Type short to go on' }).fill('short');
    await page.keyboard.press('Enter');
    await page.waitForURL(/queues$/);
    await page.getByRole('link', { name: 'jobs' }).waitFor();
    assert.deepEqual(
      asked.filter((each) => /queues\/short/.test(each)),
      ['DELETE /v1/queues/short'],
    );
    assertClean();
  });

  test('messages of a queue, and that they come due', async (t) => {
    const { page, asked, assertClean } = await quiet(t, '/queues/jobs');
    const send = (headers: Record<string, string>, body: string, to = 'jobs') =>
      client.request('POST', `/v1/queues/${to}/messages`, {
        body,
        headers: { 'Content-Type': 'text/plain', ...headers },
      });
    await send({}, 'a message from elsewhere');
    await page.getByRole('table', { name: 'Messages of jobs' }).getByText('a message from elsewhere').waitFor();
    await figure(page, 'Ready', '1');
    await client.request('POST', '/v1/queues/jobs/receive?waitMs=0');
    await figure(page, 'Taken, not done with', '1');
    await send({ 'Fob-Delay-Ms': '8000' }, 'later');
    await figure(page, 'Held back', '1');
    // No feed tells of time that goes by.
    await figure(page, 'Held back', '0');
    await figure(page, 'Ready', '1');
    const before = asked.length;
    await send({}, 'nobody here wants to know', 'other');
    await send({}, 'the last one');
    await page.getByText('the last one').waitFor();
    assert.ok(!asked.slice(before).includes('/v1/queues/other'));
    assertClean();
  });

  test('all queues', async (t) => {
    const { page, assertClean } = await quiet(t, '/queues');
    const other = page.locator('[data-row]').filter({ hasText: 'other' });
    const before = Number(await other.getByRole('cell').nth(1).textContent());
    await client.request('POST', '/v1/queues/other/messages', { body: 'x' });
    await other
      .getByRole('cell')
      .nth(1)
      .getByText(String(before + 1), { exact: true })
      .waitFor();
    assertClean();
  });

  test('what is published to a topic', async (t) => {
    const { page, assertClean } = await quiet(t, '/topics/news');
    await client.request('POST', '/v1/topics/news/publish', { body: 'x' });
    await figure(page, 'Published since the start', '1');
    assertClean();
  });

  test('events of functions, and dead ones', async (t) => {
    const { page, assertClean } = await quiet(t, '/events');
    const headers = { 'Content-Type': 'application/json' };
    await client.request('POST', '/v1/functions/work/events', { body: '{"bad":true}', headers });
    await figure(page, 'Dead', '✕ 1');
    await page.getByRole('table', { name: 'Lanes' }).getByText('direct invocations').waitFor();
    assertClean();
  });

  test('objects of a bucket', async (t) => {
    const { page, assertClean } = await quiet(t, '/buckets/files');
    await client.request('PUT', '/v1/buckets/files/objects/report.txt', { body: 'x' });
    await page.getByText('report.txt').first().waitFor();
    assertClean();
  });
});

/** Waits until nothing that was asked is under way. */
async function idle(page: Page): Promise<void> {
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

async function figure(page: Page, name: string, value: string): Promise<void> {
  const shown = page.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });
  await shown.locator('dd').getByText(value, { exact: true }).waitFor();
}
