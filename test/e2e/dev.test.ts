import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type FobProcess, runFob, spawnFob, temporaryFolder } from '../support/fob-process.ts';
import { canBuild } from '../support/shell.ts';

const JAVASCRIPT = `export async function handler(event) {
  console.log('greeting', event.name);
  const answer = 42;
  return { answer };
}
`;
const PYTHON = `def callme(name):
    answer = 42
    return name + str(answer)
`;

/** After so long, what is waited for will never be said. */
const PATIENCE_MS = 60_000;

interface Dev extends FobProcess {
  readonly folder: string;
  readonly url: string;
  /** Resolves with the first line that says so, whether it was printed before or will be. */
  says(what: RegExp): Promise<string>;
  /** Resolves when the function answers so; it is asked after everything that is said. */
  answers(result: object): Promise<void>;
}

/** Starts `fob dev` in a folder with these files, and waits until it watches. */
async function startDev(t: TestContext, files: Record<string, string>, words: readonly string[] = []): Promise<Dev> {
  const { folder, remove } = await temporaryFolder();
  const code = join(folder, 'work');
  await mkdir(code);
  for (const [name, text] of Object.entries(files)) await writeFile(join(code, name), text);
  const fob = spawnFob(['dev', '--no-install', '--port', '0', ...words], { cwd: code });
  t.after(async () => {
    fob.child.kill('SIGKILL');
    await fob.ended;
    await remove();
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [fob.child.stdout!, fob.child.stderr!]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const says = (what: RegExp): Promise<string> => {
    const said = new Promise<string>((resolve, reject) => {
      const patience = setTimeout(
        () => reject(new Error(`it never said ${what}; it said:\n${lines.join('\n')}`)),
        PATIENCE_MS,
      );
      const look = (): void => {
        const line = lines.find((each) => what.test(each));
        if (line === undefined) return;
        waiting.delete(look);
        clearTimeout(patience);
        resolve(line);
      };
      waiting.add(look);
      look();
    });
    const early = fob.ended.then(({ code, stderr }) => assert.fail(`fob dev ended with ${code}: ${stderr}`));
    early.catch(() => {});
    return Promise.race([said, early]);
  };
  const url = /http:\/\/[\d.:]+/.exec(await says(/ runs at http/))![0];
  const answers = async (result: object): Promise<void> => {
    for (;;) {
      const { promise: more, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      if (isDeepStrictEqual(await call(url, {}), result)) return;
      await more;
      waiting.delete(resolve);
    }
  };
  return { ...fob, folder: code, url, says, answers };
}

const call = async (url: string, body: object): Promise<unknown> => {
  const response = await fetch(`${url}/v1/functions/work/invoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
};

describe('fob dev', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  test('deploys each change, shows the log, keeps what works when a change does not, and ends cleanly', async (t) => {
    const dev = await startDev(t, { 'index.mjs': JAVASCRIPT });
    const file = join(dev.folder, 'index.mjs');
    assert.deepEqual(await call(dev.url, { name: 'Ada' }), { answer: 42 });
    await dev.says(/greeting Ada/);

    await writeFile(file, JAVASCRIPT.replace('42', '43'));
    await dev.says(/version 2 in .*index\.mjs/);
    await dev.answers({ answer: 43 });

    await writeFile(file, `${JAVASCRIPT}oops(`);
    await dev.says(/index\.mjs was not taken; the version before goes on/);
    await dev.says(/Unexpected end of input/);
    assert.deepEqual(await call(dev.url, { name: 'Cem' }), { answer: 43 });

    await mkdir(join(dev.folder, 'lib'));
    await writeFile(join(dev.folder, 'lib/answer.mjs'), 'export const answer = 44;\n');
    await writeFile(file, "import { answer } from './lib/answer.mjs';\nexport const handler = () => ({ answer });\n");
    await dev.answers({ answer: 44 });
    await writeFile(join(dev.folder, 'lib/answer.mjs'), 'export const answer = 45;\n');
    await dev.answers({ answer: 45 });

    dev.child.kill('SIGINT');
    assert.equal((await dev.ended).code, 0);
    assert.match(await readFile(join(dev.folder, '.fob/dev/logs/node.log'), 'utf8'), /the node is ready/);
  });

  test('a debugger attaches to JavaScript in its sandbox, stops at a breakpoint and sees variables', async (t) => {
    const dev = await startDev(t, { 'index.mjs': JAVASCRIPT }, ['--inspect', '0']);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await dev.says(/a debugger attaches at/))![1]);
    const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(target!.webSocketDebuggerUrl);
    const answers = new Map<number, (result: never) => void>();
    const { promise: paused, resolve: onPaused } = Promise.withResolvers<{ callFrames: { callFrameId: string }[] }>();
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      if (message.id !== undefined) answers.get(message.id)?.(message.result as never);
      if (message.method === 'Debugger.paused') onPaused(message.params);
    };
    const send = <T>(method: string, params: object = {}): Promise<T> =>
      new Promise<T>((resolve) => {
        answers.set(answers.size, resolve as (result: never) => void);
        socket.send(JSON.stringify({ id: answers.size - 1, method, params }));
      });
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    await send('Debugger.enable');
    await send('Debugger.setBreakpointByUrl', { lineNumber: 3, urlRegex: '.*/code/index\\.mjs' });
    const result = call(dev.url, { name: 'Ada' });
    const [frame] = (await paused).callFrames;
    const { result: seen } = await send<{ result: { value: string } }>('Debugger.evaluateOnCallFrame', {
      callFrameId: frame!.callFrameId,
      expression: 'event.name + answer',
    });
    assert.equal(seen.value, 'Ada42');
    await send('Debugger.resume');
    assert.deepEqual(await result, { answer: 42 });
    socket.close();
  });

  test('debugpy attaches to Python in its sandbox, stops at a breakpoint and sees variables', async (t) => {
    const { folder, remove } = await temporaryFolder();
    t.after(remove);
    if (!(await canBuild(folder))) return t.skip('builds have no network here, as fob doctor says');
    const dev = await startDev(t, { 'main.py': PYTHON, 'requirements.txt': 'debugpy==1.8.22\n' }, ['--inspect', '0']);
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(await dev.says(/a debugger attaches at/))![1]);
    const adapter = debugAdapter(port);
    t.after(adapter.close);
    const initialized = adapter.event('initialized');
    const stopped = adapter.event<{ threadId: number }>('stopped');
    await adapter.send('initialize', { adapterID: 'test', pathFormat: 'path', linesStartAt1: true });
    const attached = adapter.send('attach', {
      justMyCode: false,
      pathMappings: [{ localRoot: dev.folder, remoteRoot: '/code' }],
    });
    await initialized;
    const source = { path: join(dev.folder, 'main.py') };
    await adapter.send('setBreakpoints', { source, breakpoints: [{ line: 3 }] });
    await adapter.send('configurationDone');
    await attached;
    const result = call(dev.url, { name: 'Ada' });
    const { threadId } = await stopped;
    const { stackFrames } = await adapter.send<{ stackFrames: { id: number; line: number }[] }>('stackTrace', {
      threadId,
    });
    assert.equal(stackFrames[0]!.line, 3);
    const seen = await adapter.send<{ result: string }>('evaluate', {
      expression: 'name + str(answer)',
      frameId: stackFrames[0]!.id,
    });
    assert.equal(seen.result, "'Ada42'");
    await adapter.send('continue', { threadId });
    assert.equal(await result, 'Ada42');
  });

  test('a project file is applied as it changes: functions, triggers and services', async (t) => {
    const file = (memory: string, queue: string) =>
      `project: work\nfunctions:\n  work: { path: index.mjs, memory: ${memory} }\nqueues: { ${queue}: {} }\ntriggers:\n  feed: { function: work, type: queue, options: { queue: ${queue} } }\n`;
    const dev = await startDev(t, { 'index.mjs': JAVASCRIPT, 'fob.yaml': file('128m', 'jobs') });
    assert.deepEqual(await call(dev.url, { name: 'Ada' }), { answer: 42 });
    await fetch(`${dev.url}/v1/queues/jobs/messages`, { method: 'POST', body: '{}' });
    await dev.says(/greeting undefined/);
    await writeFile(join(dev.folder, 'index.mjs'), JAVASCRIPT.replace('42', '43'));
    await dev.says(/function work in .*index\.mjs/);
    await dev.answers({ answer: 43 });
    await writeFile(join(dev.folder, 'fob.yaml'), 'functions: [');
    await dev.says(/fob\.yaml was not taken/);
    await dev.says(/fob\.yaml:1:/);
    await writeFile(join(dev.folder, 'fob.yaml'), file('256m', 'jobs'));
    await dev.says(/function work in .*fob\.yaml/);
    const { config } = (await (await fetch(`${dev.url}/v1/functions/work`)).json()) as { config: { memoryMb: number } };
    assert.equal(config.memoryMb, 256);
  });

  test('without a function to run it says so at once', async () => {
    const { folder, remove } = await temporaryFolder();
    try {
      const missing = await runFob(['dev', join(folder, 'none'), '--no-install']);
      assert.equal(missing.code, 3);
      assert.match(missing.stderr, /there is no file or folder/);
    } finally {
      await remove();
    }
  });
});

/** The least of a client of the Debug Adapter Protocol. */
function debugAdapter(port: number) {
  const socket = connect(port, '127.0.0.1');
  const answers = new Map<number, (body: never) => void>();
  const events = new Map<string, (body: never) => void>();
  let received = Buffer.alloc(0);
  let count = 0;
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const head = received.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(received.subarray(0, Math.max(head, 0)).toString())?.[1]);
      if (head === -1 || received.length < head + 4 + length) return;
      const message = JSON.parse(received.subarray(head + 4, head + 4 + length).toString());
      received = received.subarray(head + 4 + length);
      if (message.type === 'response') answers.get(message.request_seq)?.(message.body as never);
      else if (message.type === 'event') events.get(message.event)?.(message.body as never);
    }
  });
  return {
    close: () => socket.destroy(),
    event: <T>(name: string) => new Promise<T>((resolve) => events.set(name, resolve as (body: never) => void)),
    send: <T>(command: string, args: object = {}) =>
      new Promise<T>((resolve) => {
        const seq = ++count;
        answers.set(seq, resolve as (body: never) => void);
        const body = JSON.stringify({ seq, type: 'request', command, arguments: args });
        socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      }),
  };
}
