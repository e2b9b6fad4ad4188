import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ensureConsole } from '../../src/cli/machine/console-build.ts';
import { Progress } from '../../src/cli/output.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';
import { noWholeBrowser, WHOLE_BROWSER } from './support.ts';

/** More than a browser opens connections to one node. */
const TABS = 8;
/** A tab that nobody sees hears nothing any more after ten seconds; a busy machine takes longer. */
const LETS_GO_MS = 60_000;

/** Tabs are hidden as for people: the library that other tests drive the browser by shows all of them at once. */
describe('many tabs of one browser, of which one is seen', { skip: noWholeBrowser }, () => {
  let node: TestNode;
  let profile: string;
  let browser: ChildProcess;
  let address: string;

  before(async () => {
    await ensureConsole(new Progress({ quiet: true }));
    node = await startTestNode();
    profile = await mkdtemp(join(tmpdir(), 'fob-tabs-'));
    const words = ['--headless=new', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0'];
    if (process.getuid?.() === 0) words.push('--no-sandbox');
    browser = spawn(WHOLE_BROWSER!, [...words, `--user-data-dir=${profile}`, 'about:blank'], {
      stdio: 'ignore',
      detached: true,
    });
    const port = await eventually(async () => {
      const [first] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
      assert.match(first!, /^\d+$/);
      return first!;
    }, 30_000);
    address = `http://127.0.0.1:${port}`;
  });
  after(async () => {
    process.kill(-browser.pid!, 'SIGKILL');
    await once(browser, 'exit');
    await node.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(): Promise<string> {
    const answer = await fetch(`${address}/json/new?about:blank`, { method: 'PUT' });
    const tab = ((await answer.json()) as { webSocketDebuggerUrl: string }).webSocketDebuggerUrl;
    await say(tab, [
      ['Page.enable', {}],
      ['Page.navigate', { url: `${node.url}/console/` }],
    ]);
    return tab;
  }

  /** Gives a tab these commands, one after another. Resolves with the answer to the last one. */
  async function say(tab: string, commands: readonly (readonly [method: string, params: object])[]) {
    const socket = new WebSocket(tab);
    // Several messages may come at once, and whoever waits for each one after the other hears the first of them alone.
    // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
    const answers = commands.map(() => Promise.withResolvers<any>());
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data);
      answers[message.id]?.resolve(message);
    });
    await once(socket as unknown as EventTarget, 'open');
    // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
    let answered: any;
    for (const [id, [method, params]] of commands.entries()) {
      socket.send(JSON.stringify({ id, method, params }));
      answered = await answers[id]!.promise;
    }
    socket.close();
    return answered;
  }

  /** Whether somebody sees the tab, and how fresh it says that it is. */
  async function stateOf(tab: string): Promise<string> {
    const expression = 'document.visibilityState + " " + document.querySelector("[data-live]")?.dataset.live';
    return (await say(tab, [['Runtime.evaluate', { expression }]])).result.result.value;
  }

  test('each that is opened is live, those that nobody sees let go, and one that is looked at again is live', async () => {
    const tabs: string[] = [];
    for (let n = 0; n < TABS; n++) {
      tabs.push(await open());
      await eventually(async () => assert.equal(await stateOf(tabs[n]!), 'visible live'), 30_000);
    }
    for (const tab of tabs.slice(0, -1))
      await eventually(async () => assert.equal(await stateOf(tab), 'hidden connecting'), LETS_GO_MS);
    await fetch(`${address}/json/activate/${tabs[0]!.split('/').at(-1)}`);
    await eventually(async () => assert.equal(await stateOf(tabs[0]!), 'visible live'), 30_000);
  });
});
