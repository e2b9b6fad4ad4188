import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEnvironment } from './build-environment.ts';
import { nodeRuntime } from './node/runtime.ts';
import { pythonRuntime } from './python/runtime.ts';
import type { BuildStep, CodeFolder, Runtime } from './runtime.ts';

function plan(
  runtime: Runtime,
  files: Readonly<Record<string, string>>,
  handler = 'main.callme',
): Promise<BuildStep[]> {
  const folder: CodeFolder = { files: Object.keys(files), read: async (path) => files[path]! };
  return runtime.plan(folder, handler);
}

const wanted = '{"dependencies":{"a":"^1.0.0"}}';

test('packages of JavaScript are installed as their lock says, and cached by it', async () => {
  const [step, ...more] = await plan(nodeRuntime, { 'main.js': '', 'package.json': wanted, 'package-lock.json': '{}' });
  assert.deepEqual(more, []);
  assert.ok(step !== undefined);
  assert.equal(step.title, 'npm ci');
  assert.ok(step?.command.includes('ci') && step.command.includes('--omit=dev'));
  assert.equal(step.needsNetwork, true);
  assert.deepEqual(step.cache, {
    lockFiles: ['package.json', 'package-lock.json', 'npm-shrinkwrap.json', '.npmrc'],
    folder: 'node_modules',
  });
  const [unlocked] = await plan(nodeRuntime, { 'main.js': '', 'package.json': wanted });
  assert.equal(unlocked?.title, 'npm install');
  assert.equal(unlocked.cache, undefined);
  const [exact] = await plan(nodeRuntime, { 'package.json': '{"dependencies":{"a":"1.0.0"}}' });
  assert.equal(exact?.cache?.folder, 'node_modules');
  for (const description of [
    '{"dependencies":{"a":"file:../a"}}',
    '{"dependencies":{"a":"1"},"scripts":{"postinstall":"x"}}',
  ]) {
    const [step] = await plan(nodeRuntime, { 'package.json': description, 'package-lock.json': '{}' });
    assert.equal(step?.cache, undefined, description);
  }
});

test('JavaScript without packages, or with them at hand, needs no build', async () => {
  const folders = [
    { 'main.js': '' },
    { 'main.js': '', 'package.json': '{"devDependencies":{"a":"1"}}' },
    { 'main.js': '', 'package.json': wanted, 'node_modules/a/index.js': '' },
    { 'main.ts': '', 'main.js': '' },
  ];
  for (const files of folders) assert.deepEqual(await plan(nodeRuntime, files), [], JSON.stringify(files));
  await assert.rejects(plan(nodeRuntime, { 'package.json': 'nonsense' }), { code: 'invalid_function' });
  await assert.rejects(plan(nodeRuntime, { 'package.json': '[]' }), { code: 'invalid_function' });
});

test('TypeScript becomes a module of the kind that it is written as', async () => {
  const kinds: [Readonly<Record<string, string>>, string][] = [
    [{ 'main.ts': 'function callme() {}' }, 'main.cjs'],
    [{ 'main.ts': 'export const callme = 1' }, 'main.cjs'],
    [{ 'main.ts': 'export const callme = 1', 'package.json': '{"type":"module"}' }, 'main.mjs'],
    [{ 'main.ts': 'const x = await f();\nexport const callme = 1' }, 'main.mjs'],
    [{ 'main.ts': 'export const callme = () => import.meta.url' }, 'main.mjs'],
    [{ 'main.mts': '' }, 'main.mjs'],
    [{ 'main.cts': '' }, 'main.cjs'],
    [{ 'main.tsx': '' }, 'main.cjs'],
  ];
  for (const [files, output] of kinds) {
    const [step] = await plan(nodeRuntime, files);
    assert.ok(step?.command.includes(`--outfile=/build/${output}`), JSON.stringify(files));
    assert.equal(step?.needsNetwork, false);
  }
  const both = await plan(nodeRuntime, { 'main.ts': '', 'package.json': wanted });
  assert.deepEqual(
    both.map((step) => step.title),
    ['npm install', 'TypeScript main.ts'],
  );
});

test('packages of Python are installed where the driver looks, and cached by all files that name them', async () => {
  const files = {
    'main.py': '',
    'requirements.txt': '# mine\n-r more/base.txt\nsix==1.16.0\n',
    'more/base.txt': '-c limits.txt\n',
    'more/limits.txt': '',
  };
  const [step, ...more] = await plan(pythonRuntime, files);
  assert.deepEqual(more, []);
  assert.equal(step?.title, 'pip install');
  assert.equal(step.command[step.command.indexOf('--target') + 1], '.fob-python');
  assert.deepEqual(step.cache, {
    lockFiles: ['requirements.txt', 'more/base.txt', 'more/limits.txt'],
    folder: '.fob-python',
  });
  const [local] = await plan(pythonRuntime, { 'requirements.txt': './mine\n', 'mine/setup.py': '' });
  assert.equal(local?.cache, undefined);
  for (const text of ['', '# nothing\n\n'])
    assert.deepEqual(await plan(pythonRuntime, { 'requirements.txt': text }), []);
  assert.deepEqual(await plan(pythonRuntime, { 'main.py': '' }), []);
});

test('a build sees nothing of the environment but where packages come from', () => {
  const file = process.execPath;
  const { environment, mounts } = buildEnvironment({
    SECRET: 'no',
    PATH: '/elsewhere',
    PIP_INDEX_URL: 'https://registry.example/simple',
    NODE_EXTRA_CA_CERTS: file,
    SSL_CERT_FILE: file,
    PIP_CERT: '/absent.pem',
  });
  assert.deepEqual(mounts, [{ hostPath: file, path: '/opt/fob/certificates/0.pem' }]);
  const { PATH, HOME, LANG, TZ, NODE_USE_SYSTEM_CA, ...given } = environment;
  assert.ok(PATH !== '/elsewhere' && HOME === '/tmp' && LANG === 'C.UTF-8' && TZ === 'UTC');
  assert.equal(NODE_USE_SYSTEM_CA, '1');
  assert.deepEqual(given, {
    PIP_INDEX_URL: 'https://registry.example/simple',
    NODE_EXTRA_CA_CERTS: '/opt/fob/certificates/0.pem',
    SSL_CERT_FILE: '/opt/fob/certificates/0.pem',
  });
});

test('interpreters are real ones, and their paths are inside the sandbox', async () => {
  for (const runtime of [nodeRuntime, pythonRuntime]) {
    const { version, mounts, ...interpreter } = await runtime.locate();
    const command = interpreter.command(128);
    assert.match(version, /^\d+\.\d+\.\d+/);
    for (const { hostPath, path } of mounts) assert.ok(hostPath.startsWith('/') && path.startsWith('/opt/fob/'));
    assert.ok(command[0]!.startsWith('/usr/') || command[0]!.startsWith('/opt/fob/'));
    assert.ok(command.at(-1)!.startsWith('/opt/fob/driver/'));
    const checks = await runtime.check();
    assert.equal(checks[0]?.state, 'ok');
  }
});
