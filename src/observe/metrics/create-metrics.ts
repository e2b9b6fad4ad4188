import type { Logger } from 'pino';
import { type Clock, clockAhead } from '../../model/clock.ts';
import { Point } from '../../model/measure/point.ts';
import { addEncoded, encodePoint } from '../../model/measure/point-codec.ts';
import { isOwn } from '../../model/measure/select.ts';
import { repeat } from '../../model/repeat.ts';
import type { Settings } from '../../model/settings.ts';
import type { SeriesMinute, SeriesStore } from '../../store/series.ts';
import { BUILT_IN, type Definition, ownDefinition } from './definitions.ts';
import { Keeper } from './keeper.ts';
import type { MetricInfo, Metrics } from './metrics.ts';
import { Observer } from './observer.ts';
import { answerQueries } from './query.ts';
import { recentValue } from './recent.ts';
import { SeriesSet } from './series-set.ts';
import { MINUTES_KEPT_MS } from './slots.ts';
import { topOf } from './top.ts';

const RETENTION_EVERY_MS = 600_000;
/** Names of functions' own metrics that are known after a restart. */
const MAX_OWN_KNOWN = 5_000;
/** Batches that could not be written and wait for the next one. */
const MAX_WAITING = 20;

interface MetricsOptions {
  readonly store: SeriesStore;
  readonly settings: Pick<Settings, 'metricsMinuteMaxAgeMs' | 'metricsHourMaxAgeMs' | 'metricsMaxBytes'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** Metrics of a running node. */
export interface RunningMetrics extends Metrics {
  readonly observer: Observer;
  readonly series: SeriesSet;
  /** Starts to end slots and minutes; `sample` is called every ten seconds. */
  start(sample: () => void): void;
  /** Resolves when what has ended so far is kept. */
  settled(): Promise<void>;
  /** Keeps what is under way. */
  close(): Promise<void>;
}

/** Opens the metrics of a node: the last three hours are in memory when it resolves. */
export async function openMetrics(options: MetricsOptions): Promise<RunningMetrics> {
  const { store, settings, clock, log } = options;
  const series = new SeriesSet(clock);
  const observer = new Observer(series, clock);
  const own = new Map<string, Definition>();
  const known = (metric: string, unit: string, labels: readonly string[]): void => {
    const before = own.get(metric);
    if (before === undefined && own.size >= MAX_OWN_KNOWN) return;
    const all = new Set([...(before?.labels ?? []), ...labels]);
    if (before === undefined || all.size > before.labels.length) own.set(metric, ownDefinition(metric, unit, [...all]));
  };
  await fill(series, store, clock.now());
  for (const { metric, unit, labels } of await store.own(MAX_OWN_KNOWN)) known(metric, unit, Object.keys(labels));

  const writer = createWriter(store, log);
  const watchers = new Set<() => void>();
  let sample = (): void => {};
  const keeper = new Keeper({
    set: series,
    observer,
    clock,
    sample() {
      sample();
      for (const tell of watchers) tell();
    },
    keep: (minutes) => writer.write(minutes),
  });
  const aheadMs = clockAhead(clock);
  const retain = () =>
    store.retain({
      nowMs: clock.now(),
      minuteMaxAgeMs: settings.metricsMinuteMaxAgeMs + aheadMs(),
      hourMaxAgeMs: settings.metricsHourMaxAgeMs + aheadMs(),
      maxBytes: settings.metricsMaxBytes,
    });
  let stopRetention = async (): Promise<void> => {};
  const definitions = (): ReadonlyMap<string, Definition> => {
    for (const metric of series.valueMetrics()) {
      if (!isOwn(metric)) continue;
      const names = new Set<string>();
      let firstUnit = '';
      for (const { unit, labels } of series.valueSeries(metric)) {
        firstUnit ||= unit;
        for (const name of Object.keys(labels)) names.add(name);
      }
      known(metric, firstUnit, [...names]);
    }
    return new Map([...BUILT_IN, ...own]);
  };
  const context = {
    set: series,
    store,
    definitions,
    now: () => clock.now(),
    minuteMaxAgeMs: settings.metricsMinuteMaxAgeMs,
  };
  let closing: Promise<void> | undefined;

  return {
    observer,
    series,
    recent: (query) => recentValue(series, query, clock.now()),
    async query(query) {
      const [answer] = await answerQueries(context, [query]);
      return [...answer!.series];
    },
    top: (query) => topOf(series, query, clock.now()),
    totals: () => ({
      series: [...series.each()].map((each) => ({
        kind: each.kind,
        metric: each.metric,
        unit: each.unit,
        labels: each.labels,
        point: each.sinceStart(),
      })),
      overflowed: series.overflowed,
    }),
    queryAll: (queries) => answerQueries(context, queries),
    list(filter = {}): MetricInfo[] {
      const infos = [...definitions().values()].map(({ metric, unit, statistics, usual, labels }) => ({
        metric,
        unit,
        statistics,
        usual,
        labels,
      }));
      if (filter.function === undefined) return infos;
      return infos.filter(({ metric, labels }) => {
        if (!isOwn(metric)) return labels.includes('function');
        for (const each of series.valueSeries(metric)) if (each.labels.function === filter.function) return true;
        return false;
      });
    },
    watch(onMeasured) {
      const watcher = (): void => onMeasured();
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    start(measure) {
      sample = measure;
      keeper.start();
      stopRetention = repeat(clock, RETENTION_EVERY_MS, retain, (error) =>
        log.error({ err: error }, 'removing old metrics failed'),
      );
    },
    async settled() {
      await keeper.settled();
      await writer.settled();
    },
    close() {
      closing ??= (async () => {
        await stopRetention();
        await keeper.close();
        await writer.settled();
      })();
      return closing;
    },
  };
}

/** Puts what the disk has of the last three hours into memory. */
async function fill(set: SeriesSet, store: SeriesStore, nowMs: number): Promise<void> {
  const all = new Map<number, Point>();
  for (const { series: name, minuteMs, point } of await store.since(nowMs - MINUTES_KEPT_MS)) {
    // What lies ahead, because the clock did, is not recent.
    if (minuteMs > nowMs || set.isFull) continue;
    set.named(name)?.remember(minuteMs, point);
    if (name.kind !== 'calls') continue;
    let sum = all.get(minuteMs);
    if (sum === undefined) {
      sum = new Point('calls');
      all.set(minuteMs, sum);
    }
    addEncoded(sum, point);
  }
  for (const [minuteMs, sum] of all) set.all.remember(minuteMs, encodePoint(sum));
}

/** Writes minutes one batch after the other; what fails is tried again with the next batch, up to a bound. */
function createWriter(store: SeriesStore, log: MetricsOptions['log']) {
  let waiting: (readonly SeriesMinute[])[] = [];
  let last = Promise.resolve();
  let failing = false;
  const writeAll = async (minutes: readonly SeriesMinute[]): Promise<void> => {
    try {
      // In the turn in which they were taken out of memory: whoever reads next must find them in one place or the other.
      await store.write(minutes);
    } catch (error) {
      waiting = [...waiting, minutes].slice(-MAX_WAITING);
      if (!failing) log.warn({ err: error }, 'metrics cannot be written; they are tried again for some minutes');
      failing = true;
      return;
    }
    failing = false;
    const failed = waiting;
    waiting = [];
    for (const each of failed)
      await store.write(each).catch(() => {
        waiting.push(each);
      });
  };
  return {
    write(minutes: readonly SeriesMinute[]): void {
      const written = writeAll(minutes);
      last = last.then(() => written);
    },
    settled: (): Promise<void> => last,
  };
}
