import type { DatabaseSync } from 'node:sqlite';
import type { QueueStats, SendResult } from '../queue.ts';

/** A message on its way into the database; all times are absolute. */
export interface MessageRow {
  readonly body: Uint8Array;
  /** JSON text. */
  readonly attributes: string | null;
  readonly dueAtMs: number;
  readonly group: string | null;
  readonly deduplicationId: string | null;
  readonly seenUntilMs: number;
}

export interface DeliveredRow {
  readonly seq: number;
  readonly body: Uint8Array;
  readonly attributes: string | null;
  readonly group: string | null;
  readonly attempt: number;
  readonly sentAtMs: number;
}

/** What a receive found; where that is nothing, when the next message is due. */
interface Delivery {
  readonly messages: DeliveredRow[];
  readonly nextDueMs: number | undefined;
}

/** A message's current lease: its attempt's number is the token. */
export interface LeaseRow {
  readonly queue: string;
  readonly seq: number;
  readonly attempt: number;
}

export type MessageOperations = ReturnType<typeof messageOperations>;

/** Expired de-duplication ids go at most so often, and so many at a time. */
const CLEANING_INTERVAL_MS = 10_000;
const CLEANING_ROWS = 5_000;

/** The queue's operations, within the caller's transaction; each checks before it writes. */
export function messageOperations(db: DatabaseSync) {
  const insert = db.prepare(
    'INSERT INTO messages (queue, due_ms, sent_ms, blocked, message_group, attributes, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const selectSeen = db.prepare('SELECT message_seq AS seq FROM seen WHERE queue = ? AND id = ? AND until_ms > ?');
  const insertSeen = db.prepare('INSERT OR REPLACE INTO seen (queue, id, message_seq, until_ms) VALUES (?, ?, ?, ?)');
  const forgetSeen = db.prepare(
    'DELETE FROM seen WHERE rowid IN (SELECT rowid FROM seen WHERE until_ms <= ? ORDER BY until_ms LIMIT ?)',
  );
  const headOfGroup = db.prepare('SELECT min(seq) AS seq FROM messages WHERE queue = ? AND message_group = ?');
  const selectDue = db.prepare(
    `SELECT seq, body, attributes, message_group AS "group", attempt + 1 AS attempt, sent_ms AS sentAtMs
     FROM messages WHERE queue = ? AND blocked = 0 AND due_ms <= ? ORDER BY due_ms, seq LIMIT ?`,
  );
  const nextDue = db.prepare('SELECT min(due_ms) AS dueMs FROM messages WHERE queue = ? AND blocked = 0');
  const lease = db.prepare('UPDATE messages SET leased = 1, attempt = attempt + 1, due_ms = ? WHERE seq = ?');
  const current = 'queue = ? AND seq = ? AND attempt = ? AND leased = 1 AND due_ms > ?';
  const removeLeased = db.prepare(`DELETE FROM messages WHERE ${current} RETURNING message_group AS "group"`);
  const endLease = db.prepare(`UPDATE messages SET leased = 0, due_ms = ? WHERE ${current}`);
  const undoLease = db.prepare(`UPDATE messages SET leased = 0, attempt = attempt - 1, due_ms = ? WHERE ${current}`);
  const prolong = db.prepare(`UPDATE messages SET due_ms = ? WHERE ${current}`);
  const unblock = db.prepare('UPDATE messages SET blocked = 0 WHERE seq = ?');
  const count = db.prepare(
    `SELECT count(*) AS total,
       count(*) FILTER (WHERE leased = 1 AND due_ms > :now) AS leased,
       count(*) FILTER (WHERE leased = 0 AND due_ms > :now) AS delayed,
       min(sent_ms) FILTER (WHERE due_ms <= :now) AS oldestSentMs
     FROM messages WHERE queue = :queue`,
  );
  const names = db.prepare('SELECT DISTINCT queue FROM messages ORDER BY queue');
  const removeAll = db.prepare('DELETE FROM messages WHERE queue = ?');
  let cleanedAtMs = Number.NEGATIVE_INFINITY;

  const headOf = (queue: string, group: string) => (headOfGroup.get(queue, group) as { seq: number | null }).seq;

  function sendOne(queue: string, message: MessageRow, nowMs: number): SendResult {
    if (message.deduplicationId !== null) {
      const earlier = selectSeen.get(queue, message.deduplicationId, nowMs) as { seq: number } | undefined;
      if (earlier) return { messageId: String(earlier.seq), duplicate: true };
    }
    const blocked = message.group !== null && headOf(queue, message.group) !== null ? 1 : 0;
    const { group, attributes, body } = message;
    const seq = Number(insert.run(queue, message.dueAtMs, nowMs, blocked, group, attributes, body).lastInsertRowid);
    if (message.deduplicationId !== null) insertSeen.run(queue, message.deduplicationId, seq, message.seenUntilMs);
    return { messageId: String(seq), duplicate: false };
  }

  return {
    send(queue: string, messages: readonly MessageRow[], nowMs: number): SendResult[] {
      if (Math.abs(nowMs - cleanedAtMs) >= CLEANING_INTERVAL_MS) {
        cleanedAtMs = nowMs;
        forgetSeen.run(nowMs, CLEANING_ROWS);
      }
      return messages.map((message) => sendOne(queue, message, nowMs));
    },

    receive(queue: string, max: number, leaseUntilMs: number, nowMs: number): Delivery {
      const messages = selectDue.all(queue, nowMs, max) as unknown as DeliveredRow[];
      for (const message of messages) lease.run(leaseUntilMs, message.seq);
      if (messages.length > 0) return { messages, nextDueMs: undefined };
      return { messages, nextDueMs: (nextDue.get(queue) as { dueMs: number | null }).dueMs ?? undefined };
    },

    acknowledge({ queue, seq, attempt }: LeaseRow, nowMs: number): boolean {
      const removed = removeLeased.get(queue, seq, attempt, nowMs) as { group: string | null } | undefined;
      if (!removed) return false;
      const next = removed.group === null ? null : headOf(queue, removed.group);
      if (next !== null) unblock.run(next);
      return true;
    },

    retry: ({ queue, seq, attempt }: LeaseRow, dueAtMs: number, nowMs: number): boolean =>
      endLease.run(dueAtMs, queue, seq, attempt, nowMs).changes > 0,

    /** Takes back deliveries that nobody got to see. */
    release(leases: readonly LeaseRow[], nowMs: number): void {
      for (const { queue, seq, attempt } of leases) undoLease.run(nowMs, queue, seq, attempt, nowMs);
    },

    extend: ({ queue, seq, attempt }: LeaseRow, untilMs: number, nowMs: number): boolean =>
      prolong.run(untilMs, queue, seq, attempt, nowMs).changes > 0,

    stats(queue: string, nowMs: number): QueueStats {
      const row = count.get({ queue, now: nowMs }) as Record<'total' | 'leased' | 'delayed', number> & {
        oldestSentMs: number | null;
      };
      return {
        ready: row.total - row.leased - row.delayed,
        delayed: row.delayed,
        leased: row.leased,
        oldestAgeMs: row.oldestSentMs === null ? 0 : Math.max(0, nowMs - row.oldestSentMs),
      };
    },

    queues: (): string[] => names.all().map((row) => row.queue as string),

    purge: (queue: string): number => Number(removeAll.run(queue).changes),

    /** Makes the queues equal to those of the attached database `backup`; nothing stays leased, and no message id is used twice. */
    replaceMessages(): void {
      const columns = 'seq, queue, due_ms, sent_ms, attempt, leased, blocked, message_group, attributes, body';
      const restored = columns.replace('due_ms', 'CASE WHEN leased THEN sent_ms ELSE due_ms END');
      db.exec(`
        DELETE FROM main.messages;
        INSERT INTO main.messages (${columns}) SELECT ${restored.replace('attempt, leased', 'attempt, 0')} FROM backup.messages;
        DELETE FROM main.seen;
        INSERT INTO main.seen (queue, id, message_seq, until_ms) SELECT queue, id, message_seq, until_ms FROM backup.seen;
        UPDATE main.sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM backup.sqlite_sequence WHERE name = 'messages'), 0))
          WHERE name = 'messages';
        INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM backup.sqlite_sequence
          WHERE name = 'messages' AND NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = 'messages');
      `);
    },
  };
}
