import type { Clock } from '../../model/clock.ts';
import type { Labels } from './metrics.ts';
import { Series, type SeriesName, type SeriesOwner } from './series.ts';
import { MINUTES_KEPT_MS, SLOT_MS } from './slots.ts';

/** Bounds of what is told apart; what is beyond goes into a series whose labels say `other`. */
const MAX_SERIES = 5_000;
export const MAX_SERIES_OF_FUNCTION = 64;
export const OTHER = 'other';

interface CallSeries {
  readonly version: number;
  readonly alias: string | undefined;
  readonly lane: string | undefined;
  readonly series: Series;
}

/** All series in memory: found by what they are about, forgotten when nothing was measured for as long as memory reaches back. */
export class SeriesSet implements SeriesOwner {
  /** Calls of all functions together; it is only in memory. */
  readonly all: Series;
  /** Those with something that is not kept yet. */
  readonly activeSeries = new Set<Series>();
  /** Calls that were counted as `other`. */
  overflowed = 0;
  private readonly clock: Clock;
  private readonly calls = new Map<string, CallSeries[]>();
  private readonly values = new Map<string, Map<string, Series>>();
  private size = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    const quiet: SeriesOwner = { active() {}, ended() {}, now: () => clock.now() };
    this.all = new Series({ kind: 'calls', metric: '', labels: {}, unit: '' }, quiet);
  }

  get count(): number {
    return this.size;
  }

  now(): number {
    return this.clock.now();
  }

  active(series: Series): void {
    this.activeSeries.add(series);
  }

  ended(series: Series, slot: number): void {
    if (series.kind === 'calls') this.all.in(slot).addAll(series.point);
  }

  /** The series of calls of one version, by one alias and in one lane. */
  ofCalls(name: string, version: number, alias: string | undefined, lane: string | undefined): Series {
    const known = this.calls.get(name);
    if (known !== undefined) {
      for (let at = 0; at < known.length; at++) {
        const each = known[at]!;
        if (each.version !== version || each.alias !== alias || each.lane !== lane) continue;
        // Those that are called most come to be looked at first.
        if (at > 0) {
          known[at] = known[at - 1]!;
          known[at - 1] = each;
        }
        return each.series;
      }
    }
    return this.addCalls(name, version, alias, lane, known);
  }

  /** The series of a gauge, or of a function's own metric. */
  ofValue(metric: string, labels: Labels, unit: string): Series {
    let ofMetric = this.values.get(metric);
    if (ofMetric === undefined) {
      ofMetric = new Map();
      this.values.set(metric, ofMetric);
    }
    const key = labelKey(labels);
    const known = ofMetric.get(key);
    if (known !== undefined) return known;
    const series = this.make({ kind: 'value', metric, labels, unit });
    ofMetric.set(key, series);
    return series;
  }

  /** Whether another series may be added without something else becoming `other`. */
  get isFull(): boolean {
    return this.size >= MAX_SERIES;
  }

  /** Series of calls of one function, or of all. */
  *callSeries(name?: string): Iterable<Series> {
    if (name !== undefined) {
      for (const { series } of this.calls.get(name) ?? []) yield series;
      return;
    }
    for (const each of this.calls.values()) for (const { series } of each) yield series;
  }

  functions(): Iterable<string> {
    return this.calls.keys();
  }

  *each(): Iterable<Series> {
    yield* this.callSeries();
    for (const ofMetric of this.values.values()) yield* ofMetric.values();
  }

  valueSeries(metric: string): Iterable<Series> {
    return this.values.get(metric)?.values() ?? [];
  }

  valueMetrics(): Iterable<string> {
    return this.values.keys();
  }

  /** Makes the series of a name that was kept before, or finds it. */
  named(name: SeriesName): Series | undefined {
    if (name.kind === 'value') return this.ofValue(name.metric, name.labels, name.unit);
    const { function: of, version, alias, trigger } = name.labels;
    return of === undefined ? undefined : this.ofCalls(of, Number(version ?? 0) || 0, alias, trigger);
  }

  /** Drops the series of which memory holds nothing any more. */
  forgetDead(nowMs: number): void {
    const isDead = (series: Series): boolean =>
      !this.activeSeries.has(series) && Math.abs(nowMs - series.lastMs) > MINUTES_KEPT_MS + SLOT_MS;
    for (const [name, list] of this.calls) {
      const alive = list.filter(({ series }) => !isDead(series));
      this.size -= list.length - alive.length;
      if (alive.length === 0) this.calls.delete(name);
      else if (alive.length < list.length) this.calls.set(name, alive);
    }
    for (const [metric, ofMetric] of this.values) {
      for (const [key, series] of ofMetric) {
        if (!isDead(series)) continue;
        ofMetric.delete(key);
        this.size--;
      }
      if (ofMetric.size === 0) this.values.delete(metric);
    }
  }

  private addCalls(
    name: string,
    version: number,
    alias: string | undefined,
    lane: string | undefined,
    known: CallSeries[] | undefined,
  ): Series {
    const isOther = version === 0;
    if (!isOther && this.isFull) {
      this.overflowed++;
      return this.ofCalls(known === undefined ? OTHER : name, 0, undefined, undefined);
    }
    if (!isOther && known !== undefined && known.length >= MAX_SERIES_OF_FUNCTION) {
      this.overflowed++;
      return this.ofCalls(name, 0, undefined, undefined);
    }
    const labels = {
      function: name,
      version: isOther ? OTHER : String(version),
      ...(alias !== undefined && { alias }),
      ...(lane !== undefined && { trigger: lane }),
    };
    const series = this.make({ kind: 'calls', metric: '', labels, unit: '' });
    const added = { version, alias, lane, series };
    if (known === undefined) this.calls.set(name, [added]);
    else known.push(added);
    return series;
  }

  private make(name: SeriesName): Series {
    this.size++;
    return new Series(name, this);
  }
}

/** One text for labels, whatever the order in which they are named. */
export function labelKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
