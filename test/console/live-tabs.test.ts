import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho } from './ask.ts';
import { noBrowser, openBrowser, settled } from './support.ts';

/** More windows than a browser keeps connections to one node. */
const WINDOWS = 8;
const OF_OPERATOR = 'of-the-operator';
/** As from another machine: over plain HTTP, where browsers trust a page with less. */
const HOST = 'node.test';
const WAIT_MS = 30_000;

describe('the tabs of one browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let url: string;
  let ada: string;
  let bob: string;
  let deployed = 0;
  const newUser = async (name: string, roles: string[]): Promise<string> =>
    (await ask(node, 'POST', '/v1/users', { name, roles, token: { label: 'test' } }, OF_OPERATOR)).token.token;

  before(async () => {
    [browser, node] = await Promise.all([
      openBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]),
      startTestNode({ token: OF_OPERATOR, allowedHosts: [HOST] }),
    ]);
    url = `http://${HOST}:${node.port}`;
    ada = await newUser('ada', ['administrator']);
    const statements = [{ effect: 'allow', actions: ['function:list'], resources: ['function:open*'] }];
    await ask(node, 'PUT', '/v1/roles/open-only', { statements }, ada);
    bob = await newUser('bob', ['open-only']);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  /** As the sign-in does, in the page itself: the test finds no such host. */
  const signIn = async (context: BrowserContext, token: string): Promise<void> => {
    const page = await context.newPage();
    await page.goto(`${url}/console/icon.svg`);
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) };
    assert.equal(
      await page.evaluate(`fetch('/v1/session/browser', ${JSON.stringify(init)}).then(({ ok }) => ok)`),
      true,
    );
    assert.equal(await page.evaluate('isSecureContext'), false);
    await page.close();
  };
  /** Opens windows of one profile, each at the list of functions; and knows which feeds are open. */
  const openWindows = async (t: TestContext, count: number, prepare?: (context: BrowserContext) => Promise<void>) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const reading = new Map<Request, Page>();
    context.on('request', (request) => {
      if (request.url().endsWith('/v1/live')) reading.set(request, request.frame().page());
    });
    const ended = (request: Request): void => void reading.delete(request);
    context.on('requestfailed', ended);
    context.on('requestfinished', ended);
    await prepare?.(context);
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(`${url}/console/functions`);
      await settled(page);
      return page;
    };
    await signIn(context, ada);
    const pages: Page[] = [];
    while (pages.length < count) pages.push(await open());
    await Promise.all(pages.map(isLive));
    /** The one window that reads, of those that live, once it is one. */
    const reader = async (living: readonly Page[] = pages): Promise<Page> => {
      let found: Page[] = [];
      await eventually(() => {
        found = [...reading.values()].filter((page) => living.includes(page) && !page.isClosed());
        assert.equal(found.length, 1, 'windows that read');
      }, WAIT_MS);
      return found[0]!;
    };
    return { pages, reader, context };
  };
  const isLive = (page: Page) => page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  const deploy = async (prefix = 'open'): Promise<string> => {
    const name = `${prefix}-${++deployed}`;
    await deployEcho(node, name, {}, ada);
    return name;
  };
  const sees = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).waitFor();

  test('share one feed, and all of them can still ask', async (t) => {
    const { pages, reader } = await openWindows(t, WINDOWS);
    await reader();
    const name = await deploy();
    const beganMs = performance.now();
    await Promise.all(pages.map((page) => sees(page, name)));
    t.diagnostic(`all ${WINDOWS} have it ${Math.round(performance.now() - beganMs)} ms after it was deployed`);
    const asked = await Promise.all(pages.map((page) => page.evaluate("fetch('/v1/session').then(({ ok }) => ok)")));
    assert.deepEqual(new Set(asked), new Set([true]));
  });

  test('share it, too, where the browser has no room, or was told to keep nothing', async (t) => {
    for (const [kept, init] of [
      ['full', "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"],
      [
        'none',
        "for (const each of ['localStorage', 'sessionStorage']) Object.defineProperty(window, each, { get() { throw new DOMException('none', 'SecurityError'); } })",
      ],
    ] as const) {
      const { pages, reader } = await openWindows(t, 2, async (context) => void (await context.addInitScript(init)));
      await reader();
      const name = await deploy();
      await Promise.all(pages.map((page) => sees(page, name)));
      await pages[0]!.goto(`${url}/console/create`);
      await pages[0]!.getByRole('heading', { level: 1, name: 'Create a function' }).waitFor();
      t.diagnostic(`storage: ${kept}`);
    }
  });

  test('go on when the one that reads is closed, and when it crashes', async (t) => {
    const { pages, reader, context } = await openWindows(t, 3);
    await (await reader()).close();
    const staying = pages.filter((page) => !page.isClosed());
    assert.equal(staying.length, 2);
    const afterClose = await deploy();
    await Promise.all(staying.map((page) => sees(page, afterClose)));

    const crashing = await reader();
    const debug = await context.newCDPSession(crashing);
    const crashed = crashing.waitForEvent('crash');
    // No answer comes of it.
    void debug.send('Page.crash').catch(() => {});
    await crashed;
    const left = staying.filter((page) => page !== crashing);
    const afterCrash = await deploy();
    await sees(left[0]!, afterCrash);
    assert.equal(await reader(left), left[0]);
  });

  test('go on when the one that reads hangs, and are one again when it wakes', async (t) => {
    const { pages, reader, context } = await openWindows(t, 2);
    const hanging = await reader();
    const other = pages.find((page) => page !== hanging)!;
    const debug = await context.newCDPSession(hanging);
    await debug.send('Debugger.enable');
    await debug.send('Debugger.pause');
    const meanwhile = await deploy();
    await sees(other, meanwhile);
    assert.equal(await reader([other]), other, 'the one that lives goes on');
    await debug.send('Debugger.disable');
    const afterwards = await deploy();
    for (const page of pages) for (const name of [meanwhile, afterwards]) await sees(page, name);
    await reader();
  });

  test('of two who signed in, each hears what is theirs', async (t) => {
    const { pages, reader, context } = await openWindows(t, 1);
    const [adas] = pages;
    // Ada does not sign out: her token stays good, and her feed open.
    await signIn(context, bob);
    const bobs = await context.newPage();
    await bobs.goto(`${url}/console/functions`);
    await isLive(bobs);
    await bobs.evaluate(`(async () => {
      const { token, kind, name } = await (await fetch('/v1/session')).json();
      const channel = new BroadcastChannel('fob-live 2 ' + [kind, name, token.id].join(' '));
      window.told = [];
      channel.onmessage = ({ data }) => window.told.push(JSON.stringify(data));
    })()`);
    // The cookie is Bob's now, so that this window shows what he may see, and says so.
    await adas!.getByRole('button', { name: 'You: bob' }).waitFor();
    await isLive(adas!);
    const hidden = await deploy('hidden');
    const open = await deploy();
    for (const page of [adas!, bobs]) {
      await sees(page, open);
      assert.equal(await page.getByText(hidden).count(), 0);
    }
    const told = String(await bobs.evaluate('window.told.join()'));
    assert.match(told, new RegExp(open));
    assert.doesNotMatch(told, /hidden/);
    await reader([adas!, bobs]);
  });

  test('all know when one of them has signed out', async (t) => {
    const { pages } = await openWindows(t, 2);
    const [one, other] = pages as [Page, Page];
    await one.getByRole('button', { name: 'You: ada' }).click();
    await one.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const page of [one, other]) await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  test('ask for nothing while nobody sees them, and for all that changed when somebody does', async (t) => {
    const { pages } = await openWindows(t, 2, async (context) => {
      await context.addInitScript(
        "Object.defineProperty(Document.prototype, 'hidden', { get: () => window.isHidden === true })",
      );
    });
    const [seen, unseen] = pages as [Page, Page];
    const show = (isHidden: boolean) =>
      unseen.evaluate(`window.isHidden = ${isHidden}; document.dispatchEvent(new Event('visibilitychange'))`);
    await show(true);
    const asked: string[] = [];
    unseen.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const name = await deploy();
    await sees(seen, name);
    await seen.goto(`${url}/console/queues`);
    await settled(seen);
    await isLive(seen);
    await ask(node, 'PUT', '/v1/queues/unseen', {}, ada);
    await sees(seen, 'unseen');
    // It may read for the other one, which left the feed when it went elsewhere.
    assert.deepEqual(
      asked.filter((path) => path !== '/v1/live'),
      [],
    );
    await show(false);
    await sees(unseen, name);
  });
});
