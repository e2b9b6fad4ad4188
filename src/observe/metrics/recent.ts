import { Distribution } from '../../model/measure/distribution.ts';
import { COUNTERS, FIRST_ERROR } from '../../model/measure/point.ts';
import { addEncodedDistribution, encodedCounters } from '../../model/measure/point-codec.ts';
import { isOwn, selectSeries } from '../../model/measure/select.ts';
import { BUILT_IN, type Definition, ownDefinition } from './definitions.ts';
import type { RecentQuery, Statistic } from './metrics.ts';
import type { Series } from './series.ts';
import type { SeriesSet } from './series-set.ts';
import { MINUTE_MS, MINUTES_KEPT_MS, SLOT_MS, SLOTS_KEPT_MS } from './slots.ts';
import { ofDistribution, sumOf } from './statistic.ts';

const INVOCATIONS = COUNTERS.indexOf('invocations');
const scratch = new Distribution();

/** Where the answer to a question lies: series whose past counts, and series whose slot under way counts. */
interface Sources {
  readonly past: Iterable<Series>;
  readonly underWay: Iterable<Series>;
}

/** A span that ends now, in whole slots, or whole minutes where it is long: at most as long as was asked. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly short: boolean;
}

/** How long a span has lasted, for what is told by the second. */
export function lengthOf({ fromMs, toMs }: Span): number {
  return Math.max(SLOT_MS, toMs - 1 - fromMs);
}

/** One value over a window that ends now, from memory. */
export function recentValue(set: SeriesSet, query: RecentQuery, nowMs: number): number | undefined {
  const definition = BUILT_IN.get(query.metric) ?? ownInMemory(set, query.metric);
  if (definition === undefined || !definition.statistics.includes(query.statistic)) return undefined;
  const span = spanOf(Math.min(query.windowMs, MINUTES_KEPT_MS), nowMs);
  const sources = sourcesOf(set, definition, query);
  const { reading } = definition;
  if (reading.kind === 'counters') {
    const sum = countIn(sources, span, reading.from, reading.to) * reading.scale;
    return query.statistic === 'rate' ? (sum * 1_000) / lengthOf(span) : sum;
  }
  if (reading.kind === 'errorRate') {
    const invocations = countIn(sources, span, INVOCATIONS, INVOCATIONS + 1);
    return invocations === 0 ? undefined : countIn(sources, span, FIRST_ERROR, COUNTERS.length) / invocations;
  }
  distributionIn(sources, span, reading.at, scratch);
  const value = ofDistribution(scratch, query.statistic, lengthOf(span));
  // What is counted and did not happen is none of it.
  return value ?? (definition.usual === 'sum' && BUILT_IN.has(query.metric) && isSum(query.statistic) ? 0 : undefined);
}

function isSum(statistic: Statistic): boolean {
  return statistic === 'sum' || statistic === 'rate' || statistic === 'count';
}

function ownInMemory(set: SeriesSet, metric: string): Definition | undefined {
  for (const { unit } of set.valueSeries(metric)) return ownDefinition(metric, unit, []);
  return undefined;
}

export function spanOf(windowMs: number, nowMs: number): Span {
  const short = windowMs <= SLOTS_KEPT_MS;
  const widthMs = short ? SLOT_MS : MINUTE_MS;
  return { fromMs: Math.ceil((nowMs - windowMs + 1) / widthMs) * widthMs, toMs: nowMs + 1, short };
}

function sourcesOf(set: SeriesSet, { series, metric }: Definition, { labels = {} }: RecentQuery): Sources {
  if (series === 'calls' && Object.keys(labels).length === 0) {
    return { past: [set.all], underWay: [set.all, ...callsUnderWay(set)] };
  }
  const all = series === 'calls' ? set.callSeries(labels.function) : set.valueSeries(metric);
  const found = selectSeries(all, { labels, by: [], oneSet: isOwn(metric) });
  return { past: found, underWay: found };
}

/** Those whose slot under way is not yet with that of all functions together. */
function* callsUnderWay(set: SeriesSet): Iterable<Series> {
  for (const series of set.activeSeries) if (series.kind === 'calls') yield series;
}

function countIn({ past, underWay }: Sources, span: Span, from: number, to: number): number {
  let sum = 0;
  for (const series of past)
    eachEntry(series, span, (bytes, start) => {
      sum += encodedCounters(bytes, start, from, to);
    });
  for (const series of underWay) if (isIn(series, span)) sum += sumOf(series.point, from, to);
  return sum;
}

function distributionIn({ past, underWay }: Sources, span: Span, at: number, into: Distribution): void {
  into.clear();
  for (const series of past) eachEntry(series, span, (bytes, start) => addEncodedDistribution(into, bytes, start, at));
  for (const series of underWay) if (isIn(series, span)) into.addAll(series.point.distributions[at]!);
}

export function eachEntry(series: Series, span: Span, visit: (bytes: Uint8Array, start: number) => void): void {
  const { fromMs, toMs, short } = span;
  if (short) {
    series.slots.each(fromMs, toMs, visit);
    return;
  }
  series.minutes.each(fromMs, toMs, visit);
  series.slots.eachUntaken((bytes, start, atMs) => {
    if (atMs >= fromMs && atMs < toMs) visit(bytes, start);
  });
}

export function isIn(series: Series, { fromMs, toMs }: Span): boolean {
  return series.dirty && series.slot * SLOT_MS >= fromMs && series.slot * SLOT_MS < toMs;
}
