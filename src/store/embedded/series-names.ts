import type { DatabaseSync } from 'node:sqlite';
import type { SeriesKind } from '../../model/measure/point.ts';
import { selectSeries } from '../../model/measure/select.ts';
import type { SeriesName, SeriesQuery } from '../series.ts';

/** A series that is kept, by the number that stands for it. */
export interface KeptSeries {
  readonly id: number;
  readonly kind: SeriesKind;
  readonly labels: Readonly<Record<string, string>>;
}

export type SeriesNames = ReturnType<typeof seriesNames>;

/** The names of series and the numbers that stand for them. */
export function seriesNames(db: DatabaseSync) {
  const ids = new Map<string, number>();
  const lastMinutes = new Map<number, number>();
  const find = db.prepare('SELECT id, last_minute FROM series WHERE name = ?');
  const insert = db.prepare(
    'INSERT INTO series (name, kind, metric, function, labels, unit, last_minute) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const touch = db.prepare('UPDATE series SET last_minute = ? WHERE id = ?');
  const ofMetric = db.prepare('SELECT id, kind, labels FROM series WHERE kind = ? AND metric = ?');
  const ofFunction = db.prepare('SELECT id, kind, labels FROM series WHERE kind = ? AND metric = ? AND function = ?');
  /** How often a series says that it is still written to. */
  const TOUCH_EVERY = 60;

  return {
    /** The number of a series, made where it is new; it was written to in this minute. */
    idOf(series: SeriesName, minute: number): number {
      const name = nameOf(series);
      let id = ids.get(name);
      if (id === undefined) {
        const row = find.get(name) as { id: number; last_minute: number } | undefined;
        const { kind, metric, labels, unit } = series;
        id =
          row?.id ??
          Number(
            insert.run(name, kind, metric, labels.function ?? null, JSON.stringify(labels), unit, minute)
              .lastInsertRowid,
          );
        ids.set(name, id);
        lastMinutes.set(id, row?.last_minute ?? minute);
      }
      if (minute - lastMinutes.get(id)! >= TOUCH_EVERY) {
        touch.run(minute, id);
        lastMinutes.set(id, minute);
      }
      return id;
    },

    /** The series that a question is about. */
    select({ kind, metric, labels, by, oneSet }: SeriesQuery): KeptSeries[] {
      const rows =
        labels.function === undefined ? ofMetric.all(kind, metric) : ofFunction.all(kind, metric, labels.function);
      const all = rows.map((row) => ({
        id: row.id as number,
        kind: row.kind as SeriesKind,
        labels: JSON.parse(row.labels as string) as Record<string, string>,
      }));
      return selectSeries(all, { labels, by, oneSet });
    },

    /** After rows of `series` went, or a transaction was undone. */
    forget(): void {
      ids.clear();
      lastMinutes.clear();
    },
  };
}

function nameOf({ kind, metric, labels }: SeriesName): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, metric, ...pairs.flat()]);
}
