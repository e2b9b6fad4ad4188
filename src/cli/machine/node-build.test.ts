import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { PROJECT_FOLDER } from '../project.ts';
import { buildNode, bundleNode } from './node-build.ts';

test('the bundle holds all that a node starts, and none of the schema library stays outside', async () => {
  const { files, sources } = await bundleNode(join(PROJECT_FOLDER, 'dist', 'node', 'some'));
  const names = files.map(({ name }) => name);
  for (const name of ['main.js', 'launcher.js', 'state.worker.js', 'journal.worker.js', 'body.worker.js'])
    assert.ok(names.includes(name), name);
  assert.equal(new Set(names).size, names.length);
  // By these, and by the packages, ./fob names it.
  const ours = sources.filter((path) => !path.startsWith(join(PROJECT_FOLDER, 'node_modules')));
  for (const path of ours) assert.match(relative(PROJECT_FOLDER, path), /^(src\/(?!console\/).+|package\.json)$/);
  for (const { name, text } of files) {
    assert.doesNotMatch(text, /from "typebox/, name);
    for (const [, started] of text.matchAll(/new URL\("(\.\/[\w.-]+)", import\.meta\.url\)/g))
      assert.ok(names.includes(started!.slice(2)), `${name} starts ${started}`);
    // Drivers and the like: a node that runs goes on with its own, whatever becomes of the sources.
    for (const [, place] of text.matchAll(/new URL\("\.\/(src\/[^"]+)", import\.meta\.url\)/g))
      assert.ok(
        names.some((each) => each === place || each.startsWith(`${place}/`)),
        `${name} looks for ${place}`,
      );
  }
  for (const name of ['src/runtime/node/driver/main.cjs', 'src/runtime/python/driver/fob_driver/serve.py'])
    assert.ok(names.includes(name), name);
  assert.deepEqual(
    names.filter((name) => name.includes('__pycache__')),
    [],
  );
});

test('a bundle is there at once and whole; what nobody needs any more goes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "fob a 'b\u00e9 "));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bundles = join(folder, 'dist', 'node');
  await symlink(join(PROJECT_FOLDER, 'node_modules'), join(folder, 'node_modules'));
  const old = ['1-1', '2-1', '3-1', '4-1', 'new.killed'];
  for (const [at, name] of ['new.made', ...old].entries()) {
    await mkdir(join(bundles, name), { recursive: true });
    await utimes(join(bundles, name), at, at);
  }
  // A node that was started from the oldest.
  const node = spawn(process.execPath, ['-e', 'process.stdin.resume()', join(bundles, '1-1', 'main.js')], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.after(() => node.kill());
  await once(node, 'spawn');
  const begin = async () => {
    await rm(join(bundles, 'new.made'), { recursive: true, force: true });
    await mkdir(join(bundles, 'new.made'));
    return join(bundles, 'new.made');
  };
  await buildNode(await begin(), join(bundles, '5-1'));
  assert.deepEqual((await readdir(bundles)).sort(), ['1-1', '3-1', '4-1', '5-1']);
  const started = await promisify(execFile)(process.execPath, [join(bundles, '5-1', 'main.js'), '--version']);
  assert.match(started.stdout, /^fob \d/);
  // One that is damaged is put away, and another's that is whole stays.
  await writeFile(join(bundles, '5-1', 'main.js'), '');
  await buildNode(await begin(), join(bundles, '5-1'));
  await buildNode(await begin(), join(bundles, '5-1'));
  await promisify(execFile)(process.execPath, [join(bundles, '5-1', 'main.js'), '--version']);
  // Its sources are not those that it is named by.
  const made = await begin();
  await utimes(made, 1, 1);
  await assert.rejects(buildNode(made, join(bundles, '6-1')), /changed while it was read/);
  assert.deepEqual((await readdir(bundles)).sort(), ['1-1', '3-1', '4-1', '5-1']);
});

/** The script of a project whose sources and bundle only say which of them ran. */
async function scriptOf(t: { after(end: () => Promise<void>): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'fob-script-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const name of ['fob', 'package.json', 'package-lock.json', 'tsconfig.json'])
    await copyFile(join(PROJECT_FOLDER, name), join(folder, name));
  await symlink(join(PROJECT_FOLDER, 'node_modules'), join(folder, 'node_modules'));
  await put('src/cli/main.ts', "console.log('sources');");
  const build = (text: string) => put('src/cli/machine/node-build.ts', text);
  await build(`import { execSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
const [made, bundle] = process.argv.slice(2);
writeFileSync(made + '/main.js', "console.log('bundle');");
execSync('find . -type f ! -path ./sum -exec cksum {} + | LC_ALL=C sort | cksum > sum', { cwd: made });
rmSync(bundle, { recursive: true, force: true });
renameSync(made, bundle);`);
  const run = async (...words: string[]) => {
    const { stdout, stderr } = await promisify(execFile)(join(folder, 'fob'), words);
    return [stdout.trim(), /preparing/.test(stderr)];
  };
  return { folder, put, build, run };
}

test('a node is started from the bundle of what the sources hold, whatever dates say', async (t) => {
  const { folder, put, run } = await scriptOf(t);
  assert.deepEqual(await run('list'), ['sources', false]);
  assert.deepEqual(await run('up', '--help'), ['sources', false]);
  assert.deepEqual(await run('up'), ['bundle', true]);
  assert.deepEqual(await run('up'), ['bundle', false]);
  // Made on a machine whose clock was fast, or copied after the sources.
  const [bundle] = await readdir(join(folder, 'dist/node'));
  const later = Date.now() / 1000 + 1e6;
  for (const name of ['', 'main.js', 'sum']) await utimes(join(folder, 'dist/node', bundle!, name), later, later);
  await put('src/model/problem.ts', 'export {};');
  await utimes(join(folder, 'src/model/problem.ts'), 0, 0);
  assert.deepEqual(await run('up'), ['bundle', true]);
  await put('src/console/main.ts', 'export {};');
  assert.deepEqual(await run('dev'), ['bundle', false]);
  await rm(join(folder, 'src/model/problem.ts'));
  assert.deepEqual(await run('--json', 'up'), ['bundle', false]);
});

test('a bundle that is damaged is not run', async (t) => {
  const { folder, run } = await scriptOf(t);
  await run('up');
  const [bundle] = await readdir(join(folder, 'dist/node'));
  for (const damage of [
    () => writeFile(join(folder, 'dist/node', bundle!, 'main.js'), ''),
    () => rm(join(folder, 'dist/node', bundle!, 'main.js')),
    () => rm(join(folder, 'dist/node', bundle!, 'sum')),
  ]) {
    await damage();
    assert.deepEqual(await run('up'), ['bundle', true]);
  }
});

test('where there can be no bundle, or an old one only, a node starts from the sources', async (t) => {
  const { build, run } = await scriptOf(t);
  await run('up');
  await build('process.exitCode = 1;');
  assert.deepEqual(await run('up'), ['sources', true]);
});
