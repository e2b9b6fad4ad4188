import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { descendants, parseProcessStat, parseSmapsRollup, processTree, treeCpuMs, treeMemory } from './process-tree.ts';

const tail = 'S 41 42 42 0 -1 4194304 100 2000 0 0 7 3 20 10 20 0 1 0 12345 1000000 500 18446744073709551615';

test('a stat line is read, children that ended included', () => {
  assert.deepEqual(parseProcessStat(`42 (node) ${tail}`), { pid: 42, parentPid: 41, program: 'node', cpuMs: 400 });
});

test('any program name is read past', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (program) => {
      const stat = parseProcessStat(`42 (${program}) ${tail}`);
      assert.equal(stat.program, program);
      assert.equal(stat.cpuMs, 400);
    }),
  );
});

test('anything else is refused', () => {
  assert.throws(() => parseProcessStat(''), /not a line/);
  assert.throws(() => parseProcessStat('42 (node) S 1 2'), /not a line/);
});

test('descendants are found at any depth, and nobody else', () => {
  const of = (pid: number, parentPid: number) => ({ pid, parentPid, program: 'x', cpuMs: 0 });
  const all = [of(9, 4), of(1, 0), of(2, 1), of(3, 1), of(4, 3), of(5, 2)];
  const pids = descendants(all, 3).map((process) => process.pid);
  assert.deepEqual(pids, [3, 4, 9]);
  assert.deepEqual(descendants(all, 77), []);
});

test('memory is read in bytes', () => {
  const text = 'aa-bb ---p 0 00:00 0    [rollup]\nRss:    1712 kB\nPss:     378 kB\nPss_Dirty:  116 kB\n';
  assert.deepEqual(parseSmapsRollup(text), { pssBytes: 378 * 1024, rssBytes: 1712 * 1024 });
  assert.throws(() => parseSmapsRollup('Rss: 1 kB\n'), /no Pss/);
});

test('CPU time and memory of a real tree are counted, a child that has ended included', async () => {
  const script = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
  const child = spawn('/bin/sh', ['-c', `sh -c '${script}'; echo done; read line`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  try {
    await once(child.stdout, 'data');
    const tree = await processTree(process.pid);
    assert.ok(tree.some((entry) => entry.pid === child.pid));
    assert.ok((await treeCpuMs(child.pid!)) > 0);
    const memory = await treeMemory(child.pid!);
    assert.ok(memory.platform.pssBytes > 0);
    assert.equal(memory.sandboxProcesses, 0);
  } finally {
    child.stdin.end();
    await once(child, 'close');
  }
  assert.deepEqual(await processTree(child.pid!), []);
});
