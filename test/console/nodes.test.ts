import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho } from './ask.ts';
import { everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

describe('nodes and sandboxes in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await deployEcho(node, 'pay');
    await ask(node, 'POST', '/v1/functions/pay/invoke', {});
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('sandboxes are whole in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/nodes`, 'nodes', {
      async check(page) {
        await page.getByText('Memory of all sandboxes').waitFor();
      },
    }));

  for (const [name, words] of [
    ['machine', 'Load of the machine'],
    ['status', 'Left of what may go wrong in 30 days'],
    ['settings', 'Most invocations in flight on this node'],
  ] as const) {
    test(`${name} is whole in every look`, (t) =>
      // What is left out where there is little room is there all the same.
      everyLook(t, browser, `${node.url}/console/nodes/${name}`, name, {
        check: (page) => page.getByText(words).first().waitFor({ state: 'attached' }),
      }));
  }

  test('a sandbox is shown with what it runs, its memory and its CPU, as they change', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/nodes`);
    const row = page
      .getByRole('table', { name: 'Sandboxes' })
      .locator('[data-row]')
      .filter({ has: page.getByRole('link', { name: 'pay' }) });
    await row.getByText(/MB of 128 MB/).waitFor();
    await row.getByText(/^(\d[\d.]*%|<0\.1%)$/).waitFor();
    await row.getByText('1', { exact: true }).first().waitFor();
    await ask(node, 'POST', '/v1/functions/pay/invoke', {});
    await row.getByText('2', { exact: true }).waitFor();
    await row.getByText('frozen').waitFor();
    assertClean();
  });

  test('the legend narrows the table, and the URL keeps it', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/nodes`);
    const rows = page.getByRole('table', { name: 'Sandboxes' }).locator('[data-row]');
    await rows.getByRole('link', { name: 'pay' }).waitFor();
    await page
      .getByRole('list', { name: 'Sandboxes by state' })
      .getByRole('button', { name: /^prewarmed/ })
      .click();
    await page.waitForURL(/state=prewarmed/);
    await rows.getByRole('link', { name: 'pay' }).waitFor({ state: 'detached' });
    await rows.first().waitFor();
    await page.goto(`${node.url}/console/nodes?by=function`);
    await page.getByRole('table', { name: 'Functions with sandboxes' }).getByText('pay').waitFor();
  });

  test('settings tell what they are, and none that is secret', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/nodes/settings?q=token`);
    const rows = page.getByRole('table').locator('[data-row]');
    await rows.filter({ hasText: 'token' }).getByText('not shown').first().waitFor();
  });
});
