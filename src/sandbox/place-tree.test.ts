import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { placeTree } from './place-tree.ts';

function folders(t: TestContext, targetParent = tmpdir()): [string, string] {
  const made = [mkdtempSync(join(tmpdir(), 'fob-place-')), mkdtempSync(join(targetParent, 'fob-placed-'))] as [
    string,
    string,
  ];
  t.after(() => made.forEach((folder) => void rmSync(folder, { recursive: true })));
  return made;
}

test('files are shared, folders are made, links are kept as they are', async (t) => {
  const [source, target] = folders(t);
  mkdirSync(join(source, 'a/b'), { recursive: true });
  writeFileSync(join(source, 'a/b/file'), 'content');
  symlinkSync('/etc/passwd', join(source, 'outside'));
  symlinkSync('a', join(source, 'folder'));
  await placeTree(source, target, true);
  assert.equal(statSync(join(target, 'a/b/file')).ino, statSync(join(source, 'a/b/file')).ino);
  assert.equal(readlinkSync(join(target, 'outside')), '/etc/passwd');
  assert.equal(readlinkSync(join(target, 'folder')), 'a');
});

test('what others may not read is copied with a wider mode, where that is wished', async (t) => {
  const [source, target] = folders(t);
  writeFileSync(join(source, 'private'), 'content');
  writeFileSync(join(source, 'program'), '#!/bin/sh');
  chmodSync(join(source, 'private'), 0o600);
  chmodSync(join(source, 'program'), 0o700);
  await placeTree(source, target, true);
  assert.equal(statSync(join(target, 'private')).mode & 0o777, 0o644);
  assert.equal(statSync(join(target, 'program')).mode & 0o777, 0o755);
  assert.equal(statSync(join(source, 'private')).mode & 0o777, 0o600);
});

test('another file system gets copies', {
  skip: process.platform !== 'linux' && 'only Linux has what it looks at',
}, async (t) => {
  const [source, target] = folders(t, '/dev/shm');
  writeFileSync(join(source, 'file'), 'content');
  await placeTree(source, target, true);
  assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'content');
});

test('a tree of many files arrives whole, and sockets are left out', async (t) => {
  const [source, target] = folders(t);
  for (let index = 0; index < 1_000; index += 1) writeFileSync(join(source, `file-${index}`), '');
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(join(source, 'socket'), resolve));
  await placeTree(source, target, false);
  server.close();
  assert.equal(readdirSync(target).length, 1_000);
});
