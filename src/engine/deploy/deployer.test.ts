import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { FunctionConfig, FunctionDocument } from '../../model/function.ts';
import { Problem, type ProblemCode } from '../../model/problem.ts';
import { tarGzOf, zipOf } from './testing/archives.ts';
import { createDeployment, type DeploymentHarness } from './testing/deployment.ts';
import { contentsOf } from './testing/temporary.ts';

const HELLO = 'def callme():\n    return 42\n';

function problem(code: ProblemCode, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

/** Nothing registered but these functions and their versions, nothing lying about. */
async function assertUntouched(h: DeploymentHarness, documents: FunctionDocument[] = []): Promise<void> {
  const stored = await h.store.registry.list<FunctionDocument>('');
  const functions = stored.filter(({ key }) => key.startsWith('function/'));
  assert.deepEqual(
    functions.map(({ value }) => value),
    documents,
  );
  const versions = documents.flatMap(({ name, version }) =>
    Array.from({ length: version }, (_, place) => `version/${name}/${place + 1}`),
  );
  const others = stored.filter((entry) => !functions.includes(entry));
  assert.deepEqual(others.map(({ key }) => key).sort(), versions.sort());
  assert.deepEqual(await h.leftovers(), []);
  assert.equal(h.sandboxes.running.size, 0);
}

test('an inline text becomes a function named by its id, and its source comes back byte for byte', async (t) => {
  const h = await createDeployment(t);
  const { document, revision } = await h.text(HELLO);
  assert.match(document.id, /^[0-9a-f-]{36}$/);
  assert.equal(document.name, document.id);
  assert.equal(document.version, 1);
  assert.equal(document.config.runtime, 'python');
  assert.equal(document.config.handler, 'main.callme');
  assert.equal(document.config.memoryMb, 128);
  assert.equal(document.code.fileName, 'main.py');
  assert.deepEqual(
    { ...(await h.deployer.source(document.id)) },
    { content: Buffer.from(HELLO), form: 'inline', fileName: 'main.py' },
  );
  const entry = await h.store.registry.get(`function/${document.name}`);
  assert.deepEqual({ ...entry }, { key: `function/${document.name}`, value: document, revision });
  assert.deepEqual(await contentsOf(await h.deployer.codeFolder(document.code.treeDigest)), { 'main.py': HELLO });
  assert.deepEqual(
    h.progress.filter(({ kind }) => kind === 'guessed'),
    [
      { kind: 'guessed', what: 'runtime', value: 'python' },
      { kind: 'guessed', what: 'handler', value: 'main.callme' },
    ],
  );
  assert.deepEqual(await h.leftovers(), []);
  assert.deepEqual(h.sandboxes.started, []);
});

test('the runtime comes from the configuration, the file name, or the contents, and Python wins ties', async (t) => {
  const h = await createDeployment(t);
  const runtimeOf = async (...args: Parameters<typeof h.text>) => (await h.text(...args)).document.config.runtime;
  assert.equal(await runtimeOf('function callme() {}'), 'node');
  assert.equal(await runtimeOf('// def callme\nfunction callme() {}', { fileName: 'main.js' }), 'node');
  assert.equal(await runtimeOf('def callme(): pass # function callme() {}'), 'python');
  assert.equal(await runtimeOf('def callme(): pass', { config: { runtime: 'python3' } }), 'python');
  const fallen = await h.text('callme = lambda: 42', { fallbackRuntime: 'python', config: { handler: 'main.callme' } });
  assert.equal(fallen.document.config.runtime, 'python');
  const classic = await h.text('def callme(): pass', { config: { runtime: 'python-classic', handler: 'main.callme' } });
  assert.equal(classic.document.code.fileName, 'main.PY');
  const { document } = await h.text('def other(): pass', { config: { handler: 'app.other' } });
  assert.equal(document.code.fileName, 'app.py');
});

const REFUSED: readonly [
  title: string,
  source: string | Buffer,
  request: Parameters<DeploymentHarness['text']>[1],
  code: ProblemCode,
  message: RegExp,
][] = [
  ['an empty body', '', {}, 'invalid_function', /the body is empty: send the function's source/],
  ['a body that is too large', Buffer.alloc(1_000_001, 'x'), {}, 'too_large', /larger than 1000000 bytes/],
  [
    'bytes that are not UTF-8',
    Buffer.from('def caf\xe9(): pass', 'latin1'),
    {},
    'invalid_function',
    /not valid UTF-8: see byte 7/,
  ],
  ['a text that ends within a letter', Buffer.from('def é').subarray(0, -1), {}, 'invalid_function', /see byte 4/],
  ['a NUL', 'def callme\0(): pass', {}, 'invalid_function', /NUL at byte 10/],
  [
    'an unknown language',
    'BEGIN { print 42 }',
    {},
    'unsupported_runtime',
    /supported are python \(\.py, \.PY\), node \(\.js, \.JS\)/,
  ],
  ['an unknown file ending', HELLO, { fileName: 'main.rb' }, 'unsupported_runtime', /end in "\.rb"; supported are/],
  ['an unknown runtime', HELLO, { config: { runtime: 'cobol' } }, 'unsupported_runtime', /cobol/],
  [
    'a file of another language',
    HELLO,
    { fileName: 'main.py', config: { runtime: 'node' } },
    'invalid_function',
    /"main\.py" cannot be run by node/,
  ],
  ['a file name that leads out', HELLO, { fileName: '../main.py' }, 'invalid_function', /leads out/],
  [
    'a text without an entry point',
    'def other(): pass',
    {},
    'invalid_function',
    /no entry point: define `callme` or `handler` in main\.py/,
  ],
  ['a name with odd characters', HELLO, { name: 'a/b' }, 'invalid_request', /cannot be named "a\/b"/],
  ['an empty name', HELLO, { name: '' }, 'invalid_request', /1 to 64/],
  [
    'a new name in the form of an id',
    HELLO,
    { name: '01234567-89ab-4cde-8f01-23456789abcd' },
    'invalid_request',
    /form of an id/,
  ],
  [
    'too little memory',
    HELLO,
    { config: { memoryMb: 1 } },
    'invalid_request',
    /memoryMb must be a whole number from 64 to 10240, not 1/,
  ],
  [
    'a fraction',
    HELLO,
    { config: { timeoutMs: 100.5 } },
    'invalid_request',
    /timeoutMs must be a whole number from 100 to 900000, not 100\.5/,
  ],
  [
    'a wrong type',
    HELLO,
    { config: { network: true } as unknown as FunctionConfig },
    'invalid_request',
    /network must be one of none, services, hosts, internet, not true/,
  ],
  [
    'an unknown setting',
    HELLO,
    { config: { memory: 128 } as unknown as FunctionConfig },
    'invalid_request',
    /no setting "memory"; the settings are runtime, handler, memoryMb/,
  ],
  [
    'a bad variable name',
    HELLO,
    { config: { environment: { '9A': 'x' } } },
    'invalid_request',
    /environment has "9A" wrong/,
  ],
  ['a bad handler', HELLO, { config: { handler: 'callme' } }, 'invalid_request', /handler must be `file\.export`/],
  [
    'too large an environment',
    HELLO,
    { config: { environment: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`V${i}`, 'x'.repeat(4_000)])) } },
    'invalid_request',
    /environment has 80\d+ bytes/,
  ],
];
test('what cannot be a function is refused in words of its own, and nothing is stored', async (t) => {
  const h = await createDeployment(t);
  for (const [title, source, request, code, message] of REFUSED) {
    await t.test(title, async () => {
      await assert.rejects(h.text(source, request), problem(code, message));
      await assertUntouched(h);
    });
  }
  assert.deepEqual(h.tried, []);
  for await (const blob of h.store.blobs.list()) assert.fail(`a blob was stored: ${blob.digest}`);
});

