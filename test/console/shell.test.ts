import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { CONSOLE_FOLDER } from '../../src/console-folder.ts';
import { startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask } from './ask.ts';
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
  waitUntil,
} from './support.ts';

const HOSTILE = '<img src=x onerror="document.title=\'hacked\'"><script>alert(1)</script>';
const FIRST_SCREEN_BYTES = 350_000;
const SCREENS_LEFT_OPEN = [
  '/',
  '/functions',
  '/logs',
  '/invocations',
  '/map',
  '/alerts',
  '/buckets',
  '/queues',
  '/nodes',
  '/people',
];
const PASSWORD = 'correct horse battery';

async function deploy(node: Pick<TestNode, 'request'>, name: string, description: string): Promise<void> {
  const body = JSON.stringify({
    code: { inline: 'export const handler = async (event) => event;', fileName: 'main.mjs' },
    config: { runtime: 'node', description, tags: { note: HOSTILE } },
  });
  const answer = await node.request('PUT', `/v1/functions/${name}`, {
    body,
    headers: { 'Content-Type': 'application/json' },
  });
  assert.equal(answer.status, 201, answer.text);
}

describe('the console', { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  test('its first screen is small, and asks for what it needs at once', async () => {
    const page = await readFile(join(CONSOLE_FOLDER, 'index.html'), 'utf8');
    const scripts = [...page.matchAll(/\/console\/(assets\/[\w-]+\.js)"/g)].map((match) => match[1]!);
    const home = (await readdir(join(CONSOLE_FOLDER, 'assets'))).filter((name) => /^home-\w+\.js$/.test(name));
    assert.ok(scripts.length >= 3, page);
    assert.equal(home.length, 1);
    // Every further piece that the first ones import without being asked is counted, too.
    const counted = new Set([...scripts, `assets/${home[0]}`]);
    for (const name of counted) {
      const text = await readFile(join(CONSOLE_FOLDER, name), 'utf8');
      for (const match of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) counted.add(`assets/${match[1]}`);
    }
    const sizes = await Promise.all(
      [...counted].map(async (name) => {
        const path = join(CONSOLE_FOLDER, name);
        return (await stat(`${path}.br`).catch(() => stat(path))).size;
      }),
    );
    const sum = sizes.reduce((one, other) => one + other, 0);
    assert.ok(sum > 50_000 && sum <= FIRST_SCREEN_BYTES, `${sum} bytes: ${[...counted].join(', ')}`);
  });

  test('something stands before its scripts run', async (t) => {
    const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    t.after(() => page.context().close());
    const node = await startTestNode();
    t.after(() => node.close());
    await page.goto(`${node.url}/console/functions/pay`);
    await page.locator('#console').getByText('Flock of Birds').waitFor();
  });

  describe('on a node without users', () => {
    let node: TestNode;
    before(async () => {
      node = await startTestNode();
      await deploy(node, 'hostile', HOSTILE);
      for (const name of ['pay', 'thumbnail']) await deploy(node, name, `What ${name} does`);
    });
    after(() => node.close());

    test('home is whole, legible and accessible in every look', async (t) => {
      await everyLook(t, browser, `${node.url}/console/`, 'home', {
        async check(page) {
          await page.getByText('Live', { exact: true }).waitFor();
          assert.ok((await page.getByText(HOSTILE).count()) > 0, 'a hostile description is shown as text');
          assert.equal(await page.title(), 'Home · Flock of Birds');
        },
      });
    });

    test('profile is whole, legible and accessible in every look', (t) =>
      everyLook(t, browser, `${node.url}/console/profile`, 'profile'));

    test('what happens is seen by itself, without asking', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      await page.getByText('Live', { exact: true }).waitFor();
      await deploy(node, 'newcomer', 'It has just come');
      const table = page.getByRole('table', { name: 'Functions' });
      let beganMs = performance.now();
      const told = (what: string) => t.diagnostic(`${what} after ${Math.round(performance.now() - beganMs)} ms`);
      await table.getByRole('link', { name: 'newcomer' }).waitFor();
      told('a function that was deployed');
      const ran = await node.request('POST', '/v1/functions/newcomer/invoke', { body: '{}' });
      assert.equal(ran.status, 200);
      beganMs = performance.now();
      await page.getByText(/^[1-9]\d* in /).waitFor();
      told('a call');
      assertClean();
    });

    test('a machine without a network still shows its own node', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      await page.evaluate("window.dispatchEvent(new Event('offline'))");
      await page.getByRole('navigation').getByRole('link', { name: 'Queues' }).click();
      await page.getByRole('heading', { name: 'Queues' }).waitFor();
      await settled(page);
      assertClean();
    });

    test('search finds by name and tag, its URL can be shared, and Enter opens', async (t) => {
      const { page } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      await page.getByLabel('Search functions').fill('thumb');
      const rows = page.getByRole('table', { name: 'Functions' }).locator('[data-row]');
      await page.waitForURL(/q=thumb/);
      await rows.getByRole('link', { name: 'pay' }).waitFor({ state: 'detached' });
      assert.equal(await rows.count(), 1);
      await page.reload();
      await settled(page);
      assert.equal(await rows.count(), 1, 'the same from the URL');
      await rows.first().focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/console\/functions\/thumbnail$/);
    });

    test('the palette, the shortcuts and their sheet work by keys alone', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
      await assertAccessible(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('g');
      await page.keyboard.press('p');
      await page.waitForURL(/\/console\/profile$/);
      await page.locator('h1:focus').waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('A function, a bucket, a screen, an action').fill('pay');
      await page.locator('[data-selected]', { hasText: 'What pay does' }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/console\/functions\/pay$/);
      await page.getByPlaceholder('A function, a bucket, a screen, an action').waitFor({ state: 'detached' });
      // A page takes the focus once when it comes, which is later than its URL.
      await page.locator('h1:focus', { hasText: 'pay' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('A function, a bucket, a screen, an action').fill('pay conf');
      await page.locator('[data-selected]', { hasText: 'pay: Configuration' }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/console\/functions\/pay\/configuration$/);
      await ask(node, 'PUT', '/v1/queues/payments', {});
      await page.getByPlaceholder('A function, a bucket, a screen, an action').waitFor({ state: 'detached' });
      await page.locator('h1:focus', { hasText: 'pay' }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('A function, a bucket, a screen, an action').fill('payments');
      await page.locator('[data-selected]', { hasText: 'Queue' }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/console\/queues\/payments$/);
      assertClean();
    });

    test('what is typed before the palette is there is what it finds, and no shortcut', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      // Faster than anything is drawn.
      const keys = [{ key: 'k', code: 'KeyK', ctrlKey: true }, ...[...'gmap'].map((key) => ({ key }))];
      await page.evaluate(`for (const key of ${JSON.stringify(keys)})
        document.body.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }))`);
      const field = page.getByPlaceholder('A function, a bucket, a screen, an action');
      await waitUntil(page, "document.activeElement?.placeholder?.startsWith('A function, a bucket')");
      assert.equal(await field.inputValue(), 'gmap');
      await page.keyboard.type('s');
      assert.equal(await field.inputValue(), 'gmaps');
      assert.match(page.url(), /\/console\/?$/);
      assertClean();
    });

    test('keys that are pressed one after the other while the page is busy are a shortcut all the same', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      await goTo(page, `${node.url}/console/`);
      await page.evaluate(`addEventListener('keydown', ({ key }) => {
        for (const endMs = performance.now() + 1500; key === 'g' && performance.now() < endMs; );
      })`);
      await Promise.all([page.keyboard.press('g'), page.keyboard.press('q')]);
      await page.waitForURL(/\/console\/queues$/);
      assertClean();
    });

    test('whatever has the focus is seen to have it', async (t) => {
      const { page, assertClean } = await openPage(t, browser, { scheme: 'dark' });
      const marks = `(() => {
        const { activeElement: it } = document;
        const seen = [it, it.parentElement, it.nextElementSibling].some((each) => {
          if (each === null) return false;
          const { outlineStyle, outlineWidth } = getComputedStyle(each);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
        });
        return [seen, it.outerHTML.slice(0, 200)];
      })()`;
      for (const path of ['audit', 'functions']) {
        await goTo(page, `${node.url}/console/${path}`);
        const found: string[] = [];
        for (let at = 0; at < 45; at++) {
          await page.keyboard.press('Tab');
          const [isSeen, html] = (await page.evaluate(marks)) as [boolean, string];
          if (!isSeen && !html.startsWith('<body')) found.push(html);
        }
        assert.deepEqual(found, [], path);
      }
      assertClean();
    });

    test('a page that comes while the palette is open leaves it the focus, and has it after', async (t) => {
      const { page, assertClean } = await openPage(t, browser);
      const held = Promise.withResolvers<void>();
      await page.route(/\/assets\/audit-\w+\.js$/, async (route) => {
        await held.promise;
        await route.continue();
      });
      await goTo(page, `${node.url}/console/`);
      const asked = page.waitForRequest(/\/assets\/audit-/);
      await page.keyboard.press('g');
      await page.keyboard.press('u');
      await asked;
      await page.keyboard.press('Control+k');
      const search = page.getByPlaceholder('A function, a bucket, a screen, an action');
      await search.and(page.locator(':focus')).waitFor();
      await page.keyboard.type('pa');
      held.resolve();
      await page.locator('h1', { hasText: 'Audit' }).waitFor({ state: 'attached' });
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await page.keyboard.type('y');
      assert.equal(await search.inputValue(), 'pay');
      await page.keyboard.press('Escape');
      await search.waitFor({ state: 'detached' });
      await page.locator('h1:focus', { hasText: 'Audit' }).waitFor();
      assertClean();
    });
  });

  test('a node makes its first administrator here; then one signs in, and out', async (t) => {
    const node = await startTestNode();
    t.after(() => node.close());
    const { page, assertClean } = await openPage(t, browser, { expected: /401/ });
    await goTo(page, `${node.url}/console/`);
    await page.getByRole('button', { name: 'Make the first administrator' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('ada');
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="again"]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create it, and sign in' }).click();
    await page.getByRole('button', { name: 'You: ada' }).waitFor();
    assert.equal((await node.request('GET', '/v1/functions')).status, 401, 'programs need a credential now');
    const cookies = await page.context().cookies(`${node.url}/v1/session`);
    assert.deepEqual(
      cookies.map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path })),
      [{ httpOnly: true, sameSite: 'Strict', path: '/v1' }],
    );
    assert.equal(await page.evaluate('document.cookie'), '');

    await goTo(page, `${node.url}/console/profile`);
    await page.getByLabel('What it is for').fill('laptop');
    await page.getByText('fob token create laptop --expires 90d').waitFor();
    await page.getByRole('button', { name: 'Create a token' }).click();
    const secret = (await page.locator('[data-secret]').textContent())!;
    const asked = await node.request('GET', '/v1/session', { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal(asked.json.name, 'ada');
    await page.getByRole('button', { name: 'Revoke laptop' }).click();
    await page
      .getByRole('dialog')
      .getByText(/^fob token rm /)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke laptop' }).waitFor({ state: 'detached' });
    const revoked = await node.request('GET', '/v1/session', { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal(revoked.status, 401);
    await goTo(page, `${node.url}/console/people/users/ada`);
    await page.getByRole('link', { name: 'Set password' }).click();
    await page.locator('input[name="current"]').fill(PASSWORD);
    await page.locator('input[name="password"]').fill(`${PASSWORD} anew`);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('The password is set').waitFor();
    assert.deepEqual(await page.context().cookies(`${node.url}/v1/session`), cookies, 'the session went on');
    assert.equal(await page.evaluate(`fetch('/v1/session').then(({ status }) => status)`), 200);

    await page.getByRole('button', { name: 'You: ada' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    const again = await node.request('GET', '/v1/session', {
      headers: { Authorization: `Bearer ${cookies[0]!.value}` },
    });
    assert.equal(again.status, 401, 'signing out ended the token');

    const password = page.locator('input[name="password"]');
    await password.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    assert.equal(await password.getAttribute('type'), 'text', 'keys show what is typed');
    await page.keyboard.press('Space');
    await signIn(page, 'wrong');
    await page.getByRole('alert').waitFor();
    await signIn(page, `${PASSWORD} anew`);
    await page.getByRole('button', { name: 'You: ada' }).waitFor();
    assertClean();
  });

  test('the sign-in is legible and accessible in every look', async (t) => {
    const node = await startTestNode({ token: 'a-token-of-the-node' });
    t.after(() => node.close());
    for (const scheme of ['light', 'dark'] as const) {
      await t.test(scheme, async (inner) => {
        const { page, assertClean } = await openPage(inner, browser, { scheme, expected: /401/ });
        const inEveryWidth = async (name: string): Promise<void> => {
          for (const width of [360, 768, 1_440]) {
            await page.setViewportSize({ width, height: 900 });
            await look(page, `${name}-${scheme}-${width}`);
            await assertAccessible(page);
            await assertNoOverflow(page);
          }
        };
        await goTo(page, `${node.url}/console/`);
        await inEveryWidth('sign-in');
        await page.getByRole('button', { name: 'Sign in with a token instead' }).click();
        await page.getByRole('textbox', { name: 'Token' }).fill('a-token-of-the-node');
        await inEveryWidth('sign-in-token');
        await page.getByRole('textbox', { name: 'Token' }).press('Enter');
        await page.getByRole('heading', { name: 'Home' }).waitFor();
        assertClean();
      });
    }
  });

  test('a node that dies is said to be stale, and one that returns is live again', async (t) => {
    const { folder, remove } = await temporaryFolder();
    t.after(remove);
    const first = await startFobUp(folder);
    t.after(() => first.kill());
    const tabs: Page[] = [];
    for (const screen of SCREENS_LEFT_OPEN) {
      const { page: tab } = await openPage(t, browser);
      tabs.push(tab);
      await goTo(tab, `${first.url}/console${screen}`);
      await tab.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    }
    const titles = await Promise.all(tabs.map((tab) => tab.locator('h1').first().textContent()));
    const { page: elsewhere } = await openPage(t, browser);
    await goTo(elsewhere, `${first.url}/console/queues`);
    await elsewhere.getByRole('banner').getByText('Live', { exact: true }).waitFor();
    await first.kill();
    for (const tab of tabs) {
      await tab.getByRole('alert').getByText('The node does not answer').waitFor();
      await tab.locator('[data-live="reconnecting"]').waitFor();
    }
    assert.deepEqual(
      await Promise.all(tabs.map((tab) => tab.locator('h1').first().textContent())),
      titles,
      'what was known is still shown',
    );
    await elsewhere.getByRole('link', { name: 'Audit' }).click();
    await elsewhere.getByRole('heading', { name: 'The node does not answer' }).waitFor();
    const port = new URL(first.url).port;
    const second = await startFobUp(folder, ['--port', port]);
    t.after(() => second.kill());
    for (const [at, tab] of tabs.entries()) {
      await tab.getByRole('banner').getByText('Live', { exact: true }).waitFor();
      await settled(tab);
      assert.equal(await tab.getByRole('alert').count(), 0, SCREENS_LEFT_OPEN[at]);
      assert.equal(await tab.locator('h1').first().textContent(), titles[at]);
    }
    // What was never loaded comes by itself.
    await elsewhere.getByRole('heading', { name: 'Audit' }).waitFor();
  });
});

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'User' }).fill('ada');
  await page.locator('input[name="password"]').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
