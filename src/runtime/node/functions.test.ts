import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { encodeFrame } from '../frames.ts';
import { FrameType, type Load } from '../protocol.ts';
import { type Answer, type DriverSession, invoke, resultOf } from '../testing/driver-session.ts';
import { withDriver } from '../testing/with-driver.ts';
import { planNode } from './plan.ts';
import { nodeRuntime } from './runtime.ts';

type Files = Readonly<Record<string, string>>;

/** One call of a function, in a driver of its own. */
function run(
  files: Files | string,
  payload: unknown = '',
  handler = 'main.callme',
  options: Partial<Load> = {},
): Promise<Answer> {
  const loading = { files: typeof files === 'string' ? { 'main.js': files } : files, handler, options };
  return withDriver(nodeRuntime, loading, (session) => {
    session.send(invoke(1, payload));
    return session.answer();
  });
}

async function loadFailure(
  files: Files,
  handler = 'main.callme',
): Promise<{ type: string; message: string; stack: string; line?: number }> {
  try {
    await withDriver(nodeRuntime, { files, handler }, async () => {});
  } catch (error) {
    return JSON.parse((error as Error).message);
  }
  assert.fail('it was loaded');
}

test('entry points are found in every kind of module', async () => {
  const sources: [string, Files][] = [
    ['a fragment', { 'main.js': 'function callme() { return 42 } // the end' }],
    ['a fragment with a const', { 'main.js': 'const callme = async () => 42' }],
    ['CommonJS', { 'main.js': 'module.exports = { callme: () => 42 }' }],
    ['.cjs', { 'main.cjs': "exports.callme = () => require('./other.cjs')", 'other.cjs': 'module.exports = 42' }],
    ['ES module by its syntax', { 'main.js': "import fs from 'node:fs'; export const callme = () => fs ? 42 : 0" }],
    [
      '.mjs',
      {
        'main.mjs': "import { n } from './n.mjs'; export function callme() { return n }",
        'n.mjs': 'export const n = 42',
      },
    ],
    [
      'ES module without an export',
      { 'main.mjs': "import fs from 'node:fs';\nfunction callme() { return fs ? 42 : 0 }" },
    ],
    ['default export', { 'main.mjs': 'export default { callme() { return 42 } }' }],
    ['default export of the function', { 'main.mjs': 'export default function callme() { return 42 }' }],
    ['exports that are the function', { 'main.js': 'module.exports = async function callme() { return 42 }' }],
    ['type module', { 'package.json': '{"type":"module"}', 'main.js': 'export const callme = () => 42' }],
    ['top-level await', { 'main.mjs': 'const n = await Promise.resolve(42); export const callme = () => n' }],
    ['a package', { 'node_modules/p/index.js': 'module.exports = 42', 'main.js': "const callme = () => require('p')" }],
    [
      'dynamic import',
      { 'n.mjs': 'export default 42', 'main.js': "const callme = async () => (await import('./n.mjs')).default" },
    ],
  ];
  for (const [what, files] of sources) assert.equal(resultOf(await run(files)), 42, what);
});

test('handlers answer by value, promise or callback', async () => {
  const handlers = [
    'exports.handler = (event) => event.n + 1',
    'exports.handler = async (event) => event.n + 1',
    'exports.handler = (event, context, callback) => { setImmediate(callback, null, event.n + 1) }',
    'exports.handler = async (event, context, callback) => event.n + 1',
  ];
  for (const source of handlers) assert.equal(resultOf(await run(source, { n: 1 }, 'main.handler')), 2, source);
  const failed = await run("exports.handler = (e, c, callback) => callback(new RangeError('no'))", {}, 'main.handler');
  assert.deepEqual(
    [failed.error?.reason, failed.error?.type, failed.error?.message],
    ['exception', 'RangeError', 'no'],
  );
});

test('values are passed to rest and destructured parameters too', async () => {
  const cases: [string, unknown, unknown][] = [
    ['function callme({ a, b = 2 }) { return [a, b] }', { a: 1 }, [1, 2]],
    ['function callme({ a, ...others }) { return [a, others] }', { a: 1, x: 2 }, [1, { x: 2 }]],
    ['function callme(a, ...others) { return [a, others] }', { x: 2, a: 1, y: 3 }, [1, [2, 3]]],
    ['function callme() { return arguments.length }', null, 0],
    ['const callme = ((a, b) => a - b).bind(null, 10)', { b: 1 }, 9],
  ];
  for (const [source, payload, expected] of cases)
    assert.deepEqual(resultOf(await run(source, payload)), expected, source);
  const { error } = await run('function callme({ a, b = 2 }) { return [a, b] }', { c: 1 });
  assert.match(error!.message, /callme takes \(a, b=…\): unknown parameter 'c'/);
});