test('values of variables are never shown', async (t) => {
  const h = await createDeployment(t);
  const config = { environment: { SECRET: 42 } } as unknown as FunctionConfig;
  await assert.rejects(
    h.text(HELLO, { config }),
    (error: Problem) => !JSON.stringify([error.message, error.details]).includes('42'),
  );
});

test('a streamed upload is cut off at the limit', async (t) => {
  const h = await createDeployment(t);
  let sent = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        sent += 10_000;
        yield Buffer.alloc(10_000, 'x');
      }
    })(),
  );
  await assert.rejects(
    h.deployer.deploy({ code: { form: 'inline', content: endless }, config: {} }),
    problem('too_large', /1000000/),
  );
  assert.ok(sent < 2_000_000);
});

test('code that does not load changes nothing and leaves the version before it serving', async (t) => {
  const h = await createDeployment(t);
  const { document } = await h.text(HELLO, { name: 'f' });
  h.load = () => Promise.reject(new Problem('load_failed', 'SyntaxError in line 1', { details: { line: 1 } }));
  await assert.rejects(h.text('def callme(: pass', { name: 'f' }), problem('load_failed', /line 1/));
  await assertUntouched(h, [document]);
  assert.equal(h.tried.at(-1)?.version, 2);
});

test('a new version keeps what was configured before, unless it is given', async (t) => {
  const h = await createDeployment(t);
  const first = await h.text(HELLO, { name: 'f', config: { memoryMb: 256, environment: { A: '1' } } });
  const second = await h.text('def handler(e, c): pass', { name: 'f', config: { timeoutMs: 500 } });
  const { config } = second.document;
  assert.deepEqual(
    [config.memoryMb, config.environment, config.timeoutMs, config.handler],
    [256, { A: '1' }, 500, 'main.handler'],
  );
  assert.equal(second.document.id, first.document.id);
  assert.equal(second.document.functionCreatedAt, first.document.functionCreatedAt);
  assert.equal(second.document.version, 2);
  assert.ok(second.revision > first.revision);
});

