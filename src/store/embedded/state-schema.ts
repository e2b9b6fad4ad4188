import type { DatabaseOptions, Migrations } from './database.ts';

/** The schema of `fob.db`: registry, queues and the ids that they have seen, key-values. */
export const STATE_MIGRATIONS: Migrations = [
  `
  CREATE TABLE documents (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO counters VALUES ('revision', 0);

  -- due_ms: when it may be delivered next; for a leased message, when its lease runs out.
  -- blocked: an earlier message of its group is still there.
  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    sent_ms INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    leased INTEGER NOT NULL DEFAULT 0,
    blocked INTEGER NOT NULL,
    message_group TEXT,
    attributes TEXT,
    body BLOB NOT NULL
  );
  CREATE INDEX messages_due ON messages (queue, due_ms) WHERE blocked = 0;
  CREATE INDEX messages_group ON messages (queue, message_group) WHERE message_group IS NOT NULL;

  CREATE TABLE seen (
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    message_seq INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (queue, id)
  );
  CREATE INDEX seen_until ON seen (until_ms);
  `,
  `
  -- What a queue's order of delivery, and its statistics, are read from without its rows.
  DROP INDEX messages_due;
  CREATE INDEX messages_due ON messages (queue, blocked, due_ms, seq, leased);
  CREATE INDEX messages_queue ON messages (queue);

  -- expires_ms: from then on it counts as absent; null where it stays. Values come last, so that a search need not pass them.
  CREATE TABLE key_values (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    revision INTEGER NOT NULL,
    expires_ms INTEGER,
    value BLOB NOT NULL,
    PRIMARY KEY (space, key)
  ) WITHOUT ROWID;
  CREATE INDEX key_values_expiry ON key_values (expires_ms) WHERE expires_ms IS NOT NULL;
  INSERT INTO counters VALUES ('key_value_revision', 0);
  `,
  `
  -- What the sender calls a message; it is found by that in whatever queue it is.
  ALTER TABLE messages ADD COLUMN id TEXT;
  CREATE INDEX messages_id ON messages (id) WHERE id IS NOT NULL;
  ALTER TABLE seen ADD COLUMN message_id TEXT;
  `,
];

export const STATE_DATABASE: DatabaseOptions = {
  migrations: STATE_MIGRATIONS,
  synchronous: 'FULL',
  pageBytes: 4_096,
  cacheKb: 4_096,
  checkpointPages: 1_000,
  checkUpToBytes: 64 * 1024 * 1024,
};
