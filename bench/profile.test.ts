import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { profileTables, selfTimes } from './profile.ts';

const frame = (functionName: string, url = '') => ({ functionName, url, lineNumber: 9 });

test('self times are added up by function, longest first, waiting left out', () => {
  const times = selfTimes({
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('work', 'file:///a/b/src/engine/pool.ts') },
      { id: 3, callFrame: frame('(garbage collector)') },
      { id: 4, callFrame: frame('work', 'file:///a/b/src/engine/pool.ts') },
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [90_000, 1_000, 2_500, 3_000],
  });
  assert.deepEqual(times, [
    { where: 'work src/engine/pool.ts:10', selfMs: 4 },
    { where: '(garbage collector)', selfMs: 2.5 },
  ]);
});

test('a real profile shows where the time went', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fob-profile-'));
  try {
    const program = 'function burn() { let n = 0; for (let i = 0; i < 3e7; i++) n += i % 7; return n } burn()';
    await promisify(execFile)(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, '-e', program]);
    const [table, ...others] = await profileTables(folder);
    assert.deepEqual(others, []);
    assert.match(table!.title, /^process \d+, thread 0: /);
    assert.ok(table!.rows.some((row) => row[2]!.startsWith('burn')));
  } finally {
    await rm(folder, { recursive: true });
  }
});
