import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho } from './ask.ts';
import { everyLook, goTo, noBrowser, openBrowser, openPage } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';
const LOCK = 'a-lock-of-the-test';

describe('repositories and projects in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    await ask(node, 'PUT', '/v1/repositories/shop', { description: HOSTILE });
    await deployEcho(node, 'pay', { memoryMb: 256 });
    const applied = {
      functions: {
        pay: { fields: { memoryMb: 128 }, made: true },
        gone: { fields: { memoryMb: 128 }, made: true },
      },
    };
    await ask(node, 'PUT', '/v1/projects/shop/lock', { id: LOCK });
    await ask(node, 'PUT', '/v1/projects/shop', { lock: LOCK, applied, origin: { message: HOSTILE } });
    await ask(node, 'DELETE', `/v1/projects/shop/lock?id=${LOCK}`);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('the list of repositories is whole in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/repositories`, 'repositories'));

  test('a repository is whole in every look, and says how to push to it', (t) =>
    everyLook(t, browser, `${node.url}/console/repositories/shop`, 'repository', {
      check: async (page) => {
        await page.getByText(HOSTILE).waitFor();
        await page.getByText(`git remote add fob ${node.url}/git/shop.git`).waitFor();
      },
    }));

  test('a project is whole in every look, with what was changed outside of its file', (t) =>
    everyLook(t, browser, `${node.url}/console/repositories/projects/shop`, 'project', {
      async check(page) {
        const changed = page.getByRole('region', { name: 'What was changed of pay' });
        await changed.getByText('128').waitFor();
        await changed.getByText('256').waitFor();
        await page.getByText('was removed').waitFor();
        await page.getByText(HOSTILE).waitFor();
      },
    }));

  test('one elsewhere is watched; its webhook’s secret is shown once, and its failure said', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/repositories`);
    await page.getByRole('button', { name: 'Create a repository' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create a repository' });
    await dialog.getByText('Watched elsewhere').click();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('photos');
    await dialog.getByRole('textbox', { name: 'Address', exact: true }).fill('http://127.0.0.1:1/photos.git');
    await dialog.getByText('fob repo watch photos http://127.0.0.1:1/photos.git --poll 60s').waitFor();
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    const secret = page.getByRole('dialog', { name: /secret, shown this once/ });
    await secret.getByText('/git/photos/hook').waitFor();
    await secret.getByRole('button', { name: 'I have it' }).click();
    await page.waitForURL(/\/console\/repositories\/photos$/);
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByText('cannot be looked at').waitFor();
    await page.getByText(/in a row failed: /).waitFor();
    assertClean();
  });

  test('what is changed back is no drift any more', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/repositories/projects/shop`);
    await page.getByText('2 things').waitFor();
    await ask(node, 'PATCH', '/v1/functions/pay', { memoryMb: 128 });
    await page.getByRole('button', { name: 'Compare again' }).click();
    await page.getByText('1 thing', { exact: true }).waitFor();
    assert.equal(await page.getByRole('region', { name: 'What was changed of pay' }).count(), 0);
  });
});
