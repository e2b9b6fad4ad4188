import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, percentile, spread } from './statistics.ts';

const numbers = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 200 });

test('the median is the middle value, or the mean of the two middle ones', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([10, 9]), 9.5);
  assert.throws(() => median([]), RangeError);
});

test('a percentile is the nearest rank', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(oneToHundred, 50), 50);
  assert.equal(percentile(oneToHundred, 99), 99);
  assert.equal(percentile(oneToHundred, 100), 100);
  assert.equal(percentile(oneToHundred, 0), 1);
  assert.equal(percentile([7], 99), 7);
  assert.throws(() => percentile([1], 101), RangeError);
  assert.throws(() => percentile([1], Number.NaN), RangeError);
});

test('as many values as asked for lie at or below a percentile, and it is one of the values', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const found = percentile(values, percent);
      assert.ok(values.includes(found));
      assert.ok(values.filter((value) => value <= found).length >= (percent / 100) * values.length);
      assert.ok(values.filter((value) => value < found).length < (percent / 100) * values.length);
    }),
  );
});

test('summaries do not depend on order and do not change what they are given', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const before = [...values];
      assert.equal(median(values), median([...values].reverse()));
      assert.equal(percentile(values, 90), percentile([...values].reverse(), 90));
      assert.deepEqual(values, before);
    }),
  );
});

test('the spread is relative to the median', () => {
  assert.equal(spread([90, 100, 120]), 0.3);
  assert.equal(spread([5, 5, 5]), 0);
});
