import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import { STATISTICS } from '../metrics/metrics.ts';
import { COMPARATORS, type Condition, limitOf, MAX_WINDOW_MS, MIN_WINDOW_MS, UNITS, type Unit } from './condition.ts';
import { parseCondition } from './condition-parse.ts';
import { printCondition } from './testing/print-condition.ts';

const name = fc.oneof(
  fc.constantFrom('invocations', 'errors', 'errors.timed_out', 'duration', 'shop/orders', 'for', 'a b', 'x'),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const label = fc.string({ minLength: 0, maxLength: 8 });
const term = fc
  .record({
    metric: name,
    statistic: fc.option(fc.constantFrom(...STATISTICS), { nil: undefined }),
    labels: fc.option(fc.dictionary(label, label, { minKeys: 1, maxKeys: 3, noNullPrototype: true }), {
      nil: undefined,
    }),
  })
  .map(({ metric, statistic, labels }) => ({
    metric,
    ...(statistic !== undefined && { statistic }),
    ...(labels !== undefined && { labels }),
  }));
const expression = fc.oneof(fc.record({ of: term }), fc.record({ of: term, per: term }));
const windowMs = fc.integer({ min: MIN_WINDOW_MS, max: MAX_WINDOW_MS });
const number = fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.double({ min: 0, max: 1e30, noNaN: true }).map(Math.abs));
const comparator = fc.constantFrom(...COMPARATORS);
const clause = fc.oneof(
  fc.record({
    kind: fc.constant('comparison' as const),
    left: expression,
    comparator,
    limit: fc.record({ value: number, unit: fc.constantFrom(...(Object.keys(UNITS) as Unit[])) }),
    windowMs,
  }),
  fc.record({
    kind: fc.constant('change' as const),
    left: expression,
    comparator,
    // Nothing is no number of times as much; the parser refuses it.
    factor: number.filter((times) => times > 0),
    windowMs,
  }),
  fc.record({ kind: fc.constant('absence' as const), metric: term, windowMs }),
);
const condition: fc.Arbitrary<Condition> = fc.record({
  clauses: fc.array(clause, { minLength: 1, maxLength: 3 }),
  forMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 86_400_000 })),
});

/** As a text in which the order of members does not count. */
function sameOrder(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))
      : part,
  );
}

describe('conditions of alerts', () => {
  it('are the same after they were printed and read again', () => {
    fc.assert(
      fc.property(condition, (each) => {
        const text = printCondition(each);
        fc.pre(text.length <= 500);
        assert.equal(sameOrder(parseCondition(text)), sameOrder(each));
      }),
    );
  });

  it('are read as people write them', () => {
    const same = (typed: string, printed: string) =>
      assert.equal(printCondition(parseCondition(typed)), printed, typed);
    same('errors / invocations > 5 % over 5 m', 'errors / invocations > 5% over 5m');
    same('errors/invocations>5%', 'errors / invocations > 5% over 5m');
    same('p99(duration) > 2 s over 10 m for 2m', 'p99(duration) > 2s over 10m for 2m');
    same('p99(duration) > 80% of timeout over 600s', 'p99(duration) > 80% of timeout over 10m');
    same('no invocations for 1h', 'no invocations for 1h');
    same('no invocations over 60m for 90s', 'no invocations for 1h for 90s');
    same('invocations > 300% of before over 10m', 'invocations > 3x before over 10m');
    same(
      'shop/orders{country=de, kind="big one"} < 10 over 1h',
      'shop/orders{country=de, kind="big one"} < 10 over 1h'.replace('shop/orders', '"shop/orders"'),
    );
    same('rate(invocations) >= 100/s', 'rate(invocations) >= 100/s over 5m');
    same('node.memory > 1.5gb and errors > 0', 'node.memory > 1.5GB over 5m and errors > 0 over 5m');
  });

  it('that cannot be read say where, and how to write them', () => {
    const wrong: [string, RegExp][] = [
      ['invocations > 0x before over 10m', /nothing is compared with 0x before/],
      ['invocations > 0% of before over 10m', /nothing is compared with 0x before/],
      ['', /at its end there must be the name of a metric.*write it like/],
      ['errors', /at its end there must be ">", ">=", "<" or "<=" and a limit/],
      ['errors > many', /where "many" stands there must be a number/],
      ['errors > 5 parsecs', /"parsecs" is no unit: write %/],
      ['p98(duration) > 2s', /"p98" is no statistic: write one of sum, rate/],
      ['errors > 5 over 20d', /a window is from 10s to 3h, which is what is kept at hand; "20d" is not/],
      ['errors > 5 over 1s', /a window is from 10s to 3h/],
      ['errors > 5 over five minutes', /how long after "over"/],
      ['no invocations', /how long, such as "for 1h"/],
      ['errors > 5 or throttles > 1', /where "or" stands|"or" is no unit/],
      ['errors > 5; drop table', /"; drop table" cannot be read/],
      [`errors > ${'9'.repeat(600)}`, /at most 500 characters/],
    ];
    for (const [text, message] of wrong) {
      assert.throws(
        () => parseCondition(text),
        (error) => error instanceof Problem && error.code === 'invalid_request' && message.test(error.message),
        text,
      );
    }
  });

  it('never fail otherwise, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'grapheme' }), (text) => {
        try {
          parseCondition(text);
        } catch (error) {
          assert.ok(error instanceof Problem, String(error));
        }
      }),
    );
  });

  it('have limits in base units', () => {
    assert.equal(limitOf({ value: 5, unit: '%' }), 0.05);
    assert.equal(limitOf({ value: 2, unit: 's' }), 2_000);
    assert.equal(limitOf({ value: 80, unit: '% of timeout' }, 30_000), 24_000);
    assert.equal(limitOf({ value: 80, unit: '% of timeout' }), undefined);
  });
});
