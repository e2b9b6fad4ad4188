import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho, signInByToken } from './ask.ts';
import {
  assertAccessible,
  assertNoOverflow,
  everyLook,
  goTo,
  look,
  noBrowser,
  openBrowser,
  openPage,
  settled,
} from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'">';
const PASSWORD = 'correct horse battery';
const MANY = 600;

describe('people and policies in the console', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let token: string;
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });
  const as = (method: string, path: string, body?: unknown) => ask(node, method, path, body, token);
  const prepare = (page: Page) => signInByToken(page, node, token);
  const textbox = (page: Page, name: string) => page.getByRole('dialog').getByRole('textbox', { name, exact: true });

  test('the first user is made by keys alone, and has to sign in from then on', async (t) => {
    const { page } = await openPage(t, browser, { expected: /401/ });
    await goTo(page, `${node.url}/console/people`);
    await page.getByText('No users yet').waitFor();
    await page.getByRole('button', { name: 'Create a user' }).first().focus();
    await page.keyboard.press('Enter');
    // The dialogue takes the focus a moment after it is there.
    await page.getByRole('dialog').locator('input:focus').waitFor();
    await page.keyboard.type('ada');
    await textbox(page, 'Password').focus();
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByLabel('User').fill('ada');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByText('Live', { exact: true }).waitFor();
    await goTo(page, `${node.url}/console/people/users/ada`);
    await page.getByRole('link', { name: 'administrator' }).waitFor();
    token = (await ask(node, 'POST', '/v1/session', { user: 'ada', password: PASSWORD })).token;
    await as('POST', '/v1/users', { name: 'grace', fullName: HOSTILE, roles: ['appops'] });
    await as('PUT', '/v1/teams/shop', { description: HOSTILE, members: ['grace'], roles: ['viewer'] });
    await deployEcho(node, 'cart', { owner: 'shop', tags: { stage: 'prod' }, memoryMb: 512 }, token);
    const deny = { effect: 'deny', actions: ['function:remove'], where: { tag: { stage: 'prod' } } };
    await as('PUT', '/v1/roles/careful', { description: HOSTILE, statements: [deny] });
    await as('PATCH', '/v1/users/grace', { roles: ['appops', 'careful'] });
    await as('PUT', '/v1/policies/memory', { mode: 'warn', rules: { maxMemoryMb: 256 }, message: HOSTILE });
    await as('PUT', '/v1/quotas/shop', { functions: 1 });
    await as('PUT', '/v1/execution-roles/reader', { description: HOSTILE, grants: ['bucket:photos:read'] });
  });

  test('users are whole in every look', (t) =>
    everyLook(t, browser, `${node.url}/console/people`, 'people', {
      prepare,
      async check(page) {
        await page.getByRole('cell', { name: 'grace', exact: true }).waitFor();
      },
    }));

  test('each further part is whole, small and dark, and what was written is text', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { scheme: 'dark', width: 360 });
    await prepare(page);
    for (const [path, words] of [
      ['users/grace', HOSTILE],
      ['teams', 'shop'],
      ['teams/shop', HOSTILE],
      ['roles', 'careful'],
      ['roles/careful', HOSTILE],
      ['tokens', 'ada'],
      ['can?who=user:grace&action=function:remove&resource=cart', 'not allowed'],
      ['policies', 'memory'],
      ['policies/memory', HOSTILE],
      ['quotas', '1 of 1'],
      ['execution-roles', 'reader'],
      ['execution-roles/reader', HOSTILE],
    ] as const) {
      await t.test(path, async () => {
        await goTo(page, `${node.url}/console/people/${path}`);
        await page
          .getByText(words, { exact: words === HOSTILE })
          .first()
          .waitFor();
        await look(page, `people-${path.replace(/\W/g, '-')}`);
        await assertNoOverflow(page);
        await assertAccessible(page);
        assertClean();
      });
    }
  });

  test('a token is made for somebody, narrowed, shown this once, and revoked', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await prepare(page);
    await goTo(page, `${node.url}/console/people/users/grace`);
    await page.getByRole('button', { name: 'Create a token' }).click();
    await textbox(page, 'What it is for').fill('pipeline');
    await page.getByRole('dialog').getByLabel('Only to do this').first().fill('function:deploy');
    await page.keyboard.press('Enter');
    await page.getByText('fob token create pipeline --user grace --action function:deploy --expires 90d').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).press('Enter');
    const shown = page.getByRole('dialog', { name: 'The token, shown this once' });
    const secret = (await shown.locator('[data-secret]').textContent())!;
    assert.match(secret, /^fob_/);
    const who = await ask(node, 'GET', '/v1/session', undefined, secret);
    assert.deepEqual([who.user, who.token.scopes], ['grace', { actions: ['function:deploy'] }]);
    await shown.getByRole('button', { name: 'I have it' }).click();
    await shown.waitFor({ state: 'detached' });
    const row = page.getByRole('table', { name: 'Tokens and sessions' }).locator('[data-row]');
    await row.getByText('function:deploy').waitFor();
    assert.ok(!(await page.content()).includes(secret), 'it is nowhere in the page any more');
    await row.getByRole('button', { name: 'Revoke pipeline' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No tokens yet').waitFor();
    const refused = await node.request('GET', '/v1/session', { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal(refused.status, 401);
    assertClean();
  });

  test('who may what is explained: the statement that decides, and what would be needed', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await prepare(page);
    await goTo(page, `${node.url}/console/people/can`);
    await page
      .getByRole('combobox', { name: 'May' })
      .or(page.getByRole('textbox', { name: 'May' }))
      .fill('user:grace');
    await page
      .getByRole('combobox', { name: 'Do' })
      .or(page.getByRole('textbox', { name: 'Do' }))
      .fill('function:remove');
    await page
      .getByRole('combobox', { name: 'To' })
      .or(page.getByRole('textbox', { name: 'To' }))
      .fill('cart');
    await page.keyboard.press('Enter');
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText(/user grace may not function:remove .*statement 1 of the role careful/).waitFor();
    await answer.getByText('may not remove functions, only what is tagged stage=prod').waitFor();
    await page.getByText('fob can user:grace function:remove cart').waitFor();
    await answer.getByRole('link', { name: 'careful' }).click();
    await page.getByRole('heading', { name: 'careful' }).waitFor();
    assertClean();
  });

  test('two people change one team: both states are seen, and one decides', async (t) => {
    const { page } = await openPage(t, browser, { expected: /412/ });
    await prepare(page);
    await goTo(page, `${node.url}/console/people/teams/shop`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await textbox(page, 'What it does').fill('mine');
    await as('PUT', '/v1/teams/shop', { description: 'theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('dialog').getByRole('alert');
    await conflict.getByText('Somebody changed it in the meantime').waitFor();
    await conflict.getByRole('row', { name: /description .*theirs .*mine/ }).waitFor();
    assert.equal((await as('GET', '/v1/teams/shop')).description, 'theirs');
    await page.getByRole('button', { name: 'Save over theirs' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('mine', { exact: true }).waitFor();
    assert.equal((await as('GET', '/v1/teams/shop')).description, 'mine');
  });

  test('a policy tells its effect before it holds, and a change of it can be undone', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await prepare(page);
    await goTo(page, `${node.url}/console/people/policies/memory`);
    await page.getByText('at most 256 MB').waitFor();
    const broken = page.getByRole('table', { name: 'Functions that break policies' });
    await broken.getByRole('link', { name: 'cart' }).waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 of the functions that are there would break it: cart').waitFor();
    await dialog.getByLabel('Most memory, in MB').fill('1024');
    await dialog.getByText('No function that is there would break it.').waitFor();
    await dialog.getByText(/fob policy set memory --max-memory 1024 --warn/).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('No function breaks it').waitFor();
    await page.getByRole('button', { name: 'Undo the last change' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo the last change' }).click();
    await broken.getByRole('link', { name: 'cart' }).waitFor();
    assertClean();
  });

  test('an execution role is made from a template, a quota is set, by the same words as the command line', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    await prepare(page);
    await goTo(page, `${node.url}/console/people/execution-roles`);
    await page.getByRole('button', { name: 'Create an execution role' }).click();
    await textbox(page, 'Name').fill('worker');
    await page.getByRole('dialog').getByLabel('From a template').first().click();
    await page.getByRole('option', { name: 'receives from a queue, and sends to it' }).click();
    await textbox(page, 'Name of the queue').fill('orders');
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await page
      .getByText('fob execution-role create worker --grant queue:orders:receive --grant queue:orders:send')
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
    await page.waitForURL(/execution-roles\/worker$/);
    assert.deepEqual((await as('GET', '/v1/execution-roles/worker')).grants, [
      'queue:orders:receive',
      'queue:orders:send',
    ]);
    await goTo(page, `${node.url}/console/people/quotas`);
    await page.getByRole('button', { name: 'Change the quota of shop' }).click();
    await page.getByRole('dialog').getByLabel('Functions', { exact: true }).fill('4');
    await page.getByText('fob quota set shop --functions 4').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 of 4').waitFor();
    assertClean();
  });

  test('hundreds of users are drawn as far as they are seen, and found', async (t) => {
    for (let at = 0; at < MANY; at += 50) {
      const make = (_: unknown, more: number) => as('POST', '/v1/users', { name: `user-${at + more}` });
      await Promise.all(Array.from({ length: 50 }, make));
    }
    const { page, assertClean } = await openPage(t, browser);
    await prepare(page);
    await goTo(page, `${node.url}/console/people`);
    await page.getByText(`${MANY + 2} users`).waitFor();
    const rows = page.getByRole('table', { name: 'Users' }).locator('[data-row]');
    assert.ok((await rows.count()) < 100);
    await page.getByLabel('Filter users').fill('user-599');
    await rows.getByText('user-599').waitFor();
    await page.waitForURL(/q=user-599/);
    assert.equal(await rows.count(), 1);
    assertClean();
  });

  test('who may not see people is told which permission is missing', async (t) => {
    const issued = await as('POST', '/v1/tokens', { user: 'grace', label: 'look' });
    const { page } = await openPage(t, browser, { expected: /403/ });
    await signInByToken(page, node, issued.token);
    await goTo(page, `${node.url}/console/people`);
    await page.getByText('You may not see this').waitFor();
    await page.getByText('identity:read').first().waitFor();
    await settled(page);
  });
});
