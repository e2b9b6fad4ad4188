import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { asked } from './function-support.ts';
import { goTo, noBrowser, openBrowser, openPage } from './support.ts';

const CODE =
  'export const handler = async (event) => { for (const each of ["one", "two", "three"]) console.log(each, event); };';

describe('what a view shows is in its address', { skip: noBrowser }, () => {
  let node: TestNode;
  let browser: Browser;
  let invocation: string;

  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await asked(node, 'PUT', '/v1/functions/pay', { code: { inline: CODE, fileName: 'main.mjs' } });
    const { headers } = await asked(node, 'POST', '/v1/functions/pay/invoke', { n: 1 });
    invocation = headers.get('fob-invocation-id')!;
    await asked(node, 'PUT', '/v1/buckets/kept');
    await asked(node, 'PATCH', '/v1/buckets/kept', { versioning: 'enabled' });
    for (const body of ['the first', 'the second'])
      assert.ok((await node.request('PUT', '/v1/buckets/kept/objects/a.txt', { body })).status < 300);
    assert.ok((await node.request('PUT', '/v1/buckets/kept/objects/b.txt', { body: 'another' })).status < 300);
  });
  after(async () => {
    await browser?.close();
    await node?.close();
  });

  test('a line of a log that is opened, until it is closed or other lines are shown', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/logs?function=pay`);
    const list = page.getByRole('listbox');
    const detail = page.getByRole('complementary', { name: 'The chosen line' });
    await list.getByText('two').click();
    await detail.waitFor();
    await page.waitForURL(/line=\d+/);
    const url = page.url();
    await page.reload();
    await detail.getByText('two').first().waitFor();
    await detail.locator(':focus').waitFor();
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    await page.waitForURL((now) => !now.searchParams.has('line'));
    const other = await openPage(t, browser);
    await goTo(other.page, url);
    const theirs = other.page.getByRole('complementary', { name: 'The chosen line' });
    await theirs.getByText('two').first().waitFor();
    await other.page.getByRole('listbox').getByText('three').click();
    await theirs.getByText('three').first().waitFor();
    await other.page.waitForURL((now) => now.href !== url);
    await other.page.getByRole('button', { name: /^Time range/ }).click();
    await other.page.getByRole('button', { name: 'Last hour' }).click();
    await theirs.waitFor({ state: 'detached' });
    await other.page.waitForURL((now) => !now.searchParams.has('line'));
    assertClean();
    other.assertClean();
  });

  test('a step of a trace that is opened', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/invocations/${invocation}`);
    const step = page
      .getByRole('list', { name: /^Trace of/ })
      .getByRole('button')
      .last();
    await step.click();
    await page.waitForURL(/span=/);
    await page.reload();
    await page
      .getByRole('list', { name: /^Trace of/ })
      .getByRole('button', { expanded: true })
      .waitFor();
    await step.click();
    await page.waitForURL((url) => !url.search.includes('span'));
    assertClean();
  });

  test('a version of an object, and none of the next one', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/buckets/kept?object=a.txt`);
    await page.getByText('the second', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Show the version/ }).click();
    await page.getByText('the first', { exact: true }).waitFor();
    await page.waitForURL(/version=/);
    await page.reload();
    await page.getByText('the first', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.waitForURL((url) => url.search === '');
    await page.getByRole('link', { name: 'b.txt', exact: true }).click();
    await page.getByText('another').waitFor();
    assertClean();
  });

  test('the part of time that one looks closer at on the machine, and lines of a chart that are hidden', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/nodes/machine`);
    const chart = page.getByRole('region', { name: 'CPU' });
    await chart.getByRole('img').press('+');
    await page.waitForURL(/from=.*T/);
    await page.getByRole('button', { name: /–/ }).first().waitFor();
    await chart.getByRole('img').press('Escape');
    await page.waitForURL((url) => !url.search.includes('from'));
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: 'Last 24 hours', exact: true }).click();
    await page.waitForURL(/from=24h$/);
    await chart.getByRole('button', { pressed: true }).click();
    await page.waitForURL(/hide=CPU/);
    await page.reload();
    await chart.getByRole('button', { pressed: false }).click();
    await page.waitForURL((url) => !url.search.includes('hide'));
    assertClean();
  });

  test('of two changes that come before either is drawn, none takes the other back', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/map?find=pay`);
    await page.getByRole('textbox', { name: 'Find on the map' }).fill('');
    // A click elsewhere leaves the field first, and is heard by the time that the address has changed, before anything is drawn.
    await page.evaluate(`(async () => {
      document.activeElement.blur();
      for (let turn = 0; turn < 100; turn++) await null;
      document.querySelector('input[role=switch]').click();
    })()`);
    await page.waitForURL((url) => url.search === '?silent=no');
    assertClean();
  });

  test('who has gone on to another page is not brought back by what they typed before', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const held = Promise.withResolvers<void>();
    await page.route(/\/assets\/audit-\w+\.js$/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.clock.install();
    await goTo(page, `${node.url}/console/nodes`);
    // What is typed waits for its pause, however long the click takes.
    await page.clock.pauseAt(Date.now() + 3_600_000);
    await page.getByRole('textbox', { name: 'Filter sandboxes' }).fill('pay');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Audit' }).click();
    await page.waitForURL(/\/console\/audit$/);
    await page.clock.fastForward(1_000);
    await page.clock.resume();
    held.resolve();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    assert.equal(page.url(), `${node.url}/console/audit`);
    assertClean();
  });

  test('whatever somebody wrote there, the page stands', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /400 \(Bad Request\)/ });
    for (const [path, heading] of [
      ['/?show=constructor', 'Home'],
      ['/nodes?by=__proto__&state=toString&sort=constructor', 'Nodes'],
      ['/functions/pay/monitoring?from=9000000000000000', 'pay'],
      ['/functions/pay/invocations?from=99999999999999999999999&to=9e99', 'pay'],
      ['/nodes/machine?from=9000000000000000&to=%ED%A0%80', 'Nodes'],
      ['/functions/pay/invocations?to=9000000000000000', 'pay'],
      ['/logs?from=9000000000000000&line=__proto__&fields=constructor', 'Logs'],
    ]) {
      await goTo(page, `${node.url}/console${path}`);
      await page.getByRole('heading', { level: 1, name: heading! }).waitFor();
      assertClean();
    }
  });
});
