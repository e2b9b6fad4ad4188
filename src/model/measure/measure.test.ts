import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bucketOf, middleOf, SMALLEST } from './buckets.ts';
import { Distribution } from './distribution.ts';
import { COUNTERS, Point } from './point.ts';
import { addEncoded, addEncodedDistribution, encodedCounters, encodePoint } from './point-codec.ts';

/** What a percentile may be off by. */
const ERROR = 0.044;

const positive = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
const anyValue = fc.oneof(
  positive,
  fc.constant(0),
  positive.map((value) => -value),
);
/** Whole numbers, whose sums are exact. */
const whole = fc.integer({ min: -1_000_000, max: 1_000_000 });

function of(values: readonly number[]): Distribution {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
}

function view(distribution: Distribution) {
  const { count, sum, minimum, maximum, zeros } = distribution;
  const above: [number, number][] = [];
  const below: [number, number][] = [];
  distribution.above.each((bucket, times) => above.push([bucket, times]));
  distribution.below?.each((bucket, times) => below.push([bucket, times]));
  return { count, sum, minimum: Math.fround(minimum), maximum: Math.fround(maximum), zeros, above, below };
}

describe('histograms', () => {
  test('a bucket stands for its values within the bound of error', () => {
    fc.assert(
      fc.property(fc.double({ min: SMALLEST, max: 2 ** 49, noNaN: true }), (value) => {
        assert.ok(Math.abs(middleOf(bucketOf(value)) - value) <= ERROR * value);
      }),
    );
  });

  test('percentiles are within the bound of error of the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(anyValue, { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1]!;
          const found = of(values).quantile(share)!;
          assert.ok(Math.abs(found - exact) <= ERROR * Math.abs(exact) + SMALLEST, `${found} for ${exact}`);
        },
      ),
    );
  });

  test('adding is the same in any order and grouping', () => {
    const list = fc.array(whole, { maxLength: 50 });
    fc.assert(
      fc.property(list, list, list, (a, b, c) => {
        const left = of(a);
        left.addAll(of(b));
        left.addAll(of(c));
        const right = of(c);
        right.addAll(of(b));
        const all = of(a);
        all.addAll(right);
        assert.deepEqual(view(left), view(all));
        assert.deepEqual(view(left), view(of([...a, ...b, ...c])));
      }),
    );
  });

  test('of nothing there is no percentile; what is cleared holds nothing', () => {
    const distribution = of([1, -2, 0]);
    distribution.clear();
    assert.equal(distribution.quantile(0.5), undefined);
    assert.deepEqual(view(distribution), view(new Distribution()));
  });
});

describe('encoded points', () => {
  const calls = fc.record({
    counters: fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), {
      minLength: COUNTERS.length,
      maxLength: COUNTERS.length,
    }),
    values: fc.tuple(
      fc.array(anyValue, { maxLength: 30 }),
      fc.array(anyValue, { maxLength: 30 }),
      fc.array(anyValue, { maxLength: 30 }),
    ),
  });
  const pointOf = ({ counters, values }: { counters: number[]; values: number[][] }): Point => {
    const point = new Point('calls');
    point.counters.set(counters);
    for (const [at, list] of values.entries()) for (const value of list) point.distributions[at]!.add(value);
    return point;
  };

  test('are read as they were written, in whole and in part', () => {
    fc.assert(
      fc.property(calls, (made) => {
        const point = pointOf(made);
        const bytes = encodePoint(point);
        const read = new Point('calls');
        addEncoded(read, bytes);
        assert.deepEqual([...read.counters], [...point.counters]);
        for (const [at, distribution] of point.distributions.entries()) {
          assert.deepEqual(view(read.distributions[at]!), view(distribution));
          const one = new Distribution();
          addEncodedDistribution(one, bytes, 0, at);
          assert.deepEqual(view(one), view(distribution));
        }
        for (const [at, value] of made.counters.entries()) assert.equal(encodedCounters(bytes, 0, at, at + 1), value);
      }),
    );
  });

  test('add up like the points themselves', () => {
    fc.assert(
      fc.property(calls, calls, (a, b) => {
        const small = (made: typeof a) => pointOf({ ...made, counters: made.counters.map((n) => n % 1_000_000) });
        const sum = small(a);
        sum.addAll(small(b));
        const read = new Point('calls');
        addEncoded(read, encodePoint(small(a)));
        addEncoded(read, encodePoint(small(b)));
        assert.deepEqual([...read.counters], [...sum.counters]);
        assert.deepEqual(
          read.distributions.map((each) => view(each).above),
          sum.distributions.map((each) => view(each).above),
        );
      }),
    );
  });

  test('are small', () => {
    const point = new Point('calls');
    point.counters[0] = 600;
    for (let n = 0; n < 600; n++) {
      point.distributions[0]!.add(1 + (n % 20) / 10);
      point.distributions[1]!.add(0.02);
      point.distributions[2]!.add(0.3);
    }
    assert.ok(encodePoint(point).length < 120, `${encodePoint(point).length} bytes`);
  });

  test('that are none are refused', () => {
    const bytes = encodePoint(pointOf({ counters: [5], values: [[1, 2, 3], [4], []] }));
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => addEncoded(new Point('calls'), bytes.subarray(0, length)), RangeError);
    assert.throws(() => addEncoded(new Point('calls'), Uint8Array.of(9, 0, 0)), /version 9/);
  });
});
