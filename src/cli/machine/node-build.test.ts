import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { PROJECT_FOLDER } from '../project.ts';
import { bundleNode } from './node-build.ts';

test('the bundle holds all that a node starts, and none of the schema library stays outside', async () => {
  const files = await bundleNode();
  const names = files.map(({ name }) => name);
  for (const name of ['main.js', 'launcher.js', 'state.worker.js', 'journal.worker.js', 'body.worker.js'])
    assert.ok(names.includes(name), name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, text } of files) {
    assert.doesNotMatch(text, /from "typebox/, name);
    for (const [, started] of text.matchAll(/new URL\("(\.\/[\w.-]+)", import\.meta\.url\)/g))
      assert.ok(names.includes(started!.slice(2)), `${name} starts ${started}`);
  }
});

/** The script of a project whose sources and bundle only say which of them ran. */
async function scriptOf(t: { after(end: () => Promise<void>): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'fob-script-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const name of ['fob', 'package-lock.json']) await copyFile(join(PROJECT_FOLDER, name), join(folder, name));
  await symlink(join(PROJECT_FOLDER, 'node_modules'), join(folder, 'node_modules'));
  await put('src/cli/main.ts', "console.log('sources');");
  const build = (text: string) => put('src/cli/machine/node-build.ts', text);
  await build(`import { mkdirSync, writeFileSync } from 'node:fs';
const folder = import.meta.dirname + '/../../../dist/node';
mkdirSync(folder, { recursive: true });
writeFileSync(folder + '/main.js', "console.log('bundle');");
writeFileSync(folder + '/built', '');`);
  const run = async (word: string) => {
    const { stdout, stderr } = await promisify(execFile)(join(folder, 'fob'), [word]);
    return [stdout.trim(), /preparing/.test(stderr)];
  };
  return { folder, put, build, run };
}

test('a node is started from the bundle, which is made anew when a source changed, whatever its date says', async (t) => {
  const { folder, put, run } = await scriptOf(t);
  assert.deepEqual(await run('list'), ['sources', false]);
  assert.deepEqual(await run('up'), ['bundle', true]);
  assert.deepEqual(await run('up'), ['bundle', false]);
  await put('src/model/problem.ts', 'export {};');
  await utimes(join(folder, 'src/model/problem.ts'), 0, 0);
  assert.deepEqual(await run('up'), ['bundle', true]);
  await put('src/console/main.ts', 'export {};');
  assert.deepEqual(await run('dev'), ['bundle', false]);
});

test('where there can be no bundle, or an old one only, a node starts from the sources', async (t) => {
  const { build, run } = await scriptOf(t);
  await run('up');
  await build('process.exitCode = 1;');
  assert.deepEqual(await run('up'), ['sources', true]);
});
