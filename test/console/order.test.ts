import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked, codeOf } from './function-support.ts';
import { goTo, goWithin, noBrowser, openBrowser, openPage } from './support.ts';

/** Paths, and the tables there that can be sorted. */
const VIEWS: readonly (readonly [path: string, ...tables: string[]])[] = [
  ['/', 'Functions'],
  ['/functions', 'Functions'],
  ['/map?view=table', 'Connections on the map'],
  ['/schedules', 'Schedules'],
  ['/queues', 'Queues'],
  ['/topics', 'Topics'],
  ['/topics/orders', 'Subscriptions'],
  ['/buckets', 'Buckets'],
  ['/buckets/photos', 'What is in photos'],
  ['/buckets/photos?removed=yes', 'What was removed from photos'],
  ['/key-values', 'Spaces'],
  ['/events', 'Lanes'],
  ['/nodes', 'Sandboxes', 'Pools of prewarmed sandboxes'],
  ['/nodes?by=function', 'Functions with sandboxes', 'Pools of prewarmed sandboxes'],
  ['/nodes/settings', 'Settings of the node'],
  ['/secrets', 'Secrets'],
  ['/secrets/key', 'Functions that use key'],
  ['/repositories', 'Repositories'],
  ['/alerts?show=rules', 'Rules'],
  ['/alerts?show=channels', 'Channels'],
  ['/alerts?show=silences', 'Silences'],
  ['/people/roles', 'Roles'],
  ['/people/teams', 'Teams'],
  ['/people/execution-roles', 'Execution roles'],
  ['/people/policies', 'Policies', 'Functions that break policies'],
  ['/people/quotas', 'What teams use of their quotas', 'Quotas'],
];

/** A view without tables that can be sorted. */
const AWAY = '/console/profile';

/** The tables of a page that can be sorted, each with its headings, and how they are sorted. */
const SORTED = `Object.fromEntries(
  [...document.querySelectorAll('[role=table]')]
    .filter((table) => table.querySelector('[role=columnheader] button') !== null)
    .map((table) => [
      table.getAttribute('aria-label'),
      [...table.querySelectorAll('[role=columnheader]')]
        .filter((heading) => heading.querySelector('button') !== null)
        .map((heading) => [heading.firstChild.firstChild.textContent, heading.getAttribute('aria-sort') ?? '']),
    ]),
)`;
type Sorted = Readonly<Record<string, readonly (readonly [heading: string, order: string])[]>>;
const TURNED: Readonly<Record<string, string>> = { ascending: 'descending', descending: 'ascending' };