test('a handler that was configured stays as long as the code has it', async (t) => {
  const h = await createDeployment(t);
  await h.text('def callme(): pass\ndef other(): pass', { name: 'f', config: { handler: 'main.other' } });
  const kept = await h.text('def callme(): return 1\ndef other(): pass', { name: 'f' });
  assert.equal(kept.document.config.handler, 'main.other');
  assert.equal((await h.text(HELLO, { name: 'f' })).document.config.handler, 'main.callme');
});

test('an expected revision is demanded before the work and after it', async (t) => {
  const h = await createDeployment(t);
  await assert.rejects(
    h.text(HELLO, { name: 'f', expectedRevision: 7 }),
    problem('conflict', /no function "f" any more/),
  );
  const { revision } = await h.text(HELLO, { name: 'f', expectedRevision: 0 });
  await assert.rejects(h.text(HELLO, { name: 'f', expectedRevision: 0 }), problem('conflict', /already/));
  h.load = async () => {
    h.load = () => Promise.resolve();
    await h.deployer.configure('f', { memoryMb: 512 });
  };
  await assert.rejects(h.text(HELLO, { name: 'f', expectedRevision: revision }), problem('conflict', /is at revision/));
  assert.equal((await h.store.registry.get<FunctionDocument>('function/f'))?.value.version, 2);
});

test('of writers at once each gets a version of its own, and the last one stands', async (t) => {
  const h = await createDeployment(t);
  const sources = Array.from({ length: 12 }, (_, index) => `def callme(): return ${index}`);
  const stored = await Promise.all(sources.map((source) => h.text(source, { name: 'f' })));
  assert.deepEqual(
    stored.map(({ document }) => document.version).sort((a, b) => a - b),
    sources.map((_, index) => index + 1),
  );
  assert.equal(new Set(stored.map(({ document }) => document.id)).size, 1);
  const last = stored.reduce((a, b) => (a.revision > b.revision ? a : b));
  assert.deepEqual((await h.store.registry.get('function/f'))?.value, last.document);

  const demanding = await Promise.allSettled(
    sources.map((source) => h.text(source, { name: 'f', expectedRevision: last.revision })),
  );
  assert.equal(demanding.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of demanding) if (result.status === 'rejected') problem('conflict', /revision/)(result.reason);
  await assertUntouched(h, [(await h.store.registry.get<FunctionDocument>('function/f'))!.value]);
});

