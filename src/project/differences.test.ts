import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Difference, differences } from './differences.ts';
import { isMarkOf, markOf } from './secret-marks.ts';
import { durationMs, memoryMb } from './units.ts';

const plain = { noNullPrototype: true };
const leaf = fc.oneof(fc.string(), fc.dictionary(fc.constantFrom('p', 'q'), fc.integer(), plain));
const fields = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('x', 'y'), leaf, plain),
  ),
  plain,
);

/** Does what the differences say. */
function changed(before: Record<string, unknown>, found: readonly Difference[]): Record<string, unknown> {
  const result = structuredClone(before);
  for (const { path, after } of found) {
    const names = path.split('.');
    let place = result;
    for (const name of names.slice(0, -1)) place = place[name] as Record<string, unknown>;
    if (after === undefined) delete place[names.at(-1)!];
    else place[names.at(-1)!] = after;
  }
  return result;
}

describe('differences', () => {
  test('are none between equals, and done once they are none any more', () => {
    fc.assert(
      fc.property(fields, fields, (before, wanted) => {
        assert.deepEqual(differences(wanted, wanted), []);
        const after = changed(before, differences(before, wanted));
        assert.deepEqual(differences(after, wanted), []);
        for (const [name, value] of Object.entries(wanted)) assert.deepEqual(after[name], value);
        // What is not wanted stays as it is.
        for (const name of Object.keys(before)) if (!(name in wanted)) assert.deepEqual(after[name], before[name]);
      }),
    );
  });
});

test('units', () => {
  assert.deepEqual(
    ['500ms', '30s', '1.5m', '2h', '7d', 5].map(durationMs),
    [500, 30_000, 90_000, 7_200_000, 604_800_000, 5_000],
  );
  assert.deepEqual(['256', '256m', '1g', '1.5GiB', 128].map(memoryMb), [256, 256, 1_024, 1_536, 128]);
});

test('a mark tells whether a secret is the same, and not what it is', () => {
  const mark = markOf('swordfish');
  assert.doesNotMatch(mark, /swordfish/);
  assert.notEqual(mark, markOf('swordfish'));
  assert.ok(isMarkOf(mark, 'swordfish'));
  assert.ok(!isMarkOf(mark, 'Swordfish'));
});
