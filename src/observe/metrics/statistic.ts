import type { Distribution } from '../../model/measure/distribution.ts';
import { COUNTERS, FIRST_ERROR, type Point } from '../../model/measure/point.ts';
import type { Definition } from './definitions.ts';
import type { Statistic } from './metrics.ts';

const QUANTILES: Partial<Record<Statistic, number>> = { p50: 0.5, p90: 0.9, p99: 0.99 };
const INVOCATIONS = COUNTERS.indexOf('invocations');

/** A statistic of a distribution that was measured over `spanMs`; `undefined` where nothing was. */
export function ofDistribution(distribution: Distribution, statistic: Statistic, spanMs: number): number | undefined {
  if (distribution.count === 0) return undefined;
  const quantile = QUANTILES[statistic];
  if (quantile !== undefined) return distribution.quantile(quantile);
  if (statistic === 'sum') return distribution.sum;
  if (statistic === 'rate') return (distribution.sum * 1_000) / spanMs;
  if (statistic === 'count') return distribution.count;
  if (statistic === 'minimum') return distribution.minimum;
  if (statistic === 'maximum') return distribution.maximum;
  return distribution.sum / distribution.count;
}

/** The value of a metric's statistic over a point that covers `spanMs`; `undefined` where nothing was measured. */
export function valueIn(
  { reading }: Pick<Definition, 'reading'>,
  statistic: Statistic,
  point: Point,
  spanMs: number,
): number | undefined {
  if (reading.kind === 'distribution') return ofDistribution(point.distributions[reading.at]!, statistic, spanMs);
  if (reading.kind === 'errorRate') {
    const invocations = point.counters[INVOCATIONS]!;
    return invocations === 0 ? undefined : sumOf(point, FIRST_ERROR, COUNTERS.length) / invocations;
  }
  const sum = sumOf(point, reading.from, reading.to) * reading.scale;
  return statistic === 'rate' ? (sum * 1_000) / spanMs : sum;
}

/** The sum of counters from a place up to another. */
export function sumOf({ counters }: Point, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += counters[at]!;
  return sum;
}
