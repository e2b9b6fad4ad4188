import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { makeFolder } from './make-folder.ts';

describe('making a folder', () => {
  const base = mkdtempSync(join(tmpdir(), 'fob-make-'));
  after(() => rmSync(base, { recursive: true }));

  test('makes those above it too, each with the mode, and is content with what is there', () => {
    const folder = join(base, 'a', 'b', 'c');
    assert.equal(makeFolder(folder, 0o711), true);
    for (const path of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(join(base, path)).mode & 0o777, 0o711);
    assert.equal(makeFolder(folder, 0o700), false);
    assert.equal(statSync(folder).mode & 0o777, 0o711);
    symlinkSync(folder, join(base, 'link'));
    makeFolder(join(base, 'link'), 0o700);
    makeFolder(join(base, 'link', 'below'), 0o700);
    assert.ok(statSync(join(folder, 'below')).isDirectory());
  });

  test('ends with an error where it cannot be', {
    skip: process.platform !== 'linux' && 'only Linux has what it looks at',
  }, () => {
    const file = join(base, 'file');
    writeFileSync(file, '');
    symlinkSync(join(base, 'nowhere'), join(base, 'dangling'));
    mkdirSync(join(base, 'there'));
    for (const [path, code] of [
      ['/proc/x', 'ENOENT'],
      ['/proc/x/y/z', 'ENOENT'],
      [file, 'EEXIST'],
      [join(file, 'below'), 'ENOTDIR'],
      [join(base, 'dangling'), 'ENOENT'],
    ] as const) {
      assert.throws(() => makeFolder(path, 0o700), { code }, path);
    }
  });
});