test('archives: a top folder is lifted, runtime and handler are found, the upload comes back', async (t) => {
  const h = await createDeployment(t);
  const files = { 'repo-main/main.js': 'function handler() {}', 'repo-main/lib/a.txt': 'data' };
  for (const [form, archive] of [
    ['zip', await zipOf(files)],
    ['tar.gz', tarGzOf(files)],
  ] as const) {
    const { document } = await h.archive(form, archive, { name: 'f' });
    assert.equal(document.config.handler, 'main.handler');
    assert.equal(document.code.fileCount, 2);
    assert.equal(document.code.treeBytes, 25);
    assert.deepEqual(await contentsOf(await h.deployer.codeFolder(document.code.treeDigest)), {
      'lib/a.txt': 'data',
      'main.js': 'function handler() {}',
    });
    assert.deepEqual({ ...(await h.deployer.source('f')) }, { content: archive, form });
  }
  assert.ok(h.progress.some((event) => event.kind === 'output' && /"repo-main": taken as its root/.test(event.text)));
  await assert.rejects(
    h.archive('zip', await zipOf({ 'a.txt': 'x' })),
    problem('unsupported_runtime', /no entry point/),
  );
  await assert.rejects(h.archive('tar.gz', tarGzOf({})), problem('invalid_function', /holds no files/));
});

test('configuring makes a version with the same code, and tries it where the entry point changes', async (t) => {
  const h = await createDeployment(t);
  const { document } = await h.text(HELLO, { name: 'f' });
  const tuned = await h.deployer.configure('f', { memoryMb: 512, tags: { team: 'a' } });
  assert.deepEqual(tuned.document, {
    ...document,
    version: 2,
    createdAt: tuned.document.createdAt,
    newest: 2,
    before: [1],
    moves: [
      { version: 1, at: document.createdAt, by: 'operator', how: 'deploy' },
      { version: 2, at: tuned.document.createdAt, by: 'operator', how: 'configure' },
    ],
    how: 'configure',
    config: { ...document.config, memoryMb: 512, tags: { team: 'a' } },
  });
  assert.equal(h.tried.length, 1);

  h.load = () => Promise.reject(new Problem('load_failed', 'main.py has no "missing"'));
  await assert.rejects(h.deployer.configure('f', { handler: 'main.missing' }), problem('load_failed', /missing/));
  await assert.rejects(
    h.deployer.configure('f', { memoryMb: 3 }, { expectedRevision: tuned.revision }),
    problem('invalid_request', /memoryMb/),
  );
  await assert.rejects(
    h.deployer.configure('f', { memoryMb: 128 }, { expectedRevision: 1 }),
    problem('conflict', /revision/),
  );
  await assert.rejects(h.deployer.configure('g', {}), problem('not_found', /"g"/));
  assert.equal((await h.store.registry.get('function/f'))?.revision, tuned.revision);
});

test('removing by name or id, once, and only at the expected revision', async (t) => {
  const h = await createDeployment(t);
  const { document, revision } = await h.text(HELLO, { name: 'f' });
  await assert.rejects(h.deployer.remove('f', revision + 1), problem('conflict', /revision/));
  assert.equal(await h.deployer.remove(document.id, revision), true);
  assert.equal(await h.deployer.remove('f'), false);
  await assert.rejects(h.deployer.source('f'), problem('not_found', /"f"/));
  assert.equal((await h.text(HELLO, { name: 'f', expectedRevision: 0 })).document.version, 1);
});

