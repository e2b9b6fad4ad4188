import type { Buckets } from '../../model/measure/buckets.ts';
import { HISTOGRAM_SCALE, SMALLEST } from '../../model/measure/buckets.ts';
import type { Distribution } from '../../model/measure/distribution.ts';
import { BUILT_IN, type Definition } from '../metrics/definitions.ts';
import type { Labels } from '../metrics/metrics.ts';
import type { Series } from '../metrics/series.ts';
import { sumOf } from '../metrics/statistic.ts';

/** OpenTelemetry's word for numbers that count since a start. */
const CUMULATIVE = 2;
/** Units as UCUM, which OpenTelemetry has, writes them. */
const UNITS: Readonly<Record<string, string>> = {
  count: '1',
  share: '1',
  bytes: 'By',
  cores: '{core}',
  'GB-s': 'GBy.s',
  Milliseconds: 'ms',
  Seconds: 's',
  Microseconds: 'us',
  Bytes: 'By',
  Count: '1',
  None: '1',
  Percent: '%',
};

export interface OtlpSource {
  readonly node: { readonly version: string; readonly host: string };
  readonly nowMs: number;
  /** The value of a gauge now. */
  gauge(series: Series): number | undefined;
}

interface DataPoint {
  readonly attributes: Attribute[];
  readonly timeUnixNano: string;
}
interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string };
}

/**
 * The body of a request that exports these series, in OTLP's JSON encoding
 * (https://opentelemetry.io/docs/specs/otlp/): counts and histograms since the series began, gauges as they are.
 */
export function metricsBody(all: readonly Series[], source: OtlpSource): string {
  const metrics = new Map<
    string,
    { unit: string; kind: 'sum' | 'gauge' | 'exponentialHistogram'; dataPoints: DataPoint[] }
  >();
  const add = (name: string, unit: string, kind: 'sum' | 'gauge' | 'exponentialHistogram', point: DataPoint): void => {
    const metric = metrics.get(name) ?? { unit: UNITS[unit] ?? unit, kind, dataPoints: [] };
    metric.dataPoints.push(point);
    metrics.set(name, metric);
  };
  for (const series of all) {
    const span = { startTimeUnixNano: nanos(series.startedMs), timeUnixNano: nanos(source.nowMs) };
    const attributes = attributesOf(series.labels);
    if (series.kind === 'value') {
      const definition = BUILT_IN.get(series.metric);
      if (definition === undefined) {
        const distribution = series.sinceStart().distributions[0]!;
        if (distribution.count > 0)
          add(series.metric, series.unit, 'exponentialHistogram', { attributes, ...span, ...histogram(distribution) });
        continue;
      }
      if (definition.statistics.includes('sum')) {
        const asDouble = series.sinceStart().distributions[0]!.sum;
        add(nameOf(definition), definition.unit, 'sum', { attributes, ...span, asDouble } as DataPoint);
        continue;
      }
      const asDouble = source.gauge(series);
      if (asDouble !== undefined)
        add(nameOf(definition), definition.unit, 'gauge', {
          attributes,
          timeUnixNano: span.timeUnixNano,
          asDouble,
        } as DataPoint);
      continue;
    }
    const point = series.sinceStart();
    for (const definition of BUILT_IN.values()) {
      const { reading } = definition;
      if (definition.series !== 'calls' || definition.metric === 'errors') continue;
      if (reading.kind === 'distribution') {
        const distribution = point.distributions[reading.at]!;
        if (distribution.count > 0)
          add(nameOf(definition), definition.unit, 'exponentialHistogram', {
            attributes,
            ...span,
            ...histogram(distribution),
          });
      } else if (reading.kind === 'counters') {
        const value = sumOf(point, reading.from, reading.to);
        // Calls are always told, so that a rate has something to begin with.
        if (value === 0 && definition.metric !== 'invocations') continue;
        const kind = /^errors\.(.+)$/.exec(definition.metric)?.[1];
        add(nameOf(definition), definition.unit, 'sum', {
          attributes: kind === undefined ? attributes : [...attributes, ...attributesOf({ reason: kind })],
          ...span,
          ...(reading.scale === 1 ? { asInt: String(value) } : { asDouble: value * reading.scale }),
        });
      }
    }
  }
  const { version, host } = source.node;
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: {
          attributes: attributesOf({ 'service.name': 'fob', 'service.version': version, 'host.name': host }),
        },
        scopeMetrics: [
          {
            scope: { name: 'fob', version },
            metrics: [...metrics].map(([name, { unit, kind, dataPoints }]) => ({
              name,
              unit,
              [kind]: {
                dataPoints,
                ...(kind !== 'gauge' && { aggregationTemporality: CUMULATIVE }),
                ...(kind === 'sum' && { isMonotonic: true }),
              },
            })),
          },
        ],
      },
    ],
  });
}

/** `coldStarts` is `fob.cold_starts`, each kind of error `fob.errors`. */
function nameOf({ metric }: Definition): string {
  const plain = metric.startsWith('errors.') ? 'errors' : metric;
  return `fob.${plain.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

function histogram({ count, sum, minimum, maximum, zeros, above, below }: Distribution) {
  return {
    count: String(count),
    sum,
    min: minimum,
    max: maximum,
    scale: HISTOGRAM_SCALE,
    zeroCount: String(zeros),
    zeroThreshold: SMALLEST,
    positive: bucketCounts(above),
    negative: bucketCounts(below),
  };
}

function bucketCounts(buckets: Buckets | undefined): { offset: number; bucketCounts: string[] } {
  let offset: number | undefined;
  const counts: string[] = [];
  buckets?.each((bucket, count) => {
    offset ??= bucket;
    while (counts.length < bucket - offset) counts.push('0');
    counts.push(String(count));
  });
  return { offset: offset ?? 0, bucketCounts: counts };
}

function attributesOf(labels: Labels): Attribute[] {
  return Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

function nanos(timeMs: number): string {
  return `${Math.floor(timeMs)}000000`;
}
