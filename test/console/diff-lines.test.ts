import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffLines } from '../../src/console/screens/function/code/diff-lines.ts';
import { unifiedDiff } from '../../src/engine/release/text-diff.ts';

test('lines of a difference have their numbers in both texts', () => {
  const found = diffLines('@@ -3,3 +3,4 @@\n a\n-b\n+c\n+d\n e\n\\ No newline at end of file\n');
  assert.deepEqual(
    found.map(({ kind, before, after }) => [kind, before, after]),
    [
      ['place', undefined, undefined],
      ['same', 3, 3],
      ['removed', 4, undefined],
      ['added', undefined, 4],
      ['added', undefined, 5],
      ['same', 5, 6],
      ['same', undefined, undefined],
    ],
  );
});

test('whatever differs, each number is that of its line', () => {
  const text = fc.array(fc.constantFrom('', 'a', 'b', '-x', '+x', '@@'), { maxLength: 30 });
  fc.assert(
    fc.property(text, text, (one, other) => {
      for (const { text: line, before, after } of diffLines(unifiedDiff(one.join('\n'), other.join('\n')))) {
        if (before !== undefined) assert.equal(line.slice(1), one[before - 1]);
        if (after !== undefined) assert.equal(line.slice(1), other[after - 1]);
      }
    }),
  );
});
