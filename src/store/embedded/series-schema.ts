import type { DatabaseOptions, Migrations } from './database.ts';

/**
 * The schema of `metrics.db`. Minutes are appended in order of time, so that a minute of many functions changes few pages.
 * `minute` and `hour` count since 1970.
 */
const SERIES_MIGRATIONS: Migrations = [
  `
  -- name: JSON of kind, metric and labels in their order.
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    metric TEXT NOT NULL,
    function TEXT,
    labels TEXT NOT NULL,
    unit TEXT NOT NULL,
    last_minute INTEGER NOT NULL
  );
  CREATE INDEX series_metric ON series (kind, metric, function);

  CREATE TABLE minutes (minute INTEGER, series INTEGER, point BLOB NOT NULL, PRIMARY KEY (minute, series)) WITHOUT ROWID;
  CREATE TABLE hours (hour INTEGER, series INTEGER, point BLOB NOT NULL, PRIMARY KEY (hour, series)) WITHOUT ROWID;

  -- Hours whose minutes are not added up yet.
  CREATE TABLE due (hour INTEGER PRIMARY KEY);
  -- What was removed lies before this minute.
  CREATE TABLE removed (minute INTEGER NOT NULL);
  INSERT INTO removed VALUES (0);
  `,
];

export const SERIES_DATABASE: DatabaseOptions = {
  migrations: SERIES_MIGRATIONS,
  synchronous: 'NORMAL',
  pageBytes: 8_192,
  cacheKb: 4_096,
  checkpointPages: 1_000,
  canShrink: true,
};
