import { COUNTERS, DISTRIBUTIONS, ERROR_KINDS, FIRST_ERROR, type SeriesKind } from '../../model/measure/point.ts';
import { type MetricInfo, STATISTICS, type Statistic } from './metrics.ts';

/** What of a point a metric is: counters from a place up to another, a distribution, or the share of failures. */
export type Reading =
  | { readonly kind: 'counters'; readonly from: number; readonly to: number; readonly scale: number }
  | { readonly kind: 'distribution'; readonly at: number }
  | { readonly kind: 'errorRate' };

export interface Definition extends MetricInfo {
  readonly usual: Statistic;
  readonly series: SeriesKind;
  readonly reading: Reading;
}

const OF_COUNTERS: readonly Statistic[] = ['sum', 'rate'];
const OF_CALLS = ['function', 'version', 'alias', 'trigger'];
/** GB × s of a MB × ms. */
const GB_SECONDS = 1 / (1_024 * 1_000);

const counter = (metric: string, unit: string, from: number, to = from + 1, scale = 1): Definition => ({
  metric,
  unit,
  statistics: OF_COUNTERS,
  usual: 'sum',
  labels: OF_CALLS,
  series: 'calls',
  reading: { kind: 'counters', from, to, scale },
});
const counted = (name: (typeof COUNTERS)[number]): Definition => counter(name, 'count', COUNTERS.indexOf(name));
const distribution = (name: (typeof DISTRIBUTIONS)[number], unit: string): Definition => ({
  metric: name,
  unit,
  statistics: STATISTICS,
  usual: 'p90',
  labels: OF_CALLS,
  series: 'calls',
  reading: { kind: 'distribution', at: DISTRIBUTIONS.indexOf(name) },
});
const gauge = (metric: string, unit: string, labels: readonly string[]): Definition => ({
  metric,
  unit,
  statistics: ['average', 'minimum', 'maximum', 'p50', 'p90', 'p99'],
  usual: 'maximum',
  labels,
  series: 'value',
  reading: { kind: 'distribution', at: 0 },
});

const ALL: readonly Definition[] = [
  counted('invocations'),
  counter('errors', 'count', FIRST_ERROR, COUNTERS.length),
  ...ERROR_KINDS.map((kind, at) => counter(`errors.${kind}`, 'count', FIRST_ERROR + at)),
  {
    metric: 'errorRate',
    unit: 'share',
    statistics: ['average'],
    usual: 'average',
    labels: OF_CALLS,
    series: 'calls',
    reading: { kind: 'errorRate' },
  },
  counted('throttles'),
  counted('refusals'),
  counted('coldStarts'),
  distribution('duration', 'ms'),
  distribution('queued', 'ms'),
  distribution('memory', 'share'),
  counter('billed', 'GB-s', COUNTERS.indexOf('billed'), COUNTERS.indexOf('billed') + 1, GB_SECONDS),
  gauge('concurrency', 'count', ['function']),
  gauge('lag', 'ms', ['function', 'trigger']),
  { ...gauge('events.dead', 'count', ['function', 'trigger']), statistics: STATISTICS, usual: 'sum' },
  gauge('events.deadNow', 'count', ['function', 'trigger']),
  gauge('node.cpu', 'cores', ['node']),
  gauge('node.memory', 'bytes', ['node']),
  gauge('node.sandboxes', 'count', ['node']),
  gauge('node.loop', 'share', ['node']),
];

/** The metrics that the platform measures itself, by name. */
export const BUILT_IN: ReadonlyMap<string, Definition> = new Map(ALL.map((each) => [each.metric, each]));

/** What they are told apart by, each by some of these. */
export const BUILT_IN_LABELS: ReadonlySet<string> = new Set(ALL.flatMap(({ labels }) => labels));

/** A metric of a function's own. */
export function ownDefinition(metric: string, unit: string, labels: readonly string[]): Definition {
  return {
    metric,
    unit,
    statistics: STATISTICS,
    usual: 'sum',
    labels,
    series: 'value',
    reading: { kind: 'distribution', at: 0 },
  };
}
