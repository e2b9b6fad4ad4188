import { formatBytes, formatDuration } from './human.ts';

/** One metric as `GET /v1/metrics/query` answers it. */
export interface MetricSeriesView {
  readonly metric: string;
  readonly statistic: string;
  readonly unit: string;
  readonly from: string;
  readonly to: string;
  readonly stepMs: number;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly points: readonly [number, number][];
  }[];
  readonly leftOut: number;
}

/** The values of a series by its steps; where nothing was measured, 0 for what is counted, else `undefined`. */
export function valuesOf(
  { from, to, stepMs, unit, statistic }: MetricSeriesView,
  points: readonly (readonly [number, number])[],
): (number | undefined)[] {
  const fromMs = Date.parse(from);
  const steps = Math.round((Date.parse(to) - fromMs) / stepMs);
  const counted = unit === 'count' && (statistic === 'sum' || statistic === 'rate');
  const values = new Array<number | undefined>(steps).fill(counted ? 0 : undefined);
  for (const [timeMs, value] of points) values[Math.round((timeMs - fromMs) / stepMs)] = value;
  return values;
}

/** A value of a metric for people, in its unit. */
export function formatValue(value: number | undefined, unit: string, statistic = ''): string {
  if (value === undefined) return '-';
  if (statistic === 'count') return formatNumber(value);
  const perSecond = statistic === 'rate' ? '/s' : '';
  switch (unit.toLowerCase()) {
    case 'ms':
    case 'milliseconds':
      return statistic === 'rate' ? `${formatNumber(value)} ms/s` : formatDuration(value);
    case 'seconds':
      return `${formatDuration(value * 1_000)}${perSecond}`;
    case 'bytes':
      return `${formatBytes(value)}${perSecond}`;
    case 'share':
      return `${formatNumber(value * 100)}%`;
    case 'percent':
      return `${formatNumber(value)}%`;
    case 'count':
    case 'none':
    case '':
      return `${formatNumber(value)}${perSecond}`;
    default:
      return `${formatNumber(value)} ${unit}${perSecond}`;
  }
}

/** A number for people: `0`, `0.042`, `3.1`, `512`, `12.3k`, `4.5M`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1) return String(Number(value.toPrecision(2)));
  if (size < 100) return String(Number(value.toFixed(1)));
  if (size < 10_000) return String(Math.round(value));
  if (size < 999_500) return `${Number((value / 1e3).toPrecision(3))}k`;
  if (size < 999_500_000) return `${Number((value / 1e6).toPrecision(3))}M`;
  return `${Number((value / 1e9).toPrecision(3))}G`;
}
