import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho } from './ask.ts';
import { everyLook, goTo, noBrowser, openBrowser, openPage, settled } from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';

describe('secrets in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    const secret = { value: 'value-that-nobody-sees-1', description: HOSTILE, functions: ['pay'] };
    await ask(node, 'PUT', '/v1/secrets/db-password', secret);
    await ask(node, 'PUT', '/v1/secrets/db-password', { value: 'value-that-nobody-sees-2' });
    await deployEcho(node, 'pay', { secrets: { DB_PASSWORD: 'db-password' } });
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('the list is whole in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/secrets`, 'secrets', {
      check: async (page) => {
        await page.getByRole('cell', { name: 'db-password' }).waitFor();
        assert.equal(await page.title(), 'Secrets · Flock of Birds');
      },
    }));

  test('a secret is whole in every look, without its value', (t) =>
    everyLook(t, browser, `${node.url}/console/secrets/db-password`, 'secret', {
      async check(page) {
        await page.getByText(HOSTILE).waitFor();
        await page.getByRole('link', { name: 'pay' }).waitFor();
        assert.doesNotMatch(await page.content(), /value-that-nobody-sees/);
      },
    }));

  test('one is made by keys alone, and its value leaves the page', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/secrets`);
    await page.getByRole('button', { name: 'Create a secret' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Create a secret' });
    await dialog.locator('input:focus').waitFor();
    await page.keyboard.type('stripe-key');
    await dialog.getByRole('textbox', { name: 'Value', exact: true }).focus();
    await page.keyboard.type('sk-0123456789');
    await dialog.getByText('fob secret set stripe-key').waitFor();
    await dialog.getByRole('button', { name: 'Create', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/secrets\/stripe-key$/);
    await settled(page);
    assert.equal((await ask(node, 'GET', '/v1/secrets/stripe-key')).version, 1);
    assert.doesNotMatch(await page.content(), /sk-0123456789/);
    assertClean();
  });

  test('making one never sets the value of another', async (t) => {
    const { page } = await openPage(t, browser, { expected: /412/ });
    await goTo(page, `${node.url}/console/secrets`);
    await page.getByRole('button', { name: 'Create a secret' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create a secret' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('db-password');
    await dialog.getByRole('textbox', { name: 'Value', exact: true }).fill('another');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').getByText('there is a secret "db-password" already').waitFor();
    assert.equal((await ask(node, 'GET', '/v1/secrets/db-password')).version, 2);
  });

  test('a new value, a roll back and a recycle are seen at once', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/secrets/db-password`);
    const versions = page.getByRole('table', { name: 'Versions of db-password' });
    await versions.getByRole('button', { name: 'Roll back to version 1' }).click();
    const asking = page.getByRole('dialog', { name: 'Roll db-password back to version 1?' });
    await asking.getByText('fob secret rollback db-password --to 1').waitFor();
    await asking.getByRole('button', { name: 'Roll back' }).click();
    await versions.getByText('that of version 1 again').waitFor();
    await page.getByRole('button', { name: 'New value' }).click();
    const setting = page.getByRole('dialog', { name: 'New value of db-password' });
    await setting.getByRole('textbox', { name: 'Value', exact: true }).fill('value-that-nobody-sees-4');
    await setting.getByRole('button', { name: 'Set the value' }).click();
    await versions.getByRole('button', { name: 'Roll back to version 3' }).waitFor();
    await page.getByRole('button', { name: 'Recycle', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Recycle', exact: true }).click();
    await page.getByText(/sandboxes of pay end as soon as they are idle/).waitFor();
    const { versions: kept } = await ask(node, 'GET', '/v1/secrets/db-password');
    assert.deepEqual(
      kept.map(({ version, restoredFrom }: { version: number; restoredFrom?: number }) => [version, restoredFrom]),
      [
        [1, undefined],
        [2, undefined],
        [3, 1],
        [4, undefined],
      ],
    );
    assertClean();
  });

  test('who takes a function its grant is told what follows, and the page shows it', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/secrets/db-password`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Who may have db-password' });
    await dialog.getByLabel('Functions').press('Backspace');
    await dialog.getByText('pay may not have it any more then').waitFor();
    await dialog.getByText('fob secret revoke db-password pay').waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('no: it cannot start').waitFor();
    assertClean();
  });

  test('removing one that is used asks for its name, and does it', async (t) => {
    const { page } = await openPage(t, browser);
    await goTo(page, `${node.url}/console/secrets/db-password`);
    await page.getByRole('button', { name: 'Remove' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove the secret db-password?' });
    await dialog.getByText('pay cannot be started any more').waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Remove' }).isDisabled(), true);
    await dialog.getByLabel('Type db-password to go on').fill('db-password');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.waitForURL(/\/console\/secrets$/);
    assert.equal((await node.request('GET', '/v1/secrets/db-password')).status, 404);
  });
});
