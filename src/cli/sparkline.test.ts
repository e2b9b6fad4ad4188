import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatNumber, formatValue, valuesOf } from './metric-view.ts';
import { showsUnicode, sparkline } from './sparkline.ts';
import { textWidth } from './text-width.ts';

test('bars reach from the lowest to the highest', () => {
  const unicode = { unicode: true };
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], unicode), '▁▂▃▄▅▆▇█');
  assert.equal(sparkline([5, undefined, 5], unicode), '█ █');
  assert.equal(sparkline([0, 0], unicode), '▁▁');
  assert.equal(sparkline([0, 0.001, 100], unicode), '▁▂█', 'what is not nothing is seen');
  assert.equal(sparkline([-1, 0, 1], { unicode: false }), '_=#');
  assert.equal(sparkline([], unicode), '');
});

test('one bar a value, whatever the values', () => {
  const values = fc.array(fc.option(fc.double({ min: -1e30, max: 1e30, noNaN: true }), { nil: undefined }));
  fc.assert(
    fc.property(values, fc.boolean(), (all, unicode) =>
      assert.equal(textWidth(sparkline(all, { unicode })), all.length),
    ),
  );
});

test('the locale says which letters there are', () => {
  assert.ok(showsUnicode({ LANG: 'de_DE.UTF-8' }));
  assert.ok(showsUnicode({ LC_ALL: 'C.utf8', LANG: 'C' }));
  assert.ok(!showsUnicode({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }));
  assert.ok(!showsUnicode({}));
});

test('values are told in their unit', () => {
  assert.equal(formatValue(0.25, 'share'), '25%');
  assert.equal(formatValue(1_500, 'ms'), '1.5 s');
  assert.equal(formatValue(3, 'count', 'rate'), '3/s');
  assert.equal(formatValue(2_097_152, 'Bytes'), '2.0 MB');
  assert.equal(formatValue(12, 'Apples'), '12 Apples');
  assert.equal(formatValue(undefined, 'ms'), '-');
  assert.deepEqual([0, 0.0005, 0.123, 12.34, 512.4, 12_345, 4_500_000].map(formatNumber), [
    '0',
    '0.0005',
    '0.12',
    '12.3',
    '512',
    '12.3k',
    '4.5M',
  ]);
});

test('where nothing was counted there is 0, where nothing was measured a gap', () => {
  const of = {
    metric: 'm',
    unit: 'count',
    statistic: 'sum',
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-01T00:03:00Z',
    stepMs: 60_000,
    series: [],
    leftOut: 0,
  };
  const points: [number, number][] = [[Date.parse(of.from) + 60_000, 5]];
  assert.deepEqual(valuesOf(of, points), [0, 5, 0]);
  assert.deepEqual(valuesOf({ ...of, unit: 'ms', statistic: 'p90' }, points), [undefined, 5, undefined]);
});
