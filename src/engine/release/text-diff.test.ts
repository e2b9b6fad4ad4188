import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { unifiedDiff } from './text-diff.ts';

const folder = mkdtempSync(join(tmpdir(), 'fob-diff-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a change is shown with three lines around it, and where it stands', () => {
  const lines = Array.from({ length: 20 }, (_, number) => `line ${number + 1}\n`);
  const changed = lines.with(9, 'another\n');
  assert.equal(
    unifiedDiff(lines.join(''), changed.join('')),
    '@@ -7,7 +7,7 @@\n line 7\n line 8\n line 9\n-line 10\n+another\n line 11\n line 12\n line 13\n',
  );
  assert.equal(unifiedDiff('same\n', 'same\n'), '');
  assert.equal(unifiedDiff('', 'a\nb'), '@@ -0,0 +1,2 @@\n+a\n+b\n\\ No newline at end of file\n');
  assert.equal(unifiedDiff('a\n', ''), '@@ -1 +0,0 @@\n-a\n');
});

test('what git applies of it to the one text gives the other', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd', '', '+x', '-y', '@@'), { maxLength: 40 })
    .chain((lines) => fc.boolean().map((ends) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')));
  fc.assert(
    fc.property(text, text, (from, to) => {
      const diff = unifiedDiff(from, to);
      assert.equal(diff === '', from === to);
      if (diff === '') return;
      assert.equal(applied(from, diff), to);
    }),
    { numRuns: 40 },
  );
});

test('texts that have nothing in common, and long ones, are bounded work', () => {
  const from = Array.from({ length: 20_000 }, (_, number) => `a ${number}\n`).join('');
  const to = Array.from({ length: 20_000 }, (_, number) => `b ${number}\n`).join('');
  const diff = unifiedDiff(from, to);
  assert.equal(diff.split('\n').filter((line) => line.startsWith('+')).length, 20_000);
  assert.equal(applied(from, diff), to);
});

function applied(from: string, diff: string): string {
  const file = join(folder, 'text');
  writeFileSync(file, from);
  // An empty file is to git one that is not there: what is added to nothing makes it.
  const head = from === '' ? '--- /dev/null\n+++ b/text\n' : '--- a/text\n+++ b/text\n';
  if (from === '') rmSync(file);
  execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], {
    cwd: folder,
    input: head + diff,
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  return readFileSync(file, 'utf8');
}
