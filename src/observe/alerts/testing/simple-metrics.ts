import type { InvocationRecord } from '../../../store/journal.ts';
import type {
  MetricAnswer,
  MetricInfo,
  MetricQuery,
  MetricSeries,
  Metrics,
  RecentQuery,
  TopAnswer,
} from '../../metrics/metrics.ts';

/** Metrics as plainly as can be, over all records that were given: what alerts are tried against. */
export class SimpleMetrics implements Metrics {
  readonly records: InvocationRecord[] = [];
  readonly gauges: { metric: string; labels: Readonly<Record<string, string>>; atMs: number; value: number }[] = [];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  recent({ metric, statistic, labels = {}, windowMs }: RecentQuery): number | undefined {
    return this.value(metric, statistic, labels, this.now() - windowMs, this.now() + 1);
  }

  async query({ metric, statistic, labels = {}, fromMs, toMs, stepMs = 60_000 }: MetricQuery): Promise<MetricSeries[]> {
    const points: { timeMs: number; value: number }[] = [];
    for (let timeMs = fromMs; timeMs < toMs; timeMs += stepMs) {
      const value = this.value(metric, statistic, labels, timeMs, timeMs + stepMs);
      if (value !== undefined) points.push({ timeMs, value });
    }
    return [{ labels: {}, points }];
  }

  queryAll(): Promise<MetricAnswer[]> {
    return Promise.reject(new Error('alerts ask for one metric at a time'));
  }

  watch(): never {
    throw new Error('alerts look by their own clock');
  }

  totals(): never {
    throw new Error('alerts are no scraper');
  }

  top(): TopAnswer {
    throw new Error('alerts are no live view');
  }

  list(): MetricInfo[] {
    return [...new Set(this.gauges.map(({ metric }) => metric))].map((metric) => ({
      metric,
      unit: '',
      statistics: ['sum', 'average', 'minimum', 'maximum', 'count'],
      labels: [],
    }));
  }

  private value(
    metric: string,
    statistic: string,
    labels: Readonly<Record<string, string>>,
    fromMs: number,
    toMs: number,
  ): number | undefined {
    const has = (at: number) => at >= fromMs && at < toMs;
    const fits = (record: InvocationRecord): boolean =>
      has(record.startedAtMs) &&
      (labels.function === undefined || record.function === labels.function) &&
      (labels.trigger === undefined || record.lane === labels.trigger);
    const ended = this.records.filter((record) => fits(record) && record.status !== 'rejected');
    switch (metric.split('.')[0]) {
      case 'invocations':
        return ended.length;
      case 'errors':
        return ended.filter(
          ({ status }) => status !== 'succeeded' && (metric === 'errors' || metric === `errors.${status}`),
        ).length;
      case 'throttles':
        return this.records.filter((record) => fits(record) && record.reason === 'throttled').length;
      case 'duration':
        return statisticOf(
          ended.map(({ durationMs }) => durationMs),
          statistic,
        );
      default:
        return statisticOf(
          this.gauges
            .filter(
              (each) =>
                each.metric === metric &&
                has(each.atMs) &&
                (labels.function ?? each.labels.function) === each.labels.function,
            )
            .map(({ value }) => value),
          statistic,
        );
    }
  }
}

function statisticOf(values: readonly number[], statistic: string): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'sum':
      return sum;
    case 'count':
      return values.length;
    case 'average':
      return sum / values.length;
    case 'minimum':
      return sorted[0];
    case 'maximum':
      return sorted.at(-1);
    default:
      return sorted[Math.min(sorted.length - 1, Math.floor((Number(statistic.slice(1)) / 100) * sorted.length))];
  }
}
