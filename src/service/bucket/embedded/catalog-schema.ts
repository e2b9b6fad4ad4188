import type { DatabaseOptions, Migrations } from '../../../store/embedded/database.ts';

/** The schema of `buckets.db`: all of the buckets but large bodies, which are files. */
const MIGRATIONS: Migrations = [
  `
  CREATE TABLE buckets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    settings TEXT NOT NULL,
    objects INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
  );

  -- Each version of each object, and delete markers. A key's newest version is the one with the highest seq.
  -- version_id: NULL for S3's version "null". live: the newest, and no delete marker.
  CREATE TABLE versions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    version_id TEXT,
    marker INTEGER NOT NULL,
    live INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    noncurrent_ms INTEGER,
    document TEXT NOT NULL
  );
  CREATE UNIQUE INDEX versions_of_key ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX versions_live ON versions (bucket, key) WHERE live = 1;

  -- A body is here, or in files one after the other; versions may share files.
  CREATE TABLE small_bodies (version INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE segments (
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (version, position)
  ) WITHOUT ROWID;
  CREATE INDEX segments_of_file ON segments (file);

  CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    bucket INTEGER NOT NULL,
    key TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    options TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX uploads_of_bucket ON uploads (bucket, key, started_ms);
  CREATE TABLE parts (
    upload TEXT NOT NULL,
    number INTEGER NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (upload, number)
  ) WITHOUT ROWID;
  CREATE INDEX parts_of_file ON parts (file);

  CREATE TABLE changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    event TEXT NOT NULL,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    version_id TEXT
  );
  `,
  // The trace that a change is a part of.
  'ALTER TABLE changes ADD COLUMN trace TEXT;',
  // Revisions of settings increase over all buckets: one that is made anew never stands where another of its name did.
  `
  ALTER TABLE buckets ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
  CREATE TABLE last_revision (value INTEGER NOT NULL);
  INSERT INTO last_revision VALUES (1);
  `,
];

export const CATALOG_DATABASE: DatabaseOptions = {
  migrations: MIGRATIONS,
  synchronous: 'FULL',
  pageBytes: 4_096,
  cacheKb: 16_384,
  checkpointPages: 2_000,
  canShrink: true,
  checkUpToBytes: 16 * 1024 * 1024,
};
