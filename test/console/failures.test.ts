import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { deployEcho } from './ask.ts';
import { noBrowser, openBrowser, openPage } from './support.ts';

describe('the console of a node that fails for a while', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await deployEcho(node, 'cart');
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  for (const [path, asked, what, then] of [
    ['', /\/v1\/(alerts|top|lanes)\b/, 'What needs attention cannot be shown', 'Nothing needs you'],
    ['', /\/v1\/alerts\b/, 'What needs attention cannot be shown', 'Nothing needs you'],
    ['logs', /\/v1\/logs\b/, 'The log cannot be shown', 'Nothing was printed in this time'],
  ] as const) {
    test(`${asked.source} says that it failed, and trying again shows what there is`, async (t) => {
      const { page } = await openPage(t, browser);
      await page.route(asked, (route) => route.fulfill({ status: 500, body: '{}' }));
      await page.goto(`${node.url}/console/${path}`);
      await page.getByText(what).waitFor();
      await page.getByText(then).waitFor({ state: 'detached' });
      await page.unroute(asked);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText(then).waitFor();
    });
  }
});
