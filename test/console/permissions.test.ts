import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho, signInByToken } from './ask.ts';
import { goWithin, look, noBrowser, openBrowser, openPage, settled } from './support.ts';

/** What only the owner's team and administrators may read. */
const SECRET = 'of-the-owner-alone';
const texts = (file: string, pattern: RegExp): string[] =>
  [...readFileSync(new URL(`../../src/console/${file}`, import.meta.url), 'utf8').matchAll(pattern)].map(
    ([, text]) => text!,
  );
const SCREENS = texts('routes.tsx', /^ {4}path: '([^']*)'/gm).map((path) => path.replace('/*', ''));
const TABS = texts('screens/function/tabs.ts', /path: '([^']*)'/g).map((path) => path.replace('/*', ''));

describe('the console for who may do little', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let administrator: string;
  const tokens = new Map<string, string>();
  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode()]);
    administrator = (await ask(node, 'POST', '/v1/users', { name: 'ada', roles: ['administrator'], token: {} })).token
      .token;
    for (const role of ['viewer', 'appops']) {
      const made = { name: `some-${role}`, roles: [role], token: {} };
      tokens.set(role, (await ask(node, 'POST', '/v1/users', made, administrator)).token.token);
    }
    await ask(node, 'PUT', '/v1/teams/shop', { members: ['ada'] }, administrator);
    await deployEcho(node, 'cart', { owner: 'shop', environment: { KEY: SECRET } }, administrator);
    await ask(node, 'PATCH', '/v1/functions/cart', { memoryMb: 256 }, administrator);
    await ask(node, 'PUT', '/v1/buckets/shop-photos', undefined, administrator);
    await ask(node, 'PUT', '/v1/secrets/shop-key', { value: SECRET }, administrator);
    const trigger = { function: 'cart', type: 'bucket', options: { bucket: 'shop-photos' } };
    await ask(node, 'POST', '/v1/triggers', trigger, administrator);
    await ask(node, 'POST', '/v1/functions/cart/invoke', { hello: 'world' }, administrator);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  test('what a viewer may not do with a function is off, and says what is missing', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /status of 403/ });
    await signInByToken(page, node, tokens.get('viewer')!);
    const off: readonly [path: string, button: string, permission: string][] = [
      ['functions/cart/test', 'Run', 'function:invoke'],
      ['functions/cart/configuration', 'Remove the function', 'function:remove'],
      ['functions/cart/triggers', 'Add a trigger', 'trigger:write'],
      ['functions/cart/releases', 'New alias', 'function:release'],
      ['functions/cart/releases', 'Roll back', 'function:release'],
      ['functions', 'Create a function', 'function:deploy'],
    ];
    for (const [path, name, permission] of off) {
      await page.goto(`${node.url}/console/${path}`);
      const button = page.locator('[aria-disabled="true"]', { hasText: name });
      await button.focus();
      await page.getByRole('tooltip').getByText(permission).waitFor();
      await look(page, `viewer-${name.replaceAll(' ', '-')}`);
    }
    for (const tab of ['configuration', 'permissions']) {
      await page.goto(`${node.url}/console/functions/cart/${tab}`);
      await page.getByText('function:configure').first().waitFor();
      await page.getByRole('button', { name: /^Save/ }).waitFor({ state: 'detached' });
      await page.locator('fieldset:disabled input').first().waitFor();
      const unseen = `[...document.querySelectorAll('fieldset:disabled [role=switch]')].every((box) => getComputedStyle(box).opacity === '0')`;
      assert.ok(await page.evaluate(unseen), 'the box of a switch stays below what is drawn of it');
      await look(page, `viewer-${tab}`);
    }
    await page.goto(`${node.url}/console/functions/cart/code`);
    await page.locator('a[download][aria-disabled="true"]').waitFor();
    await page.goto(`${node.url}/console/functions/cart/triggers`);
    await page.getByRole('switch', { disabled: true }).waitFor();
    await page.goto(`${node.url}/console/create`);
    await page.getByRole('alert').getByText('You may not deploy functions').waitFor();
    await look(page, 'viewer-create');
    await page.goto(`${node.url}/console/`);
    await settled(page);
    await look(page, 'viewer-home');
    assertClean();
  });

  for (const role of ['viewer', 'appops'] as const) {
    test(`a foreign ${role} finds every screen whole, and is told what is not for them`, async (t) => {
      const { page, assertClean } = await openPage(t, browser, { expected: /status of 403/ });
      await signInByToken(page, node, tokens.get(role)!);
      await page.goto(`${node.url}/console/`);
      assert.ok(SCREENS.length > 15 && TABS.length > 8, `${SCREENS} ${TABS}`);
      for (const path of [...SCREENS, ...TABS.map((tab) => `functions/cart/${tab}`)]) {
        await t.test(path === '' ? 'home' : path, async () => {
          await page.goto(`${node.url}/console/${path}`);
          await settled(page);
          const isForOthers =
            /^(people|audit)$/.test(path) ||
            (role === 'appops' ? path.startsWith('functions/cart/') : path === 'functions/cart/code');
          if (isForOthers) await page.getByText('You may not see this').first().waitFor();
          // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not seen
          const seen = await page.locator('body').innerText();
          assert.doesNotMatch(seen, /Something went wrong|undefined|NaN/);
          assert.ok(!seen.includes(SECRET));
          if (role === 'viewer' && path === 'functions/cart/code') assert.match(seen, /function:code/);
          assertClean();
        });
      }
    });
  }

  test('an action that one may not do is off, says to the keyboard what is missing, and is asked about once', async (t) => {
    const { page, assertClean } = await openPage(t, browser);
    // As soon as the feed is there, what was answered before it is asked again.
    await page.route('**/v1/live', () => undefined);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/v1/can')) asked.push(request.postData() ?? '');
    });
    await signInByToken(page, node, tokens.get('viewer')!);
    await page.goto(`${node.url}/console/secrets/shop-key`);
    const button = page.getByRole('button', { name: 'New value' });
    await button.waitFor();
    for (const name of ['New value', 'Recycle', 'Remove', 'Change'])
      assert.equal(await page.getByRole('button', { name, exact: true }).isDisabled(), true, name);
    assert.equal(asked.join('').match(/secret:shop-key/g)?.length, 1, asked.join('\n'));
    await button.focus();
    const reason = /needs the permission secret:write on secret:shop-key, which .*ada/;
    await page.getByRole('tooltip').getByText(reason).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove', exact: true }).click({ force: true });
    assert.equal(await page.getByRole('dialog').count(), 0);
    assertClean();
  });

  test('who is signing in is not disturbed by what is refused late', async (t) => {
    const made = { name: 'leaver', roles: ['viewer'], token: {} };
    const { token } = await ask(node, 'POST', '/v1/users', made, administrator);
    const { page, assertClean } = await openPage(t, browser, { expected: /status of 401/ });
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route('**/v1/can', async (route) => {
      asked.resolve();
      await held.promise;
      await route.fulfill({ status: 401, json: { code: 'unauthenticated', detail: 'late' } });
    });
    await signInByToken(page, node, token.token);
    await page.goto(`${node.url}/console/secrets`);
    await asked.promise;
    await ask(node, 'DELETE', `/v1/tokens/${token.id}`, undefined, administrator);
    await goWithin(page, '/console/queues');
    const user = page.getByRole('textbox', { name: 'User' });
    await user.fill('leaver');
    const late = page.waitForResponse('**/v1/can');
    held.resolve();
    await late;
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await settled(page);
    assert.equal(await user.inputValue(), 'leaver');
    assertClean();
  });

  test('what one writes and does not deploy is not the next one’s who signs in there', async (t) => {
    const made = { name: 'eve', roles: ['administrator'], token: {} };
    const { token } = await ask(node, 'POST', '/v1/users', made, administrator);
    const { page, assertClean } = await openPage(t, browser);
    const seen = async (who: string, code: string, isChosen: boolean) => {
      await signInByToken(page, node, who);
      await page.goto(`${node.url}/console/functions/cart/code`);
      await page.getByText(code).waitFor();
      await page.goto(`${node.url}/console/create`);
      await page.getByRole('radio', { name: /Write code/, checked: isChosen }).waitFor();
    };
    await seen(administrator, 'nothing changed', false);
    await page.getByRole('radio', { name: /Write code/ }).click();
    await page.goto(`${node.url}/console/functions/cart/code`);
    await page.locator('.cm-content').click();
    await page.keyboard.type('// mine');
    await page.getByText('1 file changed').waitFor();
    await seen(token.token, 'nothing changed', false);
    await seen(administrator, '1 file changed', true);
    assertClean();
  });

  test('who makes things of their own is offered to, without what is for others', async (t) => {
    const { page, assertClean } = await openPage(t, browser, { expected: /status of 403/ });
    await signInByToken(page, node, tokens.get('appops')!);
    await page.goto(`${node.url}/console/secrets`);
    const create = page.getByRole('button', { name: 'Create a secret' }).first();
    await create.waitFor();
    assert.equal(await create.isDisabled(), false);
    await page.goto(`${node.url}/console/people/policies`);
    const policy = page.getByRole('button', { name: 'Create a policy' }).first();
    await policy.waitFor();
    assert.equal(await policy.isDisabled(), true);
    assertClean();
  });
});
