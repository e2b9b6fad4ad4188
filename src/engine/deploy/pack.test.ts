import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { chmod, link, lstat, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readTarGz } from '../archive/tar.ts';
import { packTree } from './pack.ts';
import { contentsOf, temporaryFolder } from './testing/temporary.ts';
import { sealTree } from './tree.ts';
import { unpack } from './unpack.ts';

const LIMITS = { maxBytes: 10_000_000, maxEntries: 1_000 };
const NAME = fc
  .string({ unit: fc.constantFrom(...'abcABC019._- +@~é漢😀'), minLength: 1, maxLength: 60 })
  .filter((name) => name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255 && name !== '__MACOSX')
  // Two spellings of one name are one file on some file systems; keep to names that differ everywhere.
  .map((name) => name.toLowerCase());
const PATH = fc.array(NAME, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'));
const FILES = fc
  .uniqueArray(fc.record({ path: PATH, content: fc.uint8Array({ maxLength: 2_000 }), executable: fc.boolean() }), {
    selector: (file) => file.path,
    maxLength: 12,
  })
  .map((files) => files.filter(({ path }) => !files.some((other) => other.path.startsWith(`${path}/`))));

test('any safe tree packs and unpacks to itself, and packs to the same bytes again', async (t) => {
  await fc.assert(
    fc.asyncProperty(FILES, async (files) => {
      const folder = await temporaryFolder(t);
      const [original, copy] = [join(folder, 'original'), join(folder, 'copy')];
      await mkdir(original);
      await mkdir(copy);
      for (const { path, content, executable } of files) {
        await mkdir(join(original, dirname(path)), { recursive: true });
        await writeFile(join(original, path), content, { mode: executable ? 0o755 : 0o600 });
      }
      const tree = await sealTree(original, LIMITS);
      assert.equal(tree.fileCount, files.length);
      assert.equal(
        tree.treeBytes,
        files.reduce((sum, { content }) => sum + content.length, 0),
      );
      const digest = await packTree(original, tree, join(folder, 'a.tar.gz'));

      await unpack(readTarGz(createReadStream(join(folder, 'a.tar.gz')), Number.MAX_SAFE_INTEGER), copy, LIMITS);
      const again = await sealTree(copy, LIMITS);
      assert.deepEqual(await contentsOf(copy), await contentsOf(original));
      assert.deepEqual(again, tree);
      assert.equal(await packTree(copy, again, join(folder, 'b.tar.gz')), digest);
      assert.ok((await readFile(join(folder, 'b.tar.gz'))).equals(await readFile(join(folder, 'a.tar.gz'))));
    }),
    { numRuns: 60 },
  );
});

test('times, owners and hard links do not change the digest; permissions and links do', async (t) => {
  const folder = await temporaryFolder(t);
  let count = 0;
  const digestOf = async (make: (root: string) => Promise<void>): Promise<string> => {
    const root = join(folder, `tree-${++count}`);
    await mkdir(join(root, 'lib'), { recursive: true });
    await writeFile(join(root, 'lib/a.py'), 'x = 1');
    await make(root);
    return packTree(root, await sealTree(root, LIMITS), join(folder, `${count}.tar.gz`));
  };
  const plain = await digestOf((root) => writeFile(join(root, 'lib/b.py'), 'x = 1'));
  assert.equal(await digestOf((root) => link(join(root, 'lib/a.py'), join(root, 'lib/b.py'))), plain);
  const touched = async (root: string) => {
    await writeFile(join(root, 'lib/b.py'), 'x = 1', { mode: 0o600 });
    await utimes(join(root, 'lib/b.py'), 1, 1);
  };
  assert.equal(await digestOf(touched), plain);
  assert.notEqual(await digestOf((root) => writeFile(join(root, 'lib/b.py'), 'x = 1', { mode: 0o755 })), plain);
  assert.notEqual(await digestOf((root) => symlink('a.py', join(root, 'lib/b.py'))), plain);
});

test('a sealed tree is read-only, belongs to this user, and has no traces of its making', async (t) => {
  const root = join(await temporaryFolder(t), 'tree');
  await mkdir(join(root, 'closed'), { recursive: true });
  await writeFile(join(root, 'closed/tool'), '#!/bin/sh', { mode: 0o4755 });
  await writeFile(join(root, 'main.py'), 'x', { mode: 0o666 });
  await chmod(join(root, 'closed'), 0o500);
  await sealTree(root, LIMITS);
  for (const [path, mode] of Object.entries({ 'closed/tool': 0o555, 'main.py': 0o444, closed: 0o755, '': 0o755 })) {
    const stat = await lstat(join(root, path));
    assert.equal(stat.mode & 0o7777, mode, path);
    assert.equal(stat.mtime.toISOString(), '2000-01-01T00:00:00.000Z', path);
    assert.equal(stat.uid, process.getuid?.(), path);
  }
});

test('refuses to seal what is neither file nor folder nor inner link, and what is too large', async (t) => {
  const root = join(await temporaryFolder(t), 'tree');
  await mkdir(root);
  await symlink('/etc/passwd', join(root, 'secret'));
  await assert.rejects(sealTree(root, LIMITS), { code: 'invalid_function', message: /"secret".*leads out/ });

  const large = join(await temporaryFolder(t), 'tree');
  await mkdir(large);
  await writeFile(join(large, 'a'), 'xx');
  await writeFile(join(large, 'b'), 'xx');
  await assert.rejects(sealTree(large, { maxBytes: 3, maxEntries: 10 }), { code: 'too_large' });
  await assert.rejects(sealTree(large, { maxBytes: 10, maxEntries: 1 }), { code: 'too_large' });
});
