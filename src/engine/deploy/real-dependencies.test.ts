import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRuntimes } from '../../runtime/index.ts';
import { type Files, tarGzOf } from './testing/archives.ts';
import { realBuilds } from './testing/real-builds.ts';

// These install from the languages' public package registries.

const CACHED = /taken from the cache/;

function folder(files: Files) {
  return { form: 'tar.gz', content: tarGzOf(files) } as const;
}

test('npm packages are installed, and once for the same lock', async (t) => {
  const deploy = await realBuilds(t, createRuntimes());
  const files = {
    'package.json': JSON.stringify({ name: 'f', version: '1.0.0', dependencies: { 'is-number': '7.0.0' } }),
    'main.js': "exports.handler = (event) => require('is-number')(event);",
  };
  const first = await deploy(folder(files));
  assert.equal(first.document.config.runtime, 'node');
  assert.match(first.tree['node_modules/is-number/package.json'] ?? '', /"version": "7\.0\.0"/);
  assert.ok(!first.said.some((line) => CACHED.test(line)));
  const second = await deploy(folder({ ...files, 'other.js': '' }));
  assert.ok(
    second.said.some((line) => CACHED.test(line)),
    second.said.join('\n'),
  );
  assert.equal(second.tree['node_modules/is-number/index.js'], first.tree['node_modules/is-number/index.js']);
});

test('Python packages are installed, and once for the same requirements', async (t) => {
  const deploy = await realBuilds(t, createRuntimes());
  const files = { 'requirements.txt': 'six==1.17.0\n', 'main.py': 'import six\ndef callme():\n    return six.PY3\n' };
  const first = await deploy(folder(files));
  assert.equal(first.document.config.runtime, 'python');
  assert.ok(
    Object.keys(first.tree).some((path) => /(^|\/)six\.py$/.test(path)),
    Object.keys(first.tree).join('\n'),
  );
  const second = await deploy(folder({ ...files, 'other.py': '' }));
  assert.ok(
    second.said.some((line) => CACHED.test(line)),
    second.said.join('\n'),
  );
});

test('a package that does not exist fails the build, and its log says which', async (t) => {
  const deploy = await realBuilds(t, createRuntimes());
  const missing = folder({ 'requirements.txt': 'six==0.0.0.0\n', 'main.py': 'def callme(): pass\n' });
  await assert.rejects(deploy(missing), (error: { code?: string; details?: { log?: string } }) => {
    assert.equal(error.code, 'build_failed');
    assert.match(error.details?.log ?? '', /six==0\.0\.0\.0/);
    return true;
  });
});

test('one TypeScript file needs no build step of the user', async (t) => {
  const deploy = await realBuilds(t, createRuntimes());
  const source = 'enum Answer { Life = 42 }\nexport const callme = (): number => Answer.Life;\n';
  const named = await deploy({ form: 'inline', content: Buffer.from(source), fileName: 'answer.ts' });
  assert.equal(named.document.config.runtime, 'node');
  assert.equal(named.document.config.handler, 'answer.callme');
  assert.ok(
    Object.entries(named.tree).some(([path, text]) => /\.[cm]?js$/.test(path) && !text.includes('enum Answer')),
  );
  const asked = await deploy({ form: 'inline', content: Buffer.from(source) }, { runtime: 'typescript' });
  assert.equal(asked.document.code.fileName, 'main.ts');
  assert.equal(asked.document.config.runtime, 'node');
});
