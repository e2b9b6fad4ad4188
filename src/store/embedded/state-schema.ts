import type { DatabaseOptions, Migrations } from './database.ts';

/** The schema of `fob.db`: registry, queues, and the ids that they have seen. */
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
];

export const STATE_DATABASE: DatabaseOptions = {
  migrations: STATE_MIGRATIONS,
  synchronous: 'FULL',
  pageBytes: 4_096,
  cacheKb: 4_096,
  checkpointPages: 1_000,
  checkUpToBytes: 64 * 1024 * 1024,
};
