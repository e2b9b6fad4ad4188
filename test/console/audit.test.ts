import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask } from './ask.ts';
import {
  assertAccessible,
  assertNoOverflow,
  everyLook,
  goTo,
  hold,
  noBrowser,
  openBrowser,
  openPage,
  settled,
} from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';
const MANY = 450;

describe('the audit trail in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    const put = (at: number) => ask(node, 'PUT', `/v1/quotas/team-${at}`, { functions: at + 1 });
    // Before all others, which are written down in any order.
    await put(0);
    for (let at = 1; at < MANY; at += 50) {
      await Promise.all(Array.from({ length: Math.min(50, MANY - at) }, (_, more) => put(at + more)));
    }
    await ask(node, 'PUT', '/v1/policies/memory', { rules: { maxMemoryMb: 512 }, mode: 'warn' });
    await ask(node, 'PUT', '/v1/policies/memory', { rules: { maxMemoryMb: 256 }, description: HOSTILE });
    await ask(node, 'PUT', '/v1/policies/memory?dryRun=true', { rules: { maxMemoryMb: 128 } });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });
  const entries = async (query: string) => (await ask(node, 'GET', `/v1/audit?${query}`)).entries;

  test('is whole in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/audit`, 'audit', {
      async check(page) {
        await page.getByRole('cell', { name: 'policy:write' }).first().waitFor();
      },
    }));

  test('an entry shows before and after as text, and its URL can be shared', async (t) => {
    const [newest, first] = await entries('subject=policy:memory');
    assert.deepEqual(
      [newest.details.before.rules, newest.details.after.rules, first.details.before],
      [{ maxMemoryMb: 512 }, { maxMemoryMb: 256 }, undefined],
      'a dry run is no change',
    );
    const { page, assertClean } = await openPage(t, browser, { scheme: 'dark', width: 360 });
    await goTo(page, `${node.url}/console/audit?entry=${newest.sequence}`);
    const changed = page.getByRole('dialog').getByRole('region', { name: 'What changed' });
    const row = changed.getByRole('row', { name: /rules\.maxMemoryMb/ });
    await row.getByText('512').waitFor();
    await row.getByText('256').waitFor();
    await changed.getByText(HOSTILE).waitFor();
    assert.equal(await page.title(), 'Audit · Flock of Birds');
    await assertNoOverflow(page);
    await assertAccessible(page);
    assertClean();
  });

  test('filters stand in the URL, and the command line says the same', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/audit`);
    await page.getByLabel('To what').fill('quota:team-77');
    await page.waitForURL(/subject=quota/);
    const rows = page.getByRole('table').locator('[data-row]');
    await page.getByText('fob audit --subject quota:team-77').waitFor();
    await rows.getByText('policy:memory').waitFor({ state: 'detached' });
    await rows.first().waitFor();
    assert.equal(await rows.count(), 1);
    await rows.first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /^Entry \d+$/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.goto(`${node.url}/console/audit?outcome=denied`);
    await settled(page);
    await page.getByText('Nothing fits these filters').waitFor();
    assertClean();
  });

  test('thousands of entries are drawn as far as they are seen, and come as one scrolls', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/audit`);
    const rows = page.getByRole('table').locator('[data-row]');
    await rows.first().focus();
    assert.ok((await rows.count()) < 100);
    for (let pages = 0; pages < 8; pages++) {
      const before = await page.getByRole('table').getAttribute('aria-rowcount');
      await page.keyboard.press('End');
      if (Number(before) > MANY) break;
      await page.locator(`[role=table]:not([aria-rowcount="${before}"])`).waitFor();
    }
    await page.getByText('quota:team-0', { exact: true }).waitFor();
    assert.ok((await rows.count()) < 100);
    assertClean();
  });

  test('further entries come, and new ones, however the questions for them meet', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    const toEnd = async (): Promise<void> => {
      await goTo(page, `${node.url}/console/audit`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.locator('[data-row="0"]').focus();
    };
    // Somebody comes to the end while what is new is asked for.
    await toEnd();
    const news = await hold(page, /\/v1\/audit\?/, 'GET');
    await ask(node, 'PUT', '/v1/quotas/first-news', { functions: 1 });
    await news.isAsked;
    await page.keyboard.press('End');
    await page.locator('[data-row="199"]:focus').waitFor();
    news.release();
    await page.locator('[role=table][aria-rowcount="401"]').waitFor();
    await page.keyboard.press('Home');
    await page.getByText('quota:first-news').waitFor();
    // Something new takes the question for more away.
    await page.unrouteAll({ behavior: 'wait' });
    await toEnd();
    const more = await hold(page, /\/v1\/audit\?.*cursor=/, 'GET');
    await page.keyboard.press('End');
    await more.isAsked;
    const renewed = page.waitForResponse((response) => /\/v1\/audit\?(?!.*cursor=)/.test(response.url()));
    await ask(node, 'PUT', '/v1/quotas/second-news', { functions: 1 });
    await renewed;
    more.release();
    await page.locator('[role=table][aria-rowcount="401"]').waitFor();
    assertClean();
  });

  test('the chain is verified, and one that was written anew is found', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/audit`);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    const dialog = page.getByRole('dialog', { name: 'Verify the chain' });
    await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
    await dialog.getByText(/^Intact: /).waitFor();
    await dialog.getByLabel('An entry that you noted earlier').fill(`3:${'0'.repeat(64)}`);
    await dialog.getByRole('button', { name: 'Verify', exact: true }).click();
    await dialog.getByText(/^Broken at entry 3/).waitFor();
  });

  test('what was found can be taken along', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/audit?subject=policy:memory`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    assert.equal(lines.length, 2);
    assert.equal(JSON.parse(lines[0]!).subject, 'policy:memory');
  });

  test('what is changed meanwhile appears by itself', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/audit`);
    await page.getByText('Live', { exact: true }).waitFor();
    await ask(node, 'PUT', '/v1/quotas/newcomers', { functions: 3 });
    await page.getByText('quota:newcomers').waitFor();
  });
});
