import { COUNTERS, FIRST_ERROR, Point } from '../../model/measure/point.ts';
import { addEncoded, addEncodedCounters } from '../../model/measure/point-codec.ts';
import { BUILT_IN } from './definitions.ts';
import type { ServingChange, TopAnswer, TopOrder, TopQuery, TopRow } from './metrics.ts';
import { eachEntry, isIn, lengthOf, type Span, spanOf } from './recent.ts';
import type { Series } from './series.ts';
import { OTHER, type SeriesSet } from './series-set.ts';
import { SLOT_MS, SLOTS_KEPT_MS } from './slots.ts';
import { sumOf, valueIn } from './statistic.ts';

const scratch = new Point('calls');
const all = new Point('calls');
const gaugeScratch = new Point('value');
const [INVOCATIONS, THROTTLES, COLD_STARTS] = ['invocations', 'throttles', 'coldStarts'].map((name) =>
  COUNTERS.indexOf(name as (typeof COUNTERS)[number]),
) as [number, number, number];

const VALUES: Readonly<Record<Exclude<TopOrder, 'name'>, (row: TopRow) => number>> = {
  calls: (row) => row.callsPerS,
  errors: (row) => row.errorsPerS,
  errorRate: (row) => row.errorRate,
  p50: (row) => row.p50Ms ?? 0,
  p90: (row) => row.p90Ms ?? 0,
  p99: (row) => row.p99Ms ?? 0,
  queued: (row) => row.queuedP90Ms ?? 0,
  memory: (row) => row.memoryShare ?? 0,
  coldStarts: (row) => row.coldStarts,
  throttles: (row) => row.throttles,
  billed: (row) => row.billedGbS,
  concurrency: (row) => row.concurrency,
};

/** Orders that need the distributions of every function. */
const DISTRIBUTION_ORDERS: ReadonlySet<TopOrder> = new Set(['p50', 'p90', 'p99', 'queued', 'memory']);

/** What goes on now, from memory. What takes longest, the percentiles, is found for those that are shown and what is sorted by. */
export function topOf(set: SeriesSet, query: TopQuery, nowMs: number): TopAnswer {
  const span = spanOf(Math.min(query.windowMs, SLOTS_KEPT_MS), nowMs);
  const { sort, limit, mayShow } = query;
  const filter = query.filter?.toLowerCase() ?? '';
  const isAll = filter === '' && mayShow === undefined;
  const whole = !isAll || DISTRIBUTION_ORDERS.has(sort);
  const most = concurrencies(set, span);
  const names = new Set([...set.functions(), ...most.keys()]);
  const rows: TopRow[] = [];
  all.clear();
  for (const name of names) {
    if (!name.toLowerCase().includes(filter) || mayShow?.(name) === false) continue;
    const found = addUp(set.callSeries(name), span, whole);
    const concurrency = most.get(name) ?? 0;
    if (!found && concurrency === 0) continue;
    rows.push(rowOf(name, scratch, span, concurrency));
    if (whole) all.addAll(scratch);
    else for (let at = 0; at < all.counters.length; at++) all.counters[at]! += scratch.counters[at]!;
  }
  const byName = (a: TopRow, b: TopRow): number => (a.function < b.function ? -1 : 1);
  if (sort === 'name') rows.sort(byName);
  else rows.sort((a, b) => VALUES[sort](b) - VALUES[sort](a) || byName(a, b));
  let shown = rows.slice(0, limit);
  if (!whole) {
    const { percentiles = limit } = query;
    shown = shown.map((row, at) => {
      if (at >= percentiles) return row;
      addUp(set.callSeries(row.function), span, true);
      return rowOf(row.function, scratch, span, row.concurrency);
    });
    // The slot under way of all functions is not looked at for these: they are ten seconds old at most.
    addUp([set.all], span, true);
    for (const [at, distribution] of scratch.distributions.entries()) all.distributions[at]!.addAll(distribution);
  }
  return {
    windowMs: lengthOf(span),
    functions: shown.map((row) => withChange(set, row, span, query.changeOf?.(row.function))),
    total: rows.length,
    all: rowOf(
      '',
      all,
      span,
      isAll ? Math.max(0, ...most.values()) : Math.max(0, ...rows.map((row) => row.concurrency)),
    ),
  };
}

/** A row with what the versions that serve now did since the slot in which they came to. */
function withChange(set: SeriesSet, row: TopRow, span: Span, change: ServingChange | undefined): TopRow {
  if (change === undefined || change.atMs < span.fromMs || row.errors + row.throttles === 0) return row;
  const { atMs, versions } = change;
  const own = [...set.callSeries(row.function)].filter(
    ({ labels: { version } }) => version === OTHER || versions.has(Number(version)),
  );
  addUp(own, { ...span, fromMs: Math.floor(atMs / SLOT_MS) * SLOT_MS }, false);
  const { counters } = scratch;
  return {
    ...row,
    sinceChange: {
      atMs,
      invocations: counters[INVOCATIONS]!,
      errors: sumOf(scratch, FIRST_ERROR, COUNTERS.length),
      throttles: counters[THROTTLES]!,
    },
  };
}

/** Into `scratch`, just counters or the whole; whether there was anything. */
function addUp(list: Iterable<Series>, span: Span, whole: boolean): boolean {
  scratch.clear();
  const { counters } = scratch;
  let found = false;
  for (const series of list) {
    eachEntry(series, span, (bytes, start) => {
      if (whole) addEncoded(scratch, bytes, start);
      else addEncodedCounters(counters, bytes, start);
      found = true;
    });
    if (!isIn(series, span)) continue;
    if (whole) scratch.addAll(series.point);
    else for (let at = 0; at < counters.length; at++) counters[at]! += series.point.counters[at]!;
    found = true;
  }
  return found;
}

function concurrencies(set: SeriesSet, span: Span): Map<string, number> {
  const most = new Map<string, number>();
  for (const series of set.valueSeries('concurrency')) {
    gaugeScratch.clear();
    eachEntry(series, span, (bytes, start) => addEncoded(gaugeScratch, bytes, start));
    if (isIn(series, span)) gaugeScratch.addAll(series.point);
    const { maximum } = gaugeScratch.distributions[0]!;
    if (maximum > 0) most.set(series.labels.function ?? '', maximum);
  }
  return most;
}

function rowOf(name: string, point: Point, span: Span, concurrency: number): TopRow {
  const seconds = lengthOf(span) / 1_000;
  const { counters, distributions } = point;
  const [duration, queued, memory] = distributions;
  const invocations = counters[INVOCATIONS]!;
  const errors = sumOf(point, FIRST_ERROR, COUNTERS.length);
  return {
    function: name,
    invocations,
    callsPerS: invocations / seconds,
    errors,
    errorsPerS: errors / seconds,
    errorRate: invocations === 0 ? 0 : errors / invocations,
    ...(duration!.count > 0 && {
      p50Ms: duration!.quantile(0.5)!,
      p90Ms: duration!.quantile(0.9)!,
      p99Ms: duration!.quantile(0.99)!,
    }),
    ...(queued!.count > 0 && { queuedP90Ms: queued!.quantile(0.9)! }),
    ...(memory!.count > 0 && { memoryShare: memory!.maximum }),
    coldStarts: counters[COLD_STARTS]!,
    throttles: counters[THROTTLES]!,
    billedGbS: valueIn(BUILT_IN.get('billed')!, 'sum', point, 1) ?? 0,
    concurrency,
  };
}