test('the code cache makes a tree again from its blob, once for callers at once, and tells damage', async (t) => {
  const h = await createDeployment(t);
  const { document } = await h.archive('tar.gz', tarGzOf({ 'main.py': HELLO, 'lib/é.py': 'x' }));
  const { treeDigest } = document.code;
  const folder = await h.deployer.codeFolder(treeDigest);
  const before = await contentsOf(folder);
  await rm(folder, { recursive: true });
  h.deployer.forgetCode(treeDigest);
  assert.deepEqual(
    new Set(await Promise.all([1, 2, 3].map(() => h.deployer.codeFolder(treeDigest)))),
    new Set([folder]),
  );
  assert.deepEqual(await contentsOf(folder), before);
  await assert.rejects(h.deployer.codeFolder('..'), problem('not_found', /no valid digest/));
  await assert.rejects(h.deployer.codeFolder('0'.repeat(64)), problem('not_found', /no blob/));
  assert.deepEqual(await h.leftovers(), []);
});

test('a collection removes what crashed and replaced deployments left, and nothing that is in use', async (t) => {
  const h = await createDeployment(t);
  const kept = await h.text(HELLO, { name: 'f' });
  const running = await h.text('def callme(): return 1', { name: 'g' });
  const gone = await h.text('def callme(): return 2', { name: 'h' });
  await h.deployer.remove('g');
  await h.deployer.remove('h');
  assert.deepEqual(
    await h.deployer.collectGarbage(),
    { folders: 0, trees: 2, blobs: 0 },
    'what is young may be under way',
  );
  await h.deployer.codeFolder(running.document.code.treeDigest);

  // As after a crash: a folder that no process is working in.
  const leftover = join(h.codeCacheFolder, '.scratch', 'of-a-dead-process');
  await mkdir(leftover, { recursive: true });
  await writeFile(join(leftover, 'file'), 'x');
  const restarted = await h.reopen();
  const inUse = new Set([running.document.code.treeDigest]);
  assert.deepEqual(await restarted.collectGarbage(inUse), { folders: 1, trees: 0, blobs: 3 });
  assert.equal(await h.store.blobs.has(gone.document.code.sourceDigest), false);
  assert.equal(await h.store.blobs.has(running.document.code.treeDigest), true);
  assert.equal((await restarted.source('f')).content.toString(), HELLO);
  assert.deepEqual(await contentsOf(await restarted.codeFolder(kept.document.code.treeDigest)), { 'main.py': HELLO });
  assert.deepEqual(await h.leftovers(), []);
});

test('what a function may reach and what it was given besides must fit', async (t) => {
  const h = await createDeployment(t);
  const deploy = (config: Partial<FunctionConfig>) => h.text(HELLO, { name: 'n', config });
  for (const [config, message] of [
    [{ network: 'hosts' }, /names none: name one/],
    [{ networkHosts: ['a.example:443'] }, /network is "services": set it to "hosts"/],
    [{ network: 'hosts', networkHosts: ['*.example:443'] }, /networkHosts.*without wildcards/],
    [{ network: 'hosts', networkHosts: ['a.example:0'] }, /"a\.example:0"/],
    [{ network: 'hosts', networkHosts: ['127.0.0.1:80'] }, /"127\.0\.0\.1:80", which is open to no function/],
    [{ network: 'hosts', networkHosts: ['169.254.169.254:80'] }, /link-local addresses stay closed/],
    [{ network: 'hosts', networkHosts: ['localhost:80'] }, /this machine/],
    [{ network: 'none', grants: ['kv:a:read'] }, /reaches no services.*set it to "services"/],
  ] as [Partial<FunctionConfig>, RegExp][]) {
    await assert.rejects(deploy(config), problem('invalid_request', message));
  }
  const networkHosts = ['a.example:443', '10.0.0.0/8:1-65534/udp', '0.0.0.0/0:443'];
  const { document } = await deploy({ network: 'hosts', networkHosts });
  assert.deepEqual(document.config.networkHosts, networkHosts);
});
