import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Point, type SeriesKind } from '../../model/measure/point.ts';
import { addEncoded, encodePoint } from '../../model/measure/point-codec.ts';
import type { SeriesLimits } from '../series.ts';
import { shrink, usedBytes } from './freed-pages.ts';
import type { SeriesNames } from './series-names.ts';
import { inTransaction } from './transaction.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

type Table = 'minutes' | 'hours';

/** Adds up hours that are over, and removes what is too old or too much, a slice at a time. */
export async function retainSeries(db: DatabaseSync, names: SeriesNames, limits: SeriesLimits): Promise<number> {
  const { nowMs, minuteMaxAgeMs, hourMaxAgeMs, maxBytes } = limits;
  // An hour that lies ahead of now, because the clock was, is over too.
  const thisHour = Math.floor(nowMs / HOUR_MS);
  const due = db.prepare('SELECT hour FROM due WHERE hour <> ?').all(thisHour);
  for (const { hour } of due) {
    if (!db.isOpen) return 0;
    inTransaction(
      db,
      () => addUp(db, hour as number),
      () => names.forget(),
    );
    await setImmediate();
  }
  let removed = 0;
  const remove = async (table: Table, beforeHour: number, wanted: () => boolean): Promise<void> => {
    while (db.isOpen && wanted()) {
      const slice = removeOldestHour(db, names, table, beforeHour);
      if (slice === 0) return;
      removed += slice;
      await setImmediate();
    }
  };
  await remove('minutes', Math.floor((nowMs - minuteMaxAgeMs) / HOUR_MS), () => true);
  await remove('hours', Math.floor((nowMs - hourMaxAgeMs) / HOUR_MS), () => true);
  for (const table of ['minutes', 'hours'] as const) await remove(table, thisHour, () => usedBytes(db) > maxBytes);
  if (removed > 0 && db.isOpen)
    forgetNames(db, names, Math.floor((nowMs - Math.max(minuteMaxAgeMs, hourMaxAgeMs)) / MINUTE_MS));
  await shrink(db);
  return removed;
}

/** The minutes of an hour as one point for each series. What was removed of them is in the hour as it was. */
function addUp(db: DatabaseSync, hour: number): void {
  const { minute: removedBefore } = db.prepare('SELECT minute FROM removed').get() as { minute: number };
  const from = hour * 60;
  const sums = new Map<number, Point>();
  const add = (series: number, kind: string, bytes: Uint8Array): void => {
    let sum = sums.get(series);
    if (sum === undefined) {
      sum = new Point(kind as SeriesKind);
      sums.set(series, sum);
    }
    addEncoded(sum, bytes);
  };
  const minutes = db.prepare(
    'SELECT series, kind, point FROM minutes JOIN series ON series.id = series WHERE minute >= ? AND minute < ?',
  );
  for (const row of minutes.iterate(from, from + 60))
    add(row.series as number, row.kind as string, row.point as Uint8Array);
  if (from < removedBefore) {
    const kept = db.prepare('SELECT series, kind, point FROM hours JOIN series ON series.id = series WHERE hour = ?');
    for (const row of kept.all(hour)) add(row.series as number, row.kind as string, row.point as Uint8Array);
    db.prepare('DELETE FROM minutes WHERE minute >= ? AND minute < ?').run(from, from + 60);
  }
  const put = db.prepare('INSERT OR REPLACE INTO hours (hour, series, point) VALUES (?, ?, ?)');
  for (const [series, sum] of sums) put.run(hour, series, encodePoint(sum));
  db.prepare('DELETE FROM due WHERE hour = ?').run(hour);
}

/** Removes the oldest hour of a table, if it lies before that one: whole hours go, so that each is there in whole or not at all. */
function removeOldestHour(db: DatabaseSync, names: SeriesNames, table: Table, beforeHour: number): number {
  const column = table === 'minutes' ? 'minute' : 'hour';
  const perHour = table === 'minutes' ? 60 : 1;
  const { oldest } = db.prepare(`SELECT min(${column}) AS oldest FROM ${table}`).get() as { oldest: number | null };
  if (oldest === null) return 0;
  const hour = Math.floor(oldest / perHour);
  if (hour >= beforeHour) return 0;
  const remove = (): number => {
    const end = (hour + 1) * perHour;
    if (table === 'minutes') {
      if (db.prepare('SELECT 1 FROM due WHERE hour = ?').get(hour) !== undefined) addUp(db, hour);
      db.prepare('UPDATE removed SET minute = max(minute, ?)').run(end);
    }
    return Number(db.prepare(`DELETE FROM ${table} WHERE ${column} < ?`).run(end).changes);
  };
  return inTransaction(db, remove, names.forget);
}

/** Series of which nothing is kept. */
function forgetNames(db: DatabaseSync, names: SeriesNames, beforeMinute: number): void {
  db.prepare('DELETE FROM series WHERE last_minute < ?').run(beforeMinute - 60);
  names.forget();
}
