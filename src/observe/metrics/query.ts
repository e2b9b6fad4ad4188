import { COUNTERS, Point } from '../../model/measure/point.ts';
import { addEncoded } from '../../model/measure/point-codec.ts';
import { groupOf, isOwn, selectSeries } from '../../model/measure/select.ts';
import { Problem } from '../../model/problem.ts';
import { closest } from '../../model/suggest.ts';
import type { SeriesQuery, SeriesStore } from '../../store/series.ts';
import { BUILT_IN_LABELS, type Definition } from './definitions.ts';
import type { Labels, MetricAnswer, MetricQuery, MetricSeries } from './metrics.ts';
import type { Series } from './series.ts';
import type { SeriesSet } from './series-set.ts';
import { floorTo, SLOT_MS } from './slots.ts';
import { valueIn } from './statistic.ts';
import { stepsOf } from './steps.ts';

/** Most series of one answer, and points that one read may take from disk. */
const MAX_GROUPS = 100;
const MAX_ROWS = 1_000_000;
const MAX_QUERIES = 50;

interface QueryContext {
  readonly set: SeriesSet;
  readonly store: SeriesStore;
  /** Every metric that there is. */
  readonly definitions: () => ReadonlyMap<string, Definition>;
  readonly now: () => number;
  readonly minuteMaxAgeMs: number;
}

interface Group {
  readonly labels: Labels;
  readonly steps: Map<number, Point>;
}

/** What one read gives, from disk and memory. */
interface Found {
  readonly groups: readonly Group[];
  readonly leftOut: number;
}

/** Answers queries; those that are of the same series and times are read together. */
export async function answerQueries(context: QueryContext, queries: readonly MetricQuery[]): Promise<MetricAnswer[]> {
  if (queries.length > MAX_QUERIES)
    throw new Problem(
      'invalid_request',
      `${queries.length} metrics at once are too many: ask for at most ${MAX_QUERIES}`,
    );
  const nowMs = context.now();
  const reads = new Map<string, Promise<Found>>();
  const planned = queries.map((query) => {
    const definition = definitionOf(context.definitions(), query);
    const steps = stepsOf(query, nowMs - context.minuteMaxAgeMs);
    const wanted: SeriesQuery = {
      kind: definition.series,
      metric: definition.series === 'calls' ? '' : query.metric,
      labels: query.labels ?? {},
      by: query.by ?? [],
      oneSet: isOwn(query.metric),
      ...steps,
      maxGroups: MAX_GROUPS,
      maxRows: MAX_ROWS,
    };
    return { query, definition, steps, wanted, key: JSON.stringify(wanted) };
  });
  for (const { key, wanted } of planned) if (!reads.has(key)) reads.set(key, read(context, wanted));
  // All of them are awaited, so that none fails unheard.
  await Promise.all(reads.values());
  return Promise.all(
    planned.map(async ({ query, definition, steps, key }) => {
      const { groups, leftOut } = await reads.get(key)!;
      const series = groups.flatMap((group) => seriesOf(group, definition, query, { stepMs: steps.stepMs, nowMs }));
      return { metric: query.metric, statistic: query.statistic, unit: definition.unit, ...steps, series, leftOut };
    }),
  );
}

function definitionOf(definitions: ReadonlyMap<string, Definition>, query: MetricQuery): Definition {
  const definition = definitions.get(query.metric);
  if (definition === undefined) {
    const near = closest(query.metric, [...definitions.keys()]);
    const meant = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new Problem(
      'not_found',
      `there is no metric "${query.metric}"${meant || '; fob metrics (GET /v1/metrics) lists those that there are'}`,
      {
        ...(near !== undefined && { details: { meant: [near] } }),
      },
    );
  }
  if (!definition.statistics.includes(query.statistic)) {
    const all = definition.statistics.join(', ');
    throw new Problem('invalid_request', `"${query.metric}" has no statistic "${query.statistic}": it has ${all}`);
  }
  // Which dimensions functions give their own metrics is known of the last hours only, so anything may be asked of those.
  const unknown = isOwn(query.metric)
    ? undefined
    : [...(query.by ?? []), ...Object.keys(query.labels ?? {})].find((label) => !BUILT_IN_LABELS.has(label));
  if (unknown !== undefined) {
    const all = definition.labels.join(', ');
    throw new Problem('invalid_request', `"${query.metric}" is not told apart by "${unknown}": it is by ${all}`);
  }
  return definition;
}

/** What is on disk and what no minute on disk has yet: both are looked at in one turn, and no write comes between. */
async function read({ set, store }: QueryContext, wanted: SeriesQuery): Promise<Found> {
  const fromDisk = store.read(wanted);
  const groups = new Map<string, Group>();
  const stepOf = (labels: Labels, timeMs: number): Point => {
    const key = JSON.stringify(wanted.by.map((name) => labels[name] ?? null));
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels, steps: new Map() };
      groups.set(key, group);
    }
    const atMs = floorTo(timeMs, wanted.stepMs);
    let point = group.steps.get(atMs);
    if (point === undefined) {
      point = new Point(wanted.kind);
      group.steps.set(atMs, point);
    }
    return point;
  };
  const inSpan = (atMs: number): boolean => atMs >= wanted.fromMs && atMs < wanted.toMs;
  for (const series of inMemory(set, wanted)) {
    const labels = groupOf(series.labels, wanted.by);
    series.slots.eachUntaken((bytes, start, atMs) => {
      if (inSpan(atMs)) addEncoded(stepOf(labels, atMs), bytes, start);
    });
    const slotMs = series.slot * SLOT_MS;
    if (series.dirty && inSpan(slotMs)) stepOf(labels, slotMs).addAll(series.point);
  }
  const { groups: kept, leftOut } = await fromDisk;
  for (const { labels, points } of kept)
    for (const { timeMs, point } of points) addEncoded(stepOf(labels, timeMs), point);
  const all = [...groups.values()];
  if (all.length <= MAX_GROUPS) return { groups: all, leftOut };
  const weighed = all.map((group) => ({ group, weight: weightOf(group) })).sort((a, b) => b.weight - a.weight);
  return {
    groups: weighed.slice(0, MAX_GROUPS).map(({ group }) => group),
    leftOut: leftOut + all.length - MAX_GROUPS,
  };
}

function inMemory(set: SeriesSet, { kind, metric, labels, by, oneSet }: SeriesQuery): Series[] {
  const all = kind === 'calls' ? set.callSeries(labels.function) : set.valueSeries(metric);
  return selectSeries(all, { labels, by, oneSet });
}

function seriesOf(
  { labels, steps }: Group,
  definition: Definition,
  { statistic }: MetricQuery,
  { stepMs, nowMs }: { stepMs: number; nowMs: number },
): MetricSeries[] {
  const points = [...steps]
    .sort(([a], [b]) => a - b)
    .flatMap(([timeMs, point]) => {
      // The step under way has not lasted as long as the others.
      const spanMs = Math.min(stepMs, Math.max(SLOT_MS, nowMs - timeMs));
      const value = valueIn(definition, statistic, point, spanMs);
      return value === undefined ? [] : [{ timeMs, value }];
    });
  return points.length === 0 ? [] : [{ labels, points }];
}

function weightOf({ steps }: Group): number {
  let weight = 0;
  for (const { counters, distributions } of steps.values())
    weight += counters.length > 0 ? counters[COUNTERS.indexOf('invocations')]! : distributions[0]!.count;
  return weight;
}
