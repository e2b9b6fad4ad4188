import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backTo, moved, predecessor } from './earlier-versions.ts';

test('a rollback goes back one by one, and what it left does not come back', () => {
  let before = moved(moved([], 1, 2), 2, 3);
  let back = predecessor(before, 3)!;
  assert.equal(back.version, 2);
  back = predecessor(back.before, 2)!;
  assert.equal(back.version, 1);
  assert.equal(predecessor(back.before, 1), undefined);

  // From 2 again, another version is made: 3 is forgotten.
  before = moved([1], 2, 4);
  assert.deepEqual(before, [1, 2]);
  assert.deepEqual(backTo([1, 2, 3], 4, 2), [1]);
  assert.deepEqual(backTo([1, 2], 3, 7), [1, 2, 3]);
});

test('shared calls name nothing whole, so that a rollback passes over them', () => {
  // 3, then 3 and 4, then 4.
  const before = moved(moved([], 3, undefined), undefined, 4);
  assert.equal(predecessor(before, 4)!.version, 3);
  // 3, then 3 and 4, then 3 again.
  assert.equal(predecessor(moved([], 3, undefined), 3), undefined);
});

test('whatever happens, there is never too much to go back to, and never what stands', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined })), (states) => {
      let before: readonly number[] = [];
      let current: number | undefined;
      for (const next of states) {
        before = moved(before, current, next);
        current = next;
        assert.ok(before.length <= 20);
        assert.equal(new Set(before).size, before.length);
        assert.notEqual(predecessor(before, current)?.version, current ?? 0);
      }
    }),
  );
});
