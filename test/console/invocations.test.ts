import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>alert(1)</script>';
const FAILING = `exports.handler = async ({ order }) => {
  console.log('charging order ' + order);
  if (order === 4) throw new TypeError(${JSON.stringify(HOSTILE)});
  return { order, paid: true };
};`;
const MENDED = 'exports.handler = async ({ order }) => ({ order, paid: true, fee: 1 });';

const rows = (page: Page): Locator => page.getByRole('table', { name: 'Invocations' }).locator('[data-row]');

describe('invocations in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  let failed: string;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('charge', FAILING, { runtime: 'node', recordPayloads: 'all' });
    for (let order = 1; order <= 6; order++) {
      const answer = await client.invoke('charge', { order });
      if (order === 4) failed = answer.headers.get('fob-invocation-id')!;
    }
    await client.put('charge', MENDED, { runtime: 'node', recordPayloads: 'all' });
    await client.put('quiet', 'exports.handler = async () => 1;', { runtime: 'node' });
    await client.result('quiet');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('what failed is found among all, read, and run again with the version that is mended', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/functions/charge/invocations`);
    await rows(page).nth(5).waitFor();
    await page.getByRole('combobox', { name: 'How they ended' }).click();
    await page.getByRole('option', { name: 'Any failure' }).click();
    await page.waitForURL(/status=any/);
    await rows(page).nth(1).waitFor({ state: 'detached' });
    await rows(page).first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/console/invocations/${failed}`));
    await page.getByRole('heading', { name: `TypeError: ${HOSTILE}` }).waitFor();
    const trace = page.getByRole('list', { name: /^Trace of/ });
    await trace.getByRole('button', { name: /run/ }).click();
    await trace.getByText('Took').waitFor();
    const log = page.getByRole('listbox', { name: 'The log of this invocation' });
    await log.getByText('charging order 4').waitFor();
    await log.getByText(/^REPORT/).waitFor();
    await page.getByRole('region', { name: 'Payload' }).getByText('"order": 4').waitFor();
    await assertAccessible(page);

    await page.getByRole('button', { name: 'Run it again' }).click();
    await page.getByText('It ended differently').waitFor();
    const differences = page.getByRole('region', { name: 'How the ends differ' });
    await differences.getByRole('row', { name: /status.*failed.*succeeded/ }).waitFor();
    await page.getByText('version 1 then, version 2 now').waitFor();
    await page.getByRole('combobox', { name: 'Run it again with' }).click();
    await page.getByRole('option', { name: 'version 1 (as it was)' }).click();
    await page.getByText(`fob replay ${failed} --version 1`).waitFor();
    await page.getByRole('button', { name: 'Run it again' }).click();
    await page.getByText('It ended the same').waitFor();
    assert.doesNotMatch(await page.title(), /hacked/);
    assertClean();
  });

  test('a call appears in the list by itself; a page of its own says what was not recorded', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/invocations?function=quiet`);
    await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    await rows(page).first().waitFor();
    const before = await rows(page).count();
    await client.result('quiet');
    const beganMs = performance.now();
    await rows(page).nth(before).waitFor();
    t.diagnostic(`a call appears ${Math.round(performance.now() - beganMs)} ms after it ended`);
    await rows(page).first().click();
    await page.getByText('Nothing was recorded of this call').waitFor();
    await page.getByText('fob set quiet --record-payloads failed').waitFor();
    assertClean();
  });

  test('the chart of a single minute moves by a part of it, not by years', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const minute = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
    const iso = (ms: number) => new Date(ms).toISOString();
    const query = new URLSearchParams({ from: iso(minute), to: iso(minute + 60_000) });
    await goTo(page, `${node.url}/console/invocations?${query}`);
    const chart = page.getByRole('img', { name: /^Invocations over time/ });
    await chart.locator('canvas').waitFor();
    await chart.press('ArrowLeft');
    await page.waitForURL((url) => url.searchParams.get('from') !== iso(minute));
    assert.equal(new URL(page.url()).searchParams.get('from'), iso(minute - 60_000));
    assertClean();
  });

  test('an invocation that is not there is told', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /404/ });
    await goTo(page, `${node.url}/console/invocations/0190f3c2-0000-7000-8000-000000000000`);
    await page.getByText('This invocation is not there').waitFor();
    assertClean();
  });

  test('the list is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/invocations`, 'invocations', {
      check: (page) => rows(page).nth(5).waitFor(),
    }));

  test('one invocation is whole, legible and accessible in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/invocations/${failed}`, 'invocation', {
      check: (page) => page.getByRole('list', { name: /^Trace of/ }).waitFor(),
    }));
});
