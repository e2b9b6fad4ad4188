import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, signInByToken } from './ask.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

const OF_OPERATOR = 'of-the-operator';
const FAILS =
  'export const handler = async ({ bad, say }) => { if (say) console.log(say); if (bad) throw new Error(bad); };';
/** Longer than most screens waited before they asked again; three times that are shorter than the feed's silence. */
const A_WHILE_MS = 12_000;
const TIMES = 3;
const DRAWN_MS = 30_000;
/** A sandbox is called again within this time, however long the page takes to show it, and ends after it. */
const KEEP_ALIVE_MS = 20_000;
/** What is told once a second to be measured anew. */
const FIGURES = ['/v1/sandboxes'];

describe('what screens asked for by the clock is told', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let ada: string;
  let eve: string;
  let asAda: (method: string, path: string, body?: unknown) => Promise<unknown>;
  const invoke = async (name: string, event: object = {}): Promise<void> => {
    const headers = { Authorization: `Bearer ${ada}`, 'Content-Type': 'application/json' };
    await node.request('POST', `/v1/functions/${name}/invoke`, { headers, body: JSON.stringify(event) });
  };

  before(async () => {
    [browser, node] = await Promise.all([
      openBrowser(),
      startTestNode({ token: OF_OPERATOR, keepAliveMs: KEEP_ALIVE_MS }),
    ]);
    const user = async (name: string, roles: string[]) =>
      (await ask(node, 'POST', '/v1/users', { name, roles, token: { label: 'test' } }, OF_OPERATOR)).token.token;
    ada = await user('ada', ['administrator']);
    eve = await user('eve', ['viewer']);
    asAda = (method, path, body) => ask(node, method, path, body, ada);
    const code = { inline: FAILS, fileName: 'main.mjs' };
    for (const name of ['pay', 'woken', 'broken'])
      await asAda('PUT', `/v1/functions/${name}`, { code, config: { runtime: 'node', owner: 'shop' } });
    await asAda('PUT', '/v1/quotas/shop', { invocationsPerDay: 100 });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  /** Opens a screen as Ada, and waits until it hears the feed. */
  const open = async (t: TestContext, path: string, prepare?: (page: Page) => Promise<void>) => {
    const { page, assertClean } = await openPage(t, browser);
    await signInByToken(page, node, ada);
    await prepare?.(page);
    await goTo(page, `${node.url}/console${path}`);
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    return { page, assertClean };
  };
  /** Does something, and says how long it took until it was seen. */
  const seenAfter = async (t: TestContext, what: string, act: () => Promise<unknown>, seen: () => Promise<unknown>) => {
    await act();
    const beganMs = performance.now();
    await seen();
    t.diagnostic(`${what} after ${Math.round(performance.now() - beganMs)} ms`);
  };

  for (const path of [
    '/audit',
    '/nodes',
    '/nodes/status',
    '/people/quotas',
    '/alerts',
    '/schedules',
    '/functions/pay/monitoring',
    '/invocations',
    '/logs',
  ])
    test(`${path} asks for nothing by the clock`, async (t) => {
      const { page } = await open(t, path, (opened) => opened.clock.install());
      await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
      const asked: string[] = [];
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (!FIGURES.includes(pathname)) asked.push(pathname);
      });
      for (let times = 0; times < TIMES; times++) {
        await page.clock.fastForward(A_WHILE_MS);
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      }
      // Gauges are measured while this goes on, and are asked for then.
      const most = Math.max(0, ...[...Map.groupBy(asked, (each) => each).values()].map(({ length }) => length));
      assert.ok(most < TIMES, asked.join(' '));
    });

  test('what changed before the feed was there is shown all the same', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await signInByToken(page, node, ada);
    const held = Promise.withResolvers<void>();
    await page.route('**/v1/live', async (route) => {
      await held.promise;
      await route.continue();
    });
    await goTo(page, `${node.url}/console/queues`);
    await page.getByText('Connecting').waitFor();
    await page.getByRole('heading', { name: 'Queues' }).waitFor();
    await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
    await asAda('PUT', '/v1/queues/meanwhile', {});
    held.resolve();
    await page.getByRole('link', { name: 'meanwhile' }).waitFor();
    assertClean();
  });

  test('a change and a refused attempt in the audit trail', async (t) => {
    const { page, assertClean } = await open(t, '/audit');
    await seenAfter(
      t,
      'a change',
      () => asAda('PUT', '/v1/quotas/newcomers', { functions: 3 }),
      () => drawn(page, 'quota:newcomers'),
    );
    await seenAfter(
      t,
      'a refused attempt',
      () => node.request('PUT', '/v1/secrets/mail', { headers: { Authorization: `Bearer ${eve}` }, body: 'x' }),
      () => drawn(page, 'secret:mail'),
    );
    await page.locator('[data-row]').filter({ hasText: 'secret:mail' }).getByText('denied').waitFor();
    assertClean();
  });

  test('a sandbox that starts, freezes, thaws and ends, and its figures once a second', async (t) => {
    const { page, assertClean } = await open(t, '/nodes');
    const row = page
      .getByRole('table', { name: 'Sandboxes' })
      .locator('[data-row]')
      .filter({ has: page.getByRole('link', { name: 'woken' }) });
    await seenAfter(
      t,
      'its start',
      () => invoke('woken'),
      () => drawn(page, 'woken'),
    );
    await row.getByText('frozen').waitFor();
    await seenAfter(
      t,
      'its next invocation',
      () => invoke('woken'),
      () => drawn(page, 'woken', '2'),
    );
    await row.waitFor({ state: 'detached', timeout: KEEP_ALIVE_MS + DRAWN_MS });
    // Nobody calls anything: figures come all the same.
    for (let times = 0; times < 3; times++)
      await page.waitForResponse((response) => response.url().endsWith('/v1/sandboxes?usage=true'));
    assertClean();
  });

  test('what a team has used of its quota', async (t) => {
    const { page, assertClean } = await open(t, '/people/quotas');
    const row = page
      .getByRole('table', { name: /What teams use/ })
      .locator('[data-row]')
      .filter({ hasText: 'shop' });
    const used = Number(/(\d+) of 100/.exec((await row.textContent())!)![1]);
    await seenAfter(
      t,
      'its use',
      () => invoke('pay'),
      () => drawn(page, `${used + 1} of 100`),
    );
    assertClean();
  });

  test('charts of invocations, and how many lines a log has', async (t) => {
    for (const [path, metric] of [
      ['/functions/pay/monitoring', 'errorRate'],
      ['/invocations', 'metric=invocations'],
    ] as const) {
      const { page, assertClean } = await open(t, path);
      const sum = (answer: { metrics: { metric: string; series: { points: number[][] }[] }[] }) =>
        (answer.metrics.find((each) => each.metric === 'invocations')?.series ?? [])
          .flatMap(({ points }) => points)
          .reduce((total, [, value]) => total + value!, 0);
      const query = 'invocations&from=1h';
      const before = sum(
        (await asAda(
          'GET',
          `/v1/metrics/query?metric=${query}${metric === 'errorRate' ? '&function=pay' : ''}`,
        )) as never,
      );
      const drawn = page.waitForResponse(
        async (response) =>
          response.url().includes('/v1/metrics/query') &&
          response.url().includes(metric) &&
          // What is given up has no body to be looked at.
          sum(await response.json().catch(() => ({ metrics: [] }))) > before,
      );
      await seenAfter(
        t,
        `${path}: a call`,
        () => invoke('pay'),
        () => drawn,
      );
      assertClean();
    }
    const { page, assertClean } = await open(t, '/logs?live=true');
    await seenAfter(
      t,
      'a line is counted',
      () => invoke('pay', { say: 'counted' }),
      () => drawn(page, '1 info'),
    );
    assertClean();
  });

  test('the numbers of what fires', async (t) => {
    for (let n = 0; n < 4; n++) await invoke('broken', { bad: 'no' });
    const { page, assertClean } = await open(t, '/alerts');
    const alert = page.getByRole('listitem').filter({ hasText: 'broken' });
    await alert.getByText('100%').first().waitFor();
    for (let n = 0; n < 4; n++) await invoke('broken');
    await alert.getByText('50%').first().waitFor();
    assertClean();
  });
});

/** Waits for a text, in a row that has another one too, and looks at each picture that the browser draws: a locator would wait longer between its looks. */
async function drawn(page: Page, text: string, cell?: string): Promise<void> {
  const wanted = JSON.stringify([text, cell]);
  await page.evaluate(`new Promise((done, fail) => {
    setTimeout(() => fail(new Error('never drawn: ' + ${wanted})), ${DRAWN_MS});
    const [text, cell] = ${wanted};
    const main = document.getElementById('main');
    const isThere = (of) => of.textContent.includes(text);
    const has = (row) => [...row.querySelectorAll('[role=cell]')].some(({ textContent }) => textContent === cell);
    const isDrawn = () => isThere(main) && (!cell || [...main.querySelectorAll('[data-row]')].some((row) => isThere(row) && has(row)));
    const look = () => (isDrawn() ? done() : requestAnimationFrame(look));
    look();
  })`);
}
