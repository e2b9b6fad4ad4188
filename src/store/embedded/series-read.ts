import type { DatabaseSync } from 'node:sqlite';
import { COUNTERS, Point, type SeriesKind } from '../../model/measure/point.ts';
import { addEncoded, encodedCounters, encodePoint } from '../../model/measure/point-codec.ts';
import { groupOf } from '../../model/measure/select.ts';
import { Problem } from '../../model/problem.ts';
import type { SeriesAnswer, SeriesQuery } from '../series.ts';
import type { KeptSeries, SeriesNames } from './series-names.ts';

const MINUTE_MS = 60_000;
const MINUTES_OF_HOUR = 60;
const INVOCATIONS = COUNTERS.indexOf('invocations');
/** Beyond this share of all series, reading everything of a time is faster than looking for each. */
const SCAN_SHARE = 0.1;

interface Group {
  readonly labels: Record<string, string>;
  /** What is alone in its step stays as it was read. */
  readonly steps: Map<number, Uint8Array | Point>;
}

/** Adds up what was kept of some series into steps of time. */
export function readSeries(db: DatabaseSync, names: SeriesNames, query: SeriesQuery): SeriesAnswer {
  const { fromMs, toMs, stepMs, by, maxGroups } = query;
  const found = names.select(query);
  const groups = new Map<string, Group>();
  const groupOfSeries = new Map<number, Group>();
  for (const series of found) {
    const labels = groupOf(series.labels, by);
    const key = JSON.stringify(by.map((name) => labels[name] ?? null));
    let group = groups.get(key);
    if (group === undefined) {
      group = { labels, steps: new Map() };
      groups.set(key, group);
    }
    groupOfSeries.set(series.id, group);
  }
  const add = (series: number, timeMs: number, point: Uint8Array): void => {
    const group = groupOfSeries.get(series);
    if (group === undefined) return;
    const stepAtMs = Math.floor(timeMs / stepMs) * stepMs;
    const before = group.steps.get(stepAtMs);
    if (before === undefined) {
      group.steps.set(stepAtMs, point);
      return;
    }
    let sum = before;
    if (before instanceof Uint8Array) {
      sum = new Point(query.kind);
      addEncoded(sum, before);
      group.steps.set(stepAtMs, sum);
    }
    addEncoded(sum as Point, point);
  };
  const reader = rowReader(db, found, query.maxRows);
  const from = Math.floor(fromMs / MINUTE_MS);
  const to = Math.ceil(toMs / MINUTE_MS);
  const byHour = stepMs % (MINUTES_OF_HOUR * MINUTE_MS) === 0;
  if (byHour) {
    const due = reader.hours(from / MINUTES_OF_HOUR, to / MINUTES_OF_HOUR, (hour, series, point) =>
      add(series, hour * MINUTES_OF_HOUR * MINUTE_MS, point),
    );
    for (const hour of due)
      reader.minutes(hour * MINUTES_OF_HOUR, (hour + 1) * MINUTES_OF_HOUR, (minute, series, point) =>
        add(series, minute * MINUTE_MS, point),
      );
  } else {
    reader.minutes(from, to, (minute, series, point) => add(series, minute * MINUTE_MS, point));
  }
  const filled = [...groups.values()].filter(({ steps }) => steps.size > 0);
  const weighed = filled
    .map((group) => ({ group, weight: weightOf(group, query.kind) }))
    .sort((a, b) => b.weight - a.weight);
  return {
    groups: weighed.slice(0, maxGroups).map(({ group: { labels, steps } }) => ({
      labels,
      points: [...steps]
        .sort(([a], [b]) => a - b)
        .map(([timeMs, point]) => ({ timeMs, point: point instanceof Uint8Array ? point : encodePoint(point) })),
    })),
    leftOut: Math.max(0, filled.length - maxGroups),
  };
}

type Visit = (time: number, series: number, point: Uint8Array) => void;

/** Reads rows of some series, each by itself or all of a time, and no more than were allowed. */
function rowReader(db: DatabaseSync, found: readonly KeptSeries[], maxRows: number) {
  const total = (db.prepare('SELECT count(*) AS n FROM series').get() as { n: number }).n;
  const scan = found.length > 8 && found.length > total * SCAN_SHARE;
  let left = maxRows;
  const read = (
    table: 'minutes' | 'hours',
    column: 'minute' | 'hour',
    from: number,
    to: number,
    visit: Visit,
  ): void => {
    if (found.length === 0) return;
    // In one question SQLite would look at every row for them.
    const bound = (which: 'min' | 'max') =>
      (db.prepare(`SELECT ${which}(${column}) AS at FROM ${table}`).get() as { at: number | null }).at;
    const [first, last] = [bound('min'), bound('max')];
    if (first === null || last === null) return;
    const start = Math.max(from, first);
    const end = Math.min(to, last + 1);
    if (scan) {
      const rows = db.prepare(
        `SELECT ${column} AS time, series, point FROM ${table} WHERE ${column} >= ? AND ${column} < ?`,
      );
      for (const row of rows.iterate(start, end)) {
        if (left-- <= 0) throw tooMuch(maxRows);
        visit(row.time as number, row.series as number, row.point as Uint8Array);
      }
      return;
    }
    const one = db.prepare(`SELECT point FROM ${table} WHERE ${column} = ? AND series = ?`);
    for (let time = start; time < end; time++) {
      for (const { id } of found) {
        if (left-- <= 0) throw tooMuch(maxRows);
        const row = one.get(time, id);
        if (row !== undefined) visit(time, id, row.point as Uint8Array);
      }
    }
  };
  return {
    minutes: (from: number, to: number, visit: Visit): void => read('minutes', 'minute', from, to, visit),
    /** Visits the hours that are added up, and returns those that are not. */
    hours(from: number, to: number, visit: Visit): number[] {
      const rows = db.prepare('SELECT hour FROM due WHERE hour >= ? AND hour < ? ORDER BY hour').all(from, to);
      const due = new Set(rows.map(({ hour }) => hour as number));
      read('hours', 'hour', from, to, (hour, series, point) => {
        if (!due.has(hour)) visit(hour, series, point);
      });
      return [...due];
    },
  };
}

function tooMuch(maxRows: number): Problem {
  return new Problem(
    'invalid_request',
    `this would read more than ${maxRows.toLocaleString('en-US')} points: ask for a shorter time, for one function, or for steps of 1h`,
  );
}

/** How much there is in a group: its calls, or how often it was measured. */
function weightOf({ steps }: Group, kind: SeriesKind): number {
  let weight = 0;
  for (const step of steps.values()) {
    let point = step;
    if (kind === 'calls') {
      weight +=
        step instanceof Uint8Array
          ? encodedCounters(step, 0, INVOCATIONS, INVOCATIONS + 1)
          : step.counters[INVOCATIONS]!;
      continue;
    }
    if (point instanceof Uint8Array) {
      point = new Point(kind);
      addEncoded(point, step as Uint8Array);
    }
    weight += point.distributions[0]!.count;
  }
  return weight;
}
