import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { isBranch } from './rules.ts';

test('what passes as a branch is one to Git, and no option of it', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'ab/.-@{}~^:?*[\\ \t.lock'), maxLength: 12 });
  fc.assert(
    fc.property(letters, (name) => {
      if (!isBranch(name)) return;
      assert.ok(!name.startsWith('-'));
      execFileSync('git', ['check-ref-format', `refs/heads/${name}`]);
    }),
    { numRuns: 300 },
  );
  for (const name of ['main', 'feature/x-1', 'v1.2', 'ümlaut', '@']) assert.ok(isBranch(name), name);
});