test('results that JSON distorts are refused, and others are not', async () => {
  const refused: [string, RegExp][] = [
    ['return 10n', /bigint/],
    ['return () => 1', /function/],
    ["return Symbol('s')", /symbol/],
    ['return { a: [new Set()] }', /'a\[0\]' is a Set/],
    ['return { pending: Promise.resolve() }', /'pending' is a Promise/],
    ['return -Infinity', /-Infinity/],
    ['return [null, NaN]', /'\[1\]' is NaN/],
    ['let d = []; for (let i = 0; i < 1e5; i++) d = [d]; return d', /deep/],
  ];
  for (const [body, message] of refused) {
    const { error } = await run(`function callme() { ${body} }`);
    assert.equal(error?.reason, 'bad_result', body);
    assert.match(error.message, message);
  }
  const fine: [string, unknown][] = [
    ['return undefined', null],
    ["return 'null {}'", 'null {}'],
    ['return { a: null, b: {}, c: undefined }', { a: null, b: {} }],
    ["return '\\ud800'", '\ud800'],
    ['return new Date(0)', '1970-01-01T00:00:00.000Z'],
  ];
  for (const [body, value] of fine) assert.deepEqual(resultOf(await run(`function callme() { ${body} }`)), value, body);
});

test('the console has its levels, and what is printed outside of a call belongs to none', async () => {
  const source = `console.log('loading');
function callme() {
  console.debug('d'); console.info('i'); console.warn('w'); console.error('e'); console.group('g'); console.log('in');
  setTimeout(() => console.log('later'), 1);
}`;
  await withDriver(nodeRuntime, { files: { 'main.js': source } }, async (session) => {
    session.send(invoke(1));
    const { logs } = await session.answer();
    const lines = logs.map(({ stream, level, text }) => [stream, level, text]);
    assert.deepEqual(lines, [
      [1, 1, 'd'],
      [1, 2, 'i'],
      [2, 3, 'w'],
      [2, 4, 'e'],
      [1, 2, 'g'],
      [1, 2, '  in'],
    ]);
    const later = await session.next();
    assert.deepEqual([later.type, later.call], [FrameType.log, 0]);
  });
});

test('a very long line is cut, and a flood costs bounded memory', async () => {
  const { logs } = await run("function callme() { process.stdout.write('ä'.repeat(50_000) + '\\n') }");
  assert.deepEqual(
    logs.map(({ text }) => text.length),
    [32_768, 17_232],
  );
  const flood = `function callme() {
  const line = 'x'.repeat(1_048_575);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 1000; i++) { process.stdout.write(line + '\\n'); process.stdout.write(line); }
  return process.memoryUsage().rss - before;
}`;
  const answer = await run(flood);
  assert.match(answer.logs.at(-1)!.text, /were dropped/);
  assert.ok((resultOf(answer) as number) < 100 * 1_048_576);
});

test('errors of every kind are described', async () => {
  const cases: [string, { type: string; message: string }][] = [
    ["throw 'text'", { type: 'string', message: 'text' }],
    ['throw null', { type: 'null', message: 'null' }],
    ["throw { message: 'm' }", { type: 'Object', message: 'm' }],
    ["class Own extends Error {}; throw new Own('mine')", { type: 'Own', message: 'mine' }],
    [
      'throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })',
      { type: 'Error', message: 'the function threw a value that cannot be described' },
    ],
    ["return Promise.reject(new Error('late'))", { type: 'Error', message: 'late' }],
    ["return { then(_, reject) { reject(new Error('thenable')) } }", { type: 'Error', message: 'thenable' }],
    [
      "return { toJSON() { throw new Error('json') } }",
      { type: 'Error', message: 'the result cannot be written as JSON: json' },
    ],
  ];
  for (const [body, expected] of cases) {
    const { error } = await run(`function callme() { ${body} }`);
    assert.deepEqual({ type: error?.type, message: error?.message }, expected, body);
  }
  const { error } = await run("function callme() {\n  throw new Error('outer', { cause: new Error('inner') });\n}");
  assert.match(error!.stack, /outer[\s\S]*main\.js:2[\s\S]*Caused by: Error: inner/);
});

/** What a driver that ends itself says: the answer of the call, and the last word. */
async function endOf(
  source: string,
): Promise<{ answer: Answer; last: { call: number; type: number }; code: number | null }> {
  return withDriver(nodeRuntime, { files: { 'main.js': source } }, async (session) => {
    session.send(invoke(1), invoke(2));
    const answer = await session.answer();
    const { call, type } = await session.next();
    await assert.rejects(session.next());
    return { answer, last: { call, type }, code: await session.exited };
  });
}

