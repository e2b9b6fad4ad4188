import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Point } from '../../model/measure/point.ts';
import { renderMetrics } from '../exposition.ts';
import { exposedMetrics, MAX_EXPOSED } from './exposed.ts';
import type { SeriesTotal } from './metrics.ts';

function calls(labels: Record<string, string>, fill: (point: Point) => void): SeriesTotal {
  const point = new Point('calls');
  fill(point);
  return { kind: 'calls', metric: '', unit: '', labels, point };
}

test('a scraper gets functions with versions added up, exact buckets, and own metrics', () => {
  const own = new Point('value');
  own.distributions[0]!.add(2.5, 2);
  const text = renderMetrics(
    exposedMetrics(
      [
        calls({ function: 'hello', version: '1' }, ({ counters, distributions }) => {
          counters[0] = 3;
          counters[5] = 1;
          // On a bound, just above it, and nothing at all.
          for (const ms of [0, 1, 1.0001, 4]) distributions[1]!.add(ms);
        }),
        calls({ function: 'hello', version: '2', alias: 'prod', trigger: 't' }, ({ counters }) => {
          counters[0] = 4;
          counters[4] = 1_024_000;
        }),
        {
          kind: 'value',
          metric: 'my shop/orders',
          unit: 'Count',
          labels: { function: 'hello', 'a-b': 'x', '1st': 'y' },
          point: own,
        },
      ],
      7,
    ),
  );
  const has = (line: string) => assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  has('fob_errors_total{function="hello",reason="exception"} 1');
  has('fob_billed_gb_seconds_total{function="hello"} 1');
  has('fob_queued_seconds_bucket{function="hello",le="0.00025"} 1');
  has('fob_queued_seconds_bucket{function="hello",le="0.001"} 2');
  has('fob_queued_seconds_bucket{function="hello",le="0.004"} 4');
  has('fob_queued_seconds_bucket{function="hello",le="+Inf"} 4');
  has('fob_version_invocations_total{function="hello",version="1",alias=""} 3');
  has('fob_version_invocations_total{function="hello",version="2",alias="prod"} 4');
  has('# TYPE fob_own_my_shop_orders summary');
  has('fob_own_my_shop_orders_sum{function="hello",a_b="x",d_1st="y"} 5');
  has('fob_own_my_shop_orders_count{function="hello",a_b="x",d_1st="y"} 2');
  has('fob_metric_series_overflow_total 7');
});

test('too many versions are not told apart, and that is said', () => {
  const totals = Array.from({ length: MAX_EXPOSED + 1 }, (_, version) =>
    calls({ function: 'hello', version: String(version) }, ({ counters }) => {
      counters[0] = 1;
    }),
  );
  const text = renderMetrics(exposedMetrics(totals, 0));
  assert.ok(!text.includes('fob_version_invocations_total{'));
  assert.ok(text.includes(`fob_metric_series_left_out ${MAX_EXPOSED + 1}\n`));
});
