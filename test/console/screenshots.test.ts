import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { PROJECT_FOLDER } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, signInByToken } from './ask.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

const FOLDER = join(PROJECT_FOLDER, 'docs/images');
const MAX_BYTES = 250_000;
/** An alert is looked for every few seconds, and tells of some minutes. */
const ALERT_MS = 180_000;
const TRAFFIC_MS = 8_000;
const ROUND_MS = 500;
/** The traffic rises and falls, as that of a shop does; here in minutes. */
const DAY_MS = 9 * 60_000;

/** How many minutes of traffic come before the pictures: what they show has a history then. */
const minutes = Number(process.env.UPDATE_IMAGES ?? 0);
const notWanted = !(minutes > 0) && 'pictures are made anew where UPDATE_IMAGES says after how many minutes of traffic';

/** Hands an order to the supplier, who refuses one of so many. */
const orderWorker = (refuses: number) => `export const handler = async ({ Records: [{ body }] }) => {
  const { order } = JSON.parse(body);
  if (order % ${refuses} === 0) throw new Error('the supplier did not answer');
  await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
  return 'sent';
};`;

/** A shop whose functions are woken by files, messages, the clock and calls. */
const FUNCTIONS: Readonly<Record<string, { code: string; config?: object }>> = {
  'shop-checkout': {
    code: `const call = (path, body) => fetch(process.env.FOB_URL + path, { method: 'POST', body: JSON.stringify(body) });
export const handler = async (event) => {
  await call('/v1/functions/shop-price/invoke', event);
  await call('/v1/queues/orders/messages', event);
  console.log('order ' + event.order + ' taken');
  return { order: event.order };
};`,
    config: {
      network: 'services',
      grants: ['function:shop-price:invoke', 'queue:orders:send'],
      description: 'Takes an order',
    },
  },
  'shop-price': { code: 'export const handler = async ({ items = 1 }) => ({ cents: items * 1290 });' },
  'order-worker': {
    code: orderWorker(70),
    config: { description: 'Hands orders to the supplier', eventRetries: 0 },
  },
  's3-upload-meta': {
    code: 'export const handler = async (event) => { console.log(JSON.stringify(event).slice(0, 200)); return "ok"; };',
    config: { description: 'Reads the metadata of what is uploaded' },
  },
  thumbnail: {
    code: 'export const handler = async () => "made";',
    config: { memoryMb: 256, description: 'Makes thumbnails' },
  },
  'nightly-report': {
    code: 'export const handler = async () => "sent";',
    config: { description: 'Sends the report of the day' },
  },
  'github-build': {
    code: 'export const handler = async () => "built";',
    config: { description: 'Builds what is pushed' },
  },
  'slack-command': { code: 'export const handler = async () => "pong";', config: { description: 'Answers /deploys' } },
};
const TRIGGERS = {
  'new-orders': { function: 'order-worker', type: 'queue', options: { queue: 'orders' } },
  uploads: { function: 's3-upload-meta', type: 'bucket', options: { bucket: 'serops-we', suffix: '.jpg' } },
  thumbnails: { function: 'thumbnail', type: 'bucket', options: { bucket: 'serops-we', prefix: 'photos/' } },
  'every-minute': { function: 'nightly-report', type: 'schedule', options: { expression: '* * * * *' } },
};

/**
 * Pictures of the main screens for the documentation: `UPDATE_IMAGES=20 ./fob test console/screenshots` shows them after twenty
 * minutes of traffic, when a new version of one function has begun to fail.
 */