test('a function that ends its process is answered for, and calls behind it are not', async () => {
  const ends: [string, string, number][] = [
    ["console.log('bye'); process.exit(3)", 'the function ended its process with exit code 3', 3],
    ["setImmediate(() => { throw new Error('loose') }); return new Promise(() => {})", 'loose', 1],
    ["Promise.reject(new Error('unhandled')); return new Promise(() => {})", 'unhandled', 1],
  ];
  for (const [body, message, code] of ends) {
    const end = await endOf(`function callme() { ${body} }`);
    assert.deepEqual([end.answer.call, end.answer.error?.reason, end.answer.error?.message], [1, 'exception', message]);
    assert.deepEqual(end.last, { call: 0, type: FrameType.error });
    assert.equal(end.code, code);
  }
});

test('a cancelled call is told by its signal, and an endless stream ends', async () => {
  const waiting = `exports.handler = (event, { signal }) => new Promise((resolve) => {
  console.log('ready'); signal.addEventListener('abort', () => resolve('aborted'));
})`;
  const cancelOnceRunning = (source: string, handler: string): Promise<Answer> =>
    withDriver(nodeRuntime, { files: { 'main.js': source }, handler }, async (session: DriverSession) => {
      session.send(invoke(1));
      await session.next();
      session.send(encodeFrame(FrameType.cancel, 1));
      return session.answer();
    });
  assert.equal(resultOf(await cancelOnceRunning(waiting, 'main.handler')), 'aborted');
  const endless = await cancelOnceRunning('function* callme() { for (;;) yield 1 }', 'main.callme');
  assert.equal(endless.error?.reason, 'cancelled');
});

test('code that cannot be loaded is explained', async () => {
  const module = await loadFailure({ 'main.mjs': 'export const x = 1;\nexport function callme( { return 1 }\n' });
  assert.deepEqual([module.type, module.line], ['SyntaxError', 2]);
  assert.match(module.stack, /^\/code\/main\.mjs:2/);
  const unclosed = await loadFailure({ 'main.js': 'function callme() {\n  return 1;\n' });
  assert.equal(unclosed.message, 'Unexpected end of input');
  assert.match((await loadFailure({ 'main.js': 'class callme {}' })).message, /class, not a function/);
  assert.match((await loadFailure({ 'main.js': 'exports.one = 1; exports.two = 2' })).message, /it defines one, two/);
  assert.match((await loadFailure({ 'main.js': "require('absent')" })).message, /Cannot find module 'absent'/);
  assert.match((await loadFailure({ 'main.js': 'process.exit(5)' })).message, /ended its process with exit code 5/);
  const parsing = await loadFailure({ 'main.js': "// one\nJSON.parse('{');\nfunction callme() {}" });
  assert.deepEqual([parsing.type, parsing.line], ['SyntaxError', 2]);
});

test('TypeScript runs as built by its plan, and fails in its own lines', async () => {
  const sources: [string, Files][] = [
    [
      'main.ts',
      {
        'main.ts':
          "interface A { n: number }\n\nfunction callme(n: number): A {\n  if (n > 1) throw new Error('big');\n  return { n };\n}\n",
      },
    ],
    [
      'main.ts',
      {
        'main.ts':
          "import { check } from './lib';\n\n\nexport const callme = (n: number) => { check(n); return { n } };\n",
        'lib.ts':
          "enum Limit { Max = 1 }\n\n\nexport function check(n: number): void { if (n > Limit.Max) throw new Error('big'); }\n",
      },
    ],
    [
      'main.mts',
      {
        'main.mts':
          "import assert from 'node:assert';\n\ntype N = number;\nexport function callme(n: N) { if (n > 1) throw new Error('big'); assert.ok(true); return { n }; }\n",
      },
    ],
  ];
  for (const [entry, files] of sources) {
    const [step] = await planNode({ files: Object.keys(files), read: async (path) => files[path]! }, 'main.callme');
    await withDriver(nodeRuntime, { files: await built(step!, files) }, async (session) => {
      session.send(invoke(1, { n: 1 }), invoke(2, { n: 2 }));
      assert.deepEqual(resultOf(await session.answer()), { n: 1 }, entry);
      const { error } = await session.answer();
      assert.equal(error?.message, 'big');
      assert.equal(error.line, 4);
      assert.match(error.stack, /\/code\/(main|lib)\.m?ts:4/);
    });
  }
});

/** Runs an esbuild step outside of a sandbox: the folder's files with its output beside them. */
async function built(
  step: { command: readonly string[]; mounts: readonly { hostPath: string; path: string }[] },
  files: Files,
): Promise<Files> {
  const { mkdtemp, readFile, readdir, rm, writeFile } = await import('node:fs/promises');
  const { tmpdir } = await import('node:os');
  const folder = await mkdtemp(`${tmpdir()}/fob-typescript-`);
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(`${folder}/${name}`, text);
    const [, ...options] = step.command.map((part) => part.replaceAll('/build', folder));
    await promisify(execFile)(step.mounts[0]!.hostPath, options);
    const names = await readdir(folder);
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(`${folder}/${name}`, 'utf8')])),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
