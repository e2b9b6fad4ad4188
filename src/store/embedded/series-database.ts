import type { DatabaseSync } from 'node:sqlite';
import { Point } from '../../model/measure/point.ts';
import { addEncoded, encodePoint } from '../../model/measure/point-codec.ts';
import type { SeriesAnswer, SeriesLimits, SeriesMinute, SeriesName, SeriesQuery } from '../series.ts';
import { fileBytes, openDatabase } from './database.ts';
import { seriesNames } from './series-names.ts';
import { readSeries } from './series-read.ts';
import { retainSeries } from './series-retention.ts';
import { SERIES_DATABASE } from './series-schema.ts';
import { inTransaction } from './transaction.ts';

const MINUTE_MS = 60_000;

/** What the thread of `metrics.db` can be asked. */
export type SeriesOperations = ReturnType<typeof seriesOperations>;

/** Opens `metrics.db`. */
export function seriesOperations(path: string) {
  const db = openDatabase(path, SERIES_DATABASE);
  const names = seriesNames(db);
  const write = minuteWriter(db, names);
  return {
    writeSeries: (minutes: readonly SeriesMinute[]): void => write(minutes),
    readSeries: (query: SeriesQuery): SeriesAnswer => readSeries(db, names, query),

    seriesSince(fromMs: number): SeriesMinute[] {
      const named = new Map<number, SeriesName>();
      for (const row of db.prepare('SELECT id, kind, metric, labels, unit FROM series').iterate())
        named.set(row.id as number, nameOf(row));
      const rows = db.prepare('SELECT minute, series, point FROM minutes WHERE minute >= ?');
      return rows.all(Math.floor(fromMs / MINUTE_MS)).flatMap((row) => {
        const series = named.get(row.series as number);
        if (series === undefined) return [];
        return [{ series, minuteMs: (row.minute as number) * MINUTE_MS, point: row.point as Uint8Array }];
      });
    },

    ownSeries(limit: number): SeriesName[] {
      const rows = db.prepare(
        "SELECT kind, metric, labels, unit FROM series WHERE kind = 'value' AND metric LIKE '%/%' ORDER BY last_minute DESC LIMIT ?",
      );
      return rows.all(limit).map(nameOf);
    },

    retainSeries: (limits: SeriesLimits): Promise<number> => retainSeries(db, names, limits),

    seriesStats(): { series: number; minutes: number; hours: number; bytes: number } {
      const count = (table: string) => (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
      return {
        series: count('series'),
        minutes: count('minutes'),
        hours: count('hours'),
        bytes: fileBytes(db),
      };
    },

    shutSeries: (): void => db.close(),
  };
}

/** Adds minutes to what there is of them, all or none. */
function minuteWriter(
  db: DatabaseSync,
  names: ReturnType<typeof seriesNames>,
): (minutes: readonly SeriesMinute[]) => void {
  const insert = db.prepare('INSERT OR IGNORE INTO minutes (minute, series, point) VALUES (?, ?, ?)');
  const find = db.prepare('SELECT point FROM minutes WHERE minute = ? AND series = ?');
  const replace = db.prepare('UPDATE minutes SET point = ? WHERE minute = ? AND series = ?');
  const due = db.prepare('INSERT OR IGNORE INTO due VALUES (?)');
  const add = (minutes: readonly SeriesMinute[]): void => {
    const hours = new Set<number>();
    for (const { series, minuteMs, point } of minutes) {
      const minute = Math.floor(minuteMs / MINUTE_MS);
      const id = names.idOf(series, minute);
      hours.add(Math.floor(minute / 60));
      if (insert.run(minute, id, point).changes > 0) continue;
      const sum = new Point(series.kind);
      addEncoded(sum, (find.get(minute, id) as { point: Uint8Array }).point);
      addEncoded(sum, point);
      replace.run(encodePoint(sum), minute, id);
    }
    for (const hour of hours) due.run(hour);
  };
  return (minutes) => inTransaction(db, () => add(minutes), names.forget);
}

function nameOf(row: Record<string, unknown>): SeriesName {
  return {
    kind: row.kind as SeriesName['kind'],
    metric: row.metric as string,
    labels: JSON.parse(row.labels as string) as Record<string, string>,
    unit: row.unit as string,
  };
}
