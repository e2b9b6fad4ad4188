import type { DatabaseOptions, Migrations } from './database.ts';

/**
 * The schema of `journal.db`. Rows are kept in order of time: `key` is (milliseconds since 2020) * 4096 + a number within
 * that millisecond. Numbers stand for what repeats: functions by `names`, the rest by the lists in `journal-row.ts`.
 */
const JOURNAL_MIGRATIONS: Migrations = [
  `
  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

  -- key: from the invocation's id. started_offset_ms: what the start differs from the id's time, nearly always 0.
  -- error: JSON of what a failed one has besides.
  CREATE TABLE invocations (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    function INTEGER NOT NULL,
    version INTEGER NOT NULL,
    door TEXT NOT NULL,
    status INTEGER NOT NULL,
    started_offset_ms INTEGER NOT NULL,
    queued_us INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    cold_start INTEGER NOT NULL,
    sandbox TEXT NOT NULL,
    payload_bytes INTEGER NOT NULL,
    result_bytes INTEGER NOT NULL,
    error TEXT
  );
  CREATE INDEX invocations_function ON invocations (function);
  CREATE INDEX invocations_unsuccessful ON invocations (status) WHERE status <> 0;

  CREATE TABLE logs (
    key INTEGER PRIMARY KEY,
    function INTEGER NOT NULL,
    version INTEGER NOT NULL,
    invocation BLOB,
    sandbox TEXT NOT NULL,
    stream INTEGER NOT NULL,
    level INTEGER NOT NULL,
    text TEXT NOT NULL
  );
  CREATE INDEX logs_function ON logs (function);
  CREATE INDEX logs_invocation ON logs (invocation) WHERE invocation IS NOT NULL;

  CREATE TABLE audit (
    key INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
  );

  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counters VALUES ('invocations', 0), ('logs', 0), ('flushes', 0);
  `,
  `
  -- Of an invocation that delivers events.
  ALTER TABLE invocations ADD COLUMN event BLOB;
  ALTER TABLE invocations ADD COLUMN lane TEXT;
  ALTER TABLE invocations ADD COLUMN attempt INTEGER;
  CREATE INDEX invocations_event ON invocations (event) WHERE event IS NOT NULL;

  -- key: from the time of its end. details: JSON of its reason, message, source and sourceId, null where it has none.
  CREATE TABLE events (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    function INTEGER NOT NULL,
    lane TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    accepted_ms INTEGER NOT NULL,
    invocation BLOB,
    details TEXT
  );
  CREATE INDEX events_function ON events (function);
  CREATE INDEX events_id ON events (id);
  CREATE INDEX events_undelivered ON events (state) WHERE state <> 0;
  INSERT INTO counters VALUES ('events', 0);
  `,
  `
  -- caller: the calling function's number. trace and parent_span: bytes, null where the invocation began its trace.
  -- start_us, place_us, load_us: the phases of a cold start.
  ALTER TABLE invocations ADD COLUMN memory_mb INTEGER;
  ALTER TABLE invocations ADD COLUMN peak_bytes INTEGER;
  ALTER TABLE invocations ADD COLUMN alias TEXT;
  ALTER TABLE invocations ADD COLUMN caller INTEGER;
  ALTER TABLE invocations ADD COLUMN trace BLOB;
  ALTER TABLE invocations ADD COLUMN parent_span BLOB;
  ALTER TABLE invocations ADD COLUMN start_us INTEGER;
  ALTER TABLE invocations ADD COLUMN place_us INTEGER;
  ALTER TABLE invocations ADD COLUMN load_us INTEGER;
  CREATE INDEX invocations_caller ON invocations (caller) WHERE caller IS NOT NULL;
  CREATE INDEX invocations_trace ON invocations (trace) WHERE trace IS NOT NULL;

  -- key: from the start; start_us: what it is later than the key's millisecond. details: JSON of error and attributes, null where
  -- there are none.
  CREATE TABLE spans (
    key INTEGER PRIMARY KEY,
    trace BLOB NOT NULL,
    span BLOB NOT NULL,
    parent BLOB,
    invocation BLOB,
    function TEXT,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    start_us INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    details TEXT
  );
  CREATE INDEX spans_trace ON spans (trace);
  CREATE INDEX spans_invocation ON spans (invocation) WHERE invocation IS NOT NULL;
  `,
  `
  -- Grave lines and runs that did not succeed are few, and what people look for.
  CREATE INDEX logs_grave ON logs (key) WHERE level >= 3;
  CREATE INDEX logs_grave_function ON logs (function) WHERE level >= 3;
  CREATE INDEX invocations_function_unsuccessful ON invocations (function, status) WHERE status <> 0;

  -- One sandbox's log. first, last: keys of lines and invocations. lines: those that are kept.
  CREATE TABLE streams (
    sandbox TEXT NOT NULL,
    function INTEGER NOT NULL,
    version INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    invocations INTEGER NOT NULL,
    PRIMARY KEY (sandbox, function)
  ) WITHOUT ROWID;
  CREATE INDEX streams_function ON streams (function);
  INSERT INTO streams SELECT sandbox, function, max(version), min(key), max(key), count(*), 0 FROM logs GROUP BY sandbox, function;
  `,
  `
  -- In order of time, whatever their status: they stand among the lines of every log that is looked at.
  CREATE INDEX invocations_failures ON invocations (key) WHERE status <> 0;
  CREATE INDEX invocations_function_failures ON invocations (function) WHERE status <> 0;
  `,
];

export const JOURNAL_DATABASE: DatabaseOptions = {
  migrations: JOURNAL_MIGRATIONS,
  synchronous: 'NORMAL',
  pageBytes: 8_192,
  cacheKb: 8_192,
  checkpointPages: 2_000,
  canShrink: true,
};