describe('pictures for the documentation', { skip: noBrowser || notWanted }, () => {
  let browser: Browser;
  let node: TestNode;
  let stop = false;
  let traffic: Promise<void> | undefined;
  let token = '';
  const send = (method: string, path: string, body?: unknown) => ask(node, method, path, body, token);

  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode({ prewarmed: 2 })]);
    await mkdir(FOLDER, { recursive: true });
    const ada = { name: 'ada', fullName: 'Ada', roles: ['administrator'], token: { label: 'pictures' } };
    token = (await ask(node, 'POST', '/v1/users', ada)).token.token;
    await send('PUT', '/v1/buckets/serops-we', {});
    await send('PUT', '/v1/queues/orders', {});
    for (const name of Object.keys(FUNCTIONS)) await deploy(name);
    for (const [name, trigger] of Object.entries(TRIGGERS)) await send('PUT', `/v1/triggers/${name}`, trigger);
    await send('PUT', '/v1/policies/memory', { rules: { maxMemoryMb: 1_024, maxTimeoutMs: 60_000 } });
    await send('PUT', '/v1/policies/tags', { mode: 'warn', rules: { requiredTags: { stage: ['prod', 'test'] } } });
    traffic = makeTraffic();
    await delay(minutes * 60_000);
    await deploy('order-worker', orderWorker(3));
  });
  after(async () => {
    stop = true;
    await traffic;
    await browser.close();
    await node.close();
  });

  const deploy = (name: string, code = FUNCTIONS[name]!.code) => {
    const owner = name.startsWith('shop') || name.startsWith('order') ? 'shop' : 'media';
    const config = { owner, tags: { team: owner }, ...FUNCTIONS[name]!.config };
    return send('PUT', `/v1/functions/${name}`, { code: { inline: code, fileName: 'main.mjs' }, config });
  };

  /** Goes on until the pictures are taken, so that they show what is live. */
  const makeTraffic = async (): Promise<void> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    let order = 0;
    const invoke = (name: string) =>
      node.request('POST', `/v1/functions/${name}/invoke`, { headers, body: `{"order":${++order}}` });
    for (let round = 0; !stop; round++) {
      const height = 1 + Math.sin((2 * Math.PI * round * ROUND_MS) / DAY_MS);
      const shoppers = Math.round(1 + 3 * height + 3 * Math.random());
      const others = ['slack-command', 'github-build'].filter(() => Math.random() < 0.2 + 0.2 * height);
      await Promise.all([...Array(shoppers).fill('shop-checkout'), ...others].map(invoke));
      const path = `/v1/buckets/serops-we/objects/photos/${round % 20}.jpg`;
      if (round % 5 === 0) await node.request('PUT', path, { headers, body: `picture ${round}` });
      await delay(ROUND_MS);
    }
  };

  const picture = (
    name: string,
    path: string,
    ready: (page: Page) => Promise<unknown>,
    scheme: 'light' | 'dark' = 'light',
  ) =>
    test(name, async (t) => {
      const { page } = await openPage(t, browser, { scheme });
      await signInByToken(page, node, token);
      await page.setViewportSize({ width: 1_280, height: 800 });
      await goTo(page, `${node.url}/console${path}`);
      await page.getByText('Live', { exact: true }).first().waitFor();
      await ready(page);
      const file = join(FOLDER, `${name}.png`);
      await page.screenshot({ path: file, animations: 'disabled' });
      const { size } = await stat(file);
      assert.ok(size <= MAX_BYTES, `${name}.png has ${size} bytes`);
    });

  picture('home', '/', async (page) => {
    await page.getByRole('link', { name: 'shop-checkout' }).first().waitFor();
    await page
      .locator('section', { hasText: 'Needs attention' })
      .getByText(/^Likely: version 2/)
      .first()
      .waitFor({ timeout: ALERT_MS });
  });
  picture('function', '/functions/order-worker', (page) =>
    page.getByRole('heading', { name: 'order-worker' }).waitFor(),
  );
  picture(
    'map',
    '/map',
    async (page) => {
      await page.getByLabel(/^Map of \d+ things/).waitFor();
      // Its traffic shows once some seconds of it have come.
      await eventually(async () => assert.ok(Number(await page.evaluate('performance.now()')) > TRAFFIC_MS), 30_000);
    },
    'dark',
  );
  picture('nodes', '/nodes', (page) =>
    page.getByRole('table', { name: 'Sandboxes' }).getByText(/%$/).first().waitFor(),
  );
  picture(
    'policies',
    '/people/policies',
    (page) => page.getByText('the tag stage is missing').first().waitFor(),
    'dark',
  );
});
