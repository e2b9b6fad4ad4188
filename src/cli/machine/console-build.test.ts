import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eventually } from '../../../test/support/eventually.ts';
import { bundleConsole } from './console-build.ts';

function children(): string[] {
  const threads = readdirSync('/proc/self/task');
  return threads.flatMap((thread) => {
    const pids = readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
    return pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  });
}

test('building the console leaves no process behind', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const before = children();
  const files = await bundleConsole();
  assert.ok(files.some(({ name }) => name === 'index.html'));
  await eventually(() => assert.deepEqual(children(), before));
});
