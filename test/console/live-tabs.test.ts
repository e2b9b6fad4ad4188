import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask, deployEcho, signInByToken } from './ask.ts';
import { noBrowser, openBrowser, settled } from './support.ts';

/** More windows than a browser keeps connections to one node. */
const WINDOWS = 8;
const OF_OPERATOR = 'of-the-operator';

describe('the tabs of one browser', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let ada: string;
  let bob: string;
  let deployed = 0;
  const newUser = async (name: string, roles: string[]): Promise<string> =>
    (await ask(node, 'POST', '/v1/users', { name, roles, token: { label: 'test' } }, OF_OPERATOR)).token.token;

  before(async () => {
    [browser, node] = await Promise.all([openBrowser(), startTestNode({ token: OF_OPERATOR })]);
    ada = await newUser('ada', ['administrator']);
    const statements = [{ effect: 'allow', actions: ['function:list'], resources: ['function:open*'] }];
    await ask(node, 'PUT', '/v1/roles/open-only', { statements }, ada);
    bob = await newUser('bob', ['open-only']);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  /** Opens windows of one profile, each at the list of functions; and counts the feeds that they open. */
  const openWindows = async (t: TestContext, count: number, prepare?: (context: BrowserContext) => Promise<void>) => {
    const context = await browser.newContext();
    t.after(() => context.close());
    const feeds: Page[] = [];
    context.on('request', (request) => {
      if (request.url().endsWith('/v1/live')) feeds.push(request.frame().page());
    });
    await prepare?.(context);
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(`${node.url}/console/functions`);
      await settled(page);
      return page;
    };
    const first = await context.newPage();
    await signInByToken(first, node, ada);
    await first.close();
    const pages: Page[] = [];
    while (pages.length < count) pages.push(await open());
    await Promise.all(pages.map(isLive));
    return { pages, feeds, open, context };
  };
  const isLive = (page: Page) => page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  const deploy = async (prefix = 'open'): Promise<string> => {
    const name = `${prefix}-${++deployed}`;
    await deployEcho(node, name, {}, ada);
    return name;
  };
  const sees = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).waitFor();

  test('share one feed, and all of them can still ask', async (t) => {
    const { pages, feeds } = await openWindows(t, WINDOWS);
    assert.equal(feeds.length, 1);
    const name = await deploy();
    const beganMs = performance.now();
    await Promise.all(pages.map((page) => sees(page, name)));
    t.diagnostic(`all ${WINDOWS} have it ${Math.round(performance.now() - beganMs)} ms after it was deployed`);
    const asked = await Promise.all(pages.map((page) => page.evaluate("fetch('/v1/session').then(({ ok }) => ok)")));
    assert.deepEqual(new Set(asked), new Set([true]));
  });

  test('go on when the one that reads is closed, and when it hangs', async (t) => {
    const { pages, feeds } = await openWindows(t, 3);
    const leader = () => feeds.at(-1)!;
    const others = () => pages.filter((page) => page !== leader() && !page.isClosed());
    await leader().close();
    const staying = pages.filter((page) => !page.isClosed());
    assert.equal(staying.length, 2);
    const afterClose = await deploy();
    await Promise.all(staying.map((page) => sees(page, afterClose)));
    assert.equal(feeds.length, 2);

    const hanging = leader();
    const [other] = others();
    const debug = await hanging.context().newCDPSession(hanging);
    const next = hanging.context().waitForEvent('request', (request) => request.url().endsWith('/v1/live'));
    await debug.send('Debugger.enable');
    await debug.send('Debugger.pause');
    assert.equal((await next).frame().page(), other, 'the one that lives goes on');
    const whileHanging = await deploy();
    await sees(other!, whileHanging);
    await debug.send('Debugger.disable');
    const afterwards = await deploy();
    await Promise.all([hanging, other!].map((page) => sees(page, afterwards)));
    await Promise.all([hanging, other!].map((page) => sees(page, whileHanging)));
    assert.equal(feeds.length, 3, 'the one that woke hears the other');
  });

  test('of two who signed in, each hears what is theirs', async (t) => {
    const { pages, feeds, context } = await openWindows(t, 1);
    const [adas] = pages;
    // Ada does not sign out: her token stays good, and her feed open.
    const bobs = await context.newPage();
    await signInByToken(bobs, node, bob);
    await bobs.goto(`${node.url}/console/functions`);
    await isLive(bobs);
    await bobs.evaluate(`(async () => {
      const { token, kind, name } = await (await fetch('/v1/session')).json();
      const channel = new BroadcastChannel('fob-live 1 ' + [kind, name, token.id].join(' '));
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
    assert.equal(feeds.length, 2, 'one as Ada, one as Bob');
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
    await unseen.goto(`${node.url}/console/queues`);
    await settled(unseen);
    await isLive(unseen);
    await show(true);
    const asked: string[] = [];
    unseen.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await seen.goto(`${node.url}/console/queues`);
    await settled(seen);
    await isLive(seen);
    await ask(node, 'PUT', '/v1/queues/unseen', {}, ada);
    await sees(seen, 'unseen');
    // It goes on reading for the other one, which left the feed when it went elsewhere.
    assert.deepEqual(asked, ['/v1/live']);
    await show(false);
    await sees(unseen, 'unseen');
  });

  test('have one feed each where the browser has no locks', async (t) => {
    const { pages, feeds } = await openWindows(t, 3, async (context) => {
      await context.addInitScript('delete Navigator.prototype.locks');
    });
    assert.equal(feeds.length, 3);
    const name = await deploy();
    await Promise.all(pages.map((page) => sees(page, name)));
  });
});
