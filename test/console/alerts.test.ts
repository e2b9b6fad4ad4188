import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Client, createClient } from '../support/client.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { assertAccessible, assertNoOverflow, everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';
const GOOD = 'exports.handler = async () => 1;';
const BAD = `exports.handler = async () => { throw new TypeError(${JSON.stringify(HOSTILE)}); };`;

describe('alerts in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let client: Client;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode();
    client = createClient(node.url);
    await client.put('pay', GOOD, { runtime: 'node' });
    for (let count = 0; count < 3; count++) await client.result('pay');
    await client.put('pay', BAD, { runtime: 'node' });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  const rule = (page: Page, name: string) =>
    page.getByRole('table', { name: 'Rules' }).getByRole('row').filter({ hasText: name });

  test('what fires appears by itself, with its cause; one acknowledges it, and rolls back', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/alerts`);
    await page.getByText('Nothing fires').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    for (let count = 0; count < 12; count++) await client.invoke('pay');
    const alert = page.getByRole('button', { name: /pay More calls fail than should/ });
    await alert.waitFor({ timeout: 30_000 });
    const why = page.getByRole('region', { name: 'Why' });
    await why
      .getByText(/version 2/)
      .first()
      .waitFor();
    await why.getByText(HOSTILE).first().waitFor();
    await page.getByText('fob rollback pay', { exact: true }).waitFor();

    await goTo(page, `${node.url}/console/`);
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention.getByText(/^Likely: version 2/).waitFor();
    assert.equal(await attention.getByRole('listitem').count(), 1, 'that its calls fail is said once');
    await attention.getByRole('link', { name: /% of invocations failed/ }).click();
    await why.getByText(HOSTILE).first().waitFor();

    await page.getByRole('button', { name: 'Acknowledge', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Acknowledge errors@pay' });
    await dialog.getByRole('textbox', { name: 'What is being done' }).fill('rolling back');
    await dialog.getByText("fob alert ack errors@pay --note 'rolling back'").waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /operator looks after it/ }).waitFor();

    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page
      .getByRole('dialog', { name: 'Roll pay back?' })
      .getByRole('button', { name: 'Roll back', exact: true })
      .click();
    await page.getByText('pay went back to the version before').waitFor();
    assert.equal(await client.result('pay'), 1);
    await page.getByText('Version 1 serves now; what failed was version 2').waitFor();
    const again = page.getByRole('button', { name: 'Roll back', exact: true });
    assert.equal(await again.count(), 0, 'who went back is not led further back by an alert that has not ended yet');
    assert.notEqual(await page.title(), 'hacked');
    assertClean();
  });

  test('what is written about an alert stays when a graver one comes above it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    let isGraver = false;
    await page.route(/\/v1\/alerts$/, async (route) => {
      const response = await route.fetch();
      const { alerts } = await response.json();
      const graver = { ...alerts[0], id: 'errors@grave', firingId: 'grave', function: 'grave', severity: 'critical' };
      await route.fulfill({ response, json: { alerts: isGraver ? [graver, ...alerts] : alerts } });
    });
    await goTo(page, `${node.url}/console/alerts`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    const why = page.getByRole('textbox', { name: 'Why' });
    await why.fill('written just now');
    isGraver = true;
    await client.request('PUT', '/v1/alerts/rules/news', {
      body: JSON.stringify({ when: 'p99(duration) > 9s over 10m' }),
      headers: { 'Content-Type': 'application/json' },
    });
    await page.getByText('grave', { exact: true }).waitFor();
    assert.equal(await why.inputValue(), 'written just now');
    await client.request('DELETE', '/v1/alerts/rules/news');
    assertClean();
  });

  test('a rule is written, changed and removed; what is wrong with it is said', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { width: 768, expected: /400/ });
    await goTo(page, `${node.url}/console/alerts?show=rules`);
    await page.getByRole('button', { name: 'Create a rule' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('slow');
    await dialog.getByRole('textbox', { name: 'Fires when' }).fill('p99(duration) is slow');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('textbox', { name: 'Fires when' }).fill('p99(duration) > 2s over 10m');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await rule(page, 'slow').getByRole('button', { name: 'Change slow' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Fires when' }).fill('p99(duration) > 3s over 10m');
    await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
    await rule(page, 'slow').getByText('> 3s').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await assertAccessible(page);
    await rule(page, 'slow').getByRole('button', { name: 'Remove slow' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No rules of your own').waitFor();
    assertClean();
  });

  test('a rule that somebody changed meanwhile is removed when one asks again', async (t) => {
    const put = async (when: string) => {
      const { status, text } = await client.request('PUT', '/v1/alerts/rules/hasty', {
        body: JSON.stringify({ when }),
        headers: { 'Content-Type': 'application/json' },
      });
      assert.ok(status < 300, text);
    };
    await put('p99(duration) > 2s over 10m');
    const { page, assertClean } = await openPage(t, browser, { expected: /412/ });
    await goTo(page, `${node.url}/console/alerts?show=rules`);
    await page.getByRole('button', { name: 'Remove hasty' }).click();
    await put('p99(duration) > 3s over 10m');
    const dialog = page.getByRole('dialog', { name: 'Remove the rule hasty?' });
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove hasty' }).waitFor({ state: 'detached' });
    assertClean();
  });

  test('silences, channels and history', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { width: 360 });
    await goTo(page, `${node.url}/console/alerts?show=silences`);
    await page.getByRole('button', { name: 'Silence alerts' }).click();
    await page.getByRole('textbox', { name: 'What' }).fill('lag@*');
    await page.getByRole('textbox', { name: 'Why' }).fill('known');
    await page.getByRole('dialog').getByRole('button', { name: 'Silence', exact: true }).click();
    await page.getByRole('button', { name: 'End the silence of lag@*' }).click();
    await page.getByText(/^fob alert unsilence /).waitFor();
    await page.getByText('Nothing is silenced').waitFor();

    await page.getByRole('tab', { name: 'Channels' }).click();
    await page.waitForURL(/show=channels/);
    await page.getByRole('button', { name: 'Create a channel' }).first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('ops');
    await page.getByRole('textbox', { name: 'Address' }).fill('http://127.0.0.1:9/alerts');
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('It is shown this once').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('table', { name: 'Channels' }).getByText('ops').waitFor();
    for (const name of ['Create a channel', / is there$/])
      await page.getByRole('dialog', { name }).waitFor({ state: 'detached' });
    await assertNoOverflow(page);
    await assertAccessible(page);

    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('table', { name: 'What fired' }).getByText('pay').first().waitFor();
    await assertNoOverflow(page);
    await page.setViewportSize({ width: 1_440, height: 900 });
    await goTo(page, `${node.url}/console/alerts?show=history`);
    await page
      .getByRole('table', { name: 'What fired' })
      .getByText(/^version 2/)
      .first()
      .waitFor();
    await assertNoOverflow(page);
    assertClean();
  });

  test('every look', (t) =>
    everyLook(t, browser, `${node.url}/console/alerts`, 'alerts', {
      check: (page) => page.getByRole('tab', { name: 'Firing now' }).waitFor(),
    }));
});
