import { PER_DOUBLING } from '../../model/measure/buckets.ts';
import type { Distribution } from '../../model/measure/distribution.ts';
import { COUNTERS, ERROR_KINDS, FIRST_ERROR, Point } from '../../model/measure/point.ts';
import { isOwn } from '../../model/measure/select.ts';
import type { Metric, Sample } from '../exposition.ts';
import { BUILT_IN } from './definitions.ts';
import type { SeriesTotal } from './metrics.ts';
import { sumOf, valueIn } from './statistic.ts';

/** More versions and aliases than this are not told apart for a scraper, and no more series of functions' own. */
export const MAX_EXPOSED = 1_000;
/** Bounds that lie on those of the buckets, so that the counts are exact. */
const QUEUED_BOUNDS_MS = [-2, 0, 2, 4, 6, 8, 10, 12, 14, 16].map((power) => 2 ** power);
const SHARE_BOUNDS = [-32, -24, -16, -8, -6, -4, -2, -1, 0].map((eighths) => 2 ** (eighths / 8));

/** What is counted since the node started, for Prometheus, besides what the engine counts itself. */
export function exposedMetrics(totals: readonly SeriesTotal[], overflowed: number): Metric[] {
  const calls = totals.filter(({ kind }) => kind === 'calls');
  const functions = addedUp(calls, ['function']);
  const versions = addedUp(calls, ['function', 'version', 'alias']);
  const own = totals.filter(({ metric }) => isOwn(metric));
  const each = (samples: (point: Point, labels: Sample['labels'] & object) => Sample[]): Sample[] =>
    functions.flatMap(({ labels, point }) => samples(point, labels));
  const told = versions.length <= MAX_EXPOSED ? versions : [];
  return [
    {
      name: 'fob_errors_total',
      help: 'Invocations that did not succeed, by reason',
      type: 'counter',
      samples: each(({ counters }, labels) =>
        ERROR_KINDS.flatMap((reason, at) => {
          const value = counters[FIRST_ERROR + at]!;
          return value === 0 ? [] : [{ labels: { ...labels, reason }, value }];
        }),
      ),
    },
    {
      name: 'fob_refusals_total',
      help: 'Invocations refused for another reason than a limit',
      type: 'counter',
      samples: each(({ counters }, labels) => [{ labels, value: counters[COUNTERS.indexOf('refusals')]! }]),
    },
    {
      name: 'fob_billed_gb_seconds_total',
      help: 'Memory given times duration',
      type: 'counter',
      samples: each((point, labels) => [{ labels, value: valueIn(BUILT_IN.get('billed')!, 'sum', point, 1)! }]),
    },
    {
      name: 'fob_queued_seconds',
      help: 'How long invocations waited for a sandbox',
      type: 'histogram',
      samples: each(({ distributions }, labels) => histogram(distributions[1]!, labels, QUEUED_BOUNDS_MS, 1_000)),
    },
    {
      name: 'fob_memory_used_ratio',
      help: 'Most memory that sandboxes took, as a share of what was given',
      type: 'histogram',
      samples: each(({ distributions }, labels) => histogram(distributions[2]!, labels, SHARE_BOUNDS, 1)),
    },
    {
      name: 'fob_version_invocations_total',
      help: 'Finished invocations by version and alias, where there are not too many of these',
      type: 'counter',
      samples: told.map(({ labels, point }) => ({ labels, value: point.counters[COUNTERS.indexOf('invocations')]! })),
    },
    {
      name: 'fob_version_errors_total',
      help: 'Invocations that did not succeed by version and alias, where there are not too many of these',
      type: 'counter',
      samples: told.map(({ labels, point }) => ({ labels, value: sumOf(point, FIRST_ERROR, COUNTERS.length) })),
    },
    ...ownMetrics(own.slice(0, MAX_EXPOSED)),
    {
      name: 'fob_metric_series',
      help: 'Series of metrics in memory',
      type: 'gauge',
      samples: [{ value: totals.length }],
    },
    {
      name: 'fob_metric_series_left_out',
      help: 'Versions, aliases and own series that are not told apart here because there are too many',
      type: 'gauge',
      samples: [{ value: versions.length - told.length + Math.max(0, own.length - MAX_EXPOSED) }],
    },
    {
      name: 'fob_metric_series_overflow_total',
      help: 'Invocations counted as `other` because there are too many series',
      type: 'counter',
      samples: [{ value: overflowed }],
    },
  ];
}

/** The totals that have the same values of these labels, as one. */
function addedUp(
  totals: readonly SeriesTotal[],
  by: readonly string[],
): { labels: Record<string, string>; point: Point }[] {
  const groups = new Map<string, { labels: Record<string, string>; point: Point }>();
  for (const { labels, point } of totals) {
    const own = Object.fromEntries(by.map((name) => [name, labels[name] ?? '']));
    const key = JSON.stringify(own);
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels: own, point: new Point('calls') };
      groups.set(key, group);
    }
    group.point.addAll(point);
  }
  return [...groups.values()];
}

/** Metrics of functions' own: their sum and count, for rates and averages. */
function ownMetrics(own: readonly SeriesTotal[]): Metric[] {
  const families = new Map<string, { metric: Metric; samples: Map<string, Sample[]> }>();
  for (const { metric, labels, point } of own) {
    const name = `fob_own_${metric.replace(/[^a-zA-Z0-9_]/g, '_')}`;
    let family = families.get(name);
    if (family === undefined) {
      family = {
        metric: { name, help: `${metric}, measured by functions`, type: 'summary', samples: [] },
        samples: new Map(),
      };
      families.set(name, family);
    }
    const plain = Object.fromEntries(Object.entries(labels).map(([label, value]) => [labelName(label), value]));
    const { sum, count } = point.distributions[0]!;
    // Names that differ only in what a scraper does not take would be one series twice.
    family.samples.set(JSON.stringify(plain), [
      { suffix: '_sum', labels: plain, value: sum },
      { suffix: '_count', labels: plain, value: count },
    ]);
  }
  return [...families.values()].map(({ metric, samples }) => ({ ...metric, samples: [...samples.values()].flat() }));
}

function labelName(label: string): string {
  const name = label.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^[a-zA-Z]/.test(name) ? name : `d_${name}`;
}

/** The classic buckets of a distribution; `scale` divides into the unit that is shown. */
function histogram(
  { count, sum, zeros, above }: Distribution,
  labels: Record<string, string>,
  bounds: readonly number[],
  scale: number,
): Sample[] {
  let running = zeros;
  let next = 0;
  const samples: Sample[] = [];
  const upTo = (bucket: number): void => {
    while (next < bounds.length && Math.round(Math.log2(bounds[next]!) * PER_DOUBLING) <= bucket) {
      samples.push({ suffix: '_bucket', labels: { ...labels, le: String(bounds[next]! / scale) }, value: running });
      next++;
    }
  };
  above.each((bucket, times) => {
    upTo(bucket);
    running += times;
  });
  upTo(Number.POSITIVE_INFINITY);
  samples.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count });
  samples.push({ suffix: '_sum', labels, value: sum / scale }, { suffix: '_count', labels, value: count });
  return samples;
}