describe('the order of tables', { skip: noBrowser }, () => {
  let node: TestNode;
  let browser: Browser;
  /** What can be sorted on a page: just these tables. */
  const sorted = async (page: Page, tables: readonly string[]): Promise<Sorted> => {
    for (const table of tables) await page.getByRole('table', { name: table, exact: true }).waitFor();
    const found = (await page.evaluate(SORTED)) as Sorted;
    assert.deepEqual(Object.keys(found).sort(), [...tables].sort());
    return found;
  };
  const firstCells = (page: Page, table: string): Promise<string[]> =>
    page
      .getByRole('table', { name: table, exact: true })
      .locator('[data-row] > [role=cell]:first-child')
      .allInnerTexts();

  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode({ keepAliveMs: 600_000 })]);
    const put = (path: string, body: unknown = {}) => asked(node, 'PUT', `/v1${path}`, body);
    await put('/secrets/key', { value: 'a value of a secret', functions: ['*'] });
    for (const [name, config] of Object.entries({
      alpha: { memoryMb: 128, secrets: { KEY: 'key' } },
      bravo: { memoryMb: 256, secrets: { KEY: 'key' } },
      charlie: { runtime: 'node' },
    }))
      await put(`/functions/${name}`, { code: { inline: codeOf(1), fileName: 'main.mjs' }, config });
    for (const name of ['orders', 'others']) {
      await put(`/queues/${name}`);
      await put(`/topics/${name}`);
    }
    await asked(node, 'POST', '/v1/topics/orders/subscriptions', { destination: 'queue:orders' });
    await put('/buckets/photos');
    await asked(node, 'PATCH', '/v1/buckets/photos', { versioning: 'enabled' });
    for (const key of ['b.txt', 'a.txt', 'c/d.txt', 'gone.txt'])
      assert.ok((await node.request('PUT', `/v1/buckets/photos/objects/${key}`, { body: key })).status < 300);
    await asked(node, 'DELETE', '/v1/buckets/photos/objects/gone.txt');
    for (const [name, expression] of [
      ['alpha', '0 3 * * *'],
      ['bravo', '0 5 * * *'],
    ] as const)
      await asked(node, 'POST', '/v1/triggers', { function: name, type: 'schedule', options: { expression } });
    await asked(node, 'POST', '/v1/functions/alpha/events', { hello: 'world' });
    await asked(node, 'POST', '/v1/functions/bravo/invoke', { hello: 'world' });
    assert.ok((await node.request('PUT', '/v1/kv/settings/colour', { body: 'blue' })).status < 300);
    await put('/repositories/app');
    await put('/alerts/rules/slow', { when: 'p99(duration) > 2s over 10m', function: 'alpha' });
    await put('/alerts/channels/ops', { kind: 'webhook', url: 'http://127.0.0.1:9/closed' });
    await asked(node, 'POST', '/v1/alerts/silences', { alert: 'slow', forMs: 3_600_000, reason: 'known' });
    await put('/teams/shop');
    await put('/execution-roles/reader');
    await put('/policies/small', { rules: { maxMemoryMb: 128 }, mode: 'warn' });
    await put('/quotas/shop', { functions: 10 });
    await put('/quotas/till', { functions: 10 });
  });
  after(async () => {
    await browser?.close();
    await node?.close();
  });

  test('is in the address at every view, of each table apart', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, node.url + AWAY);
    for (const [path, ...tables] of VIEWS)
      await t.test(path, async () => {
        await goWithin(page, `/console${path}`);
        const first = await sorted(page, tables);
        const steps = await page.evaluate('history.length');
        const expected = { ...first };
        for (const table of tables) {
          const headings = first[table]!;
          const other = headings.find(([, order]) => order === '');
          const [heading, order] = other ?? headings[0]!;
          const orders = other === undefined ? [TURNED[order]!] : ['ascending', 'descending'];
          for (const next of orders) {
            const before = page.url();
            await page
              .getByRole('table', { name: table, exact: true })
              .getByRole('columnheader')
              .getByRole('button', { name: heading, exact: true })
              .click();
            expected[table] = headings.map(([each]) => [each, each === heading ? next : '']);
            await eventually(async () => assert.deepEqual(await page.evaluate(SORTED), expected));
            assert.notEqual(page.url(), before);
          }
        }
        assert.equal(await page.evaluate('history.length'), steps, 'no step of the history');
        // The address alone says it: whoever comes by it finds this order, and without its words that of the beginning.
        const { pathname, search } = new URL(page.url());
        await goWithin(page, AWAY);
        await goWithin(page, pathname + search);
        assert.deepEqual(await sorted(page, tables), expected);
        await goWithin(page, `/console${path}`);
        await eventually(async () => assert.deepEqual(await page.evaluate(SORTED), first));
        assertClean();
      });
  });

  test('is nothing that another part keeps', async () => {
    const folder = join(import.meta.dirname, '..', '..', 'src', 'console');
    const sorting: string[] = [];
    for (const file of await readdir(folder, { recursive: true }))
      if (file.endsWith('.tsx') && (await readFile(join(folder, file), 'utf8')).includes('aria-sort'))
        sorting.push(file);
    assert.deepEqual(
      sorting,
      [join('ui', 'data-table.tsx')],
      'a table that sorts is a DataTable: its order is in the URL',
    );
  });

  test('leaves no word where it is as it begins, and says nothing by a word that is none', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions?sort=-name`);
    const name = page.getByRole('columnheader').getByRole('button', { name: 'Function' });
    await eventually(async () => assert.deepEqual((await firstCells(page, 'Functions')).length, 3));
    const down = await firstCells(page, 'Functions');
    await name.click();
    await eventually(async () => assert.deepEqual(await firstCells(page, 'Functions'), down.toReversed()));
    assert.equal(new URL(page.url()).search, '');
    for (const word of ['nothing', '-', '__proto__', '-code%00']) {
      await goTo(page, `${node.url}/console/functions?sort=${word}`);
      await eventually(async () => assert.deepEqual(await firstCells(page, 'Functions'), down.toReversed()));
    }
  });

  test('is there again on the way back, and in folders', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/buckets/photos`);
    const objects = page.getByRole('table', { name: 'What is in photos' });
    await objects.getByRole('button', { name: 'Size' }).click();
    await page.waitForURL(/sort=bytes$/);
    await objects.getByRole('link', { name: 'c/' }).click();
    await objects.getByRole('link', { name: 'd.txt', exact: true }).waitFor();
    assert.match(page.url(), /sort=bytes/);
    await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'photos' }).click();
    await objects.getByRole('link', { name: 'a.txt', exact: true }).waitFor();
    assert.equal(new URL(page.url()).search, '?sort=bytes');
    await page.getByRole('link', { name: 'Queues' }).click();
    await page.getByRole('heading', { name: 'Queues', level: 1 }).waitFor();
    await page.goBack();
    await objects.locator('[aria-sort=ascending]').getByText('Size').waitFor();
  });
});
