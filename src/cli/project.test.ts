import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { shellWord } from './project.ts';

test('a path is printed so that a shell reads it as it is', async () => {
  assert.equal(shellWord('/srv/fob/fob'), '/srv/fob/fob');
  for (const path of ["./pr 'ö", '/a"b/$HOME/`id`/fob', '-x;y', '']) {
    const { stdout } = await promisify(execFile)('sh', ['-c', `printf %s ${shellWord(path)}`]);
    assert.equal(stdout, path);
  }
});
