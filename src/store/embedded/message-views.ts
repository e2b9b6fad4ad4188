import type { DatabaseSync } from 'node:sqlite';
import type { QueueStats, StoredMessage } from '../queue.ts';
import type { QueueTallies } from './tallies.ts';

/** A message as it is kept; `attributes` is JSON text. */
export interface StoredRow {
  readonly seq: number;
  readonly body: Uint8Array;
  readonly attributes: string | null;
  readonly group: string | null;
  readonly state: StoredMessage['state'];
  readonly attempts: number;
  readonly sentAtMs: number;
  readonly dueAtMs: number;
}

export type MessageViews = ReturnType<typeof messageViews>;

/** How many of the messages sent first are looked at for the oldest that is due. */
const OLDEST_LOOKED_AT = 1_000;
/** A page of a listing ends where its bodies are larger than this together. */
const PAGE_BYTES = 8 * 1024 * 1024;

/** The queue's operations that only look. */
export function messageViews(db: DatabaseSync, tallies: QueueTallies) {
  const columns = `seq, body, attributes, message_group AS "group", attempt AS attempts, sent_ms AS sentAtMs, due_ms AS dueAtMs,
    CASE WHEN due_ms <= :now THEN 'ready' WHEN leased = 1 THEN 'leased' ELSE 'delayed' END AS state`;
  const selectOne = db.prepare(`SELECT ${columns} FROM messages WHERE queue = :queue AND seq = :seq`);
  const selectPlace = db.prepare('SELECT queue, seq FROM messages WHERE id = ?');
  const selectFrom = db.prepare(
    `SELECT ${columns} FROM messages INDEXED BY messages_queue WHERE queue = :queue AND seq > :after ORDER BY seq`,
  );
  const oldestSent = db.prepare(
    `SELECT sent_ms AS ms FROM
       (SELECT sent_ms, due_ms FROM messages INDEXED BY messages_queue WHERE queue = ? ORDER BY seq LIMIT ${OLDEST_LOOKED_AT})
     WHERE due_ms <= ? LIMIT 1`,
  );
  const longestDue = db.prepare(
    `SELECT sent_ms AS ms FROM messages INDEXED BY messages_due
     WHERE queue = :queue AND blocked = :blocked AND due_ms <= :now ORDER BY due_ms, seq LIMIT 1`,
  );
  const nextDue = db.prepare(
    `SELECT min(due_ms) AS ms FROM messages INDEXED BY messages_due WHERE queue = :queue AND blocked = :blocked AND due_ms > :now`,
  );
  // One step along the index for each queue, not for each message.
  const names = db.prepare(`
    WITH RECURSIVE names (name) AS (
      SELECT min(queue) FROM messages
      UNION ALL SELECT (SELECT min(queue) FROM messages WHERE queue > name) FROM names WHERE name IS NOT NULL
    ) SELECT name FROM names WHERE name IS NOT NULL`);

  const msOf = (row: unknown): number | undefined => (row as { ms: number } | undefined)?.ms;

  /** When the oldest message that is due was sent; of a queue that has one. */
  function oldestSentMs(queue: string, now: number): number {
    const oldest = msOf(oldestSent.get(queue, now));
    if (oldest !== undefined) return oldest;
    const heads = [0, 1].map((blocked) => msOf(longestDue.get({ queue, blocked, now })) ?? now);
    return Math.min(...heads);
  }

  /** When the next message comes due; of a queue that has one which is not. */
  function nextDueMs(queue: string, now: number): number {
    const heads = [0, 1].map((blocked) => (nextDue.get({ queue, blocked, now }) as { ms: number | null }).ms);
    return Math.min(...heads.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  }

  return {
    findMessage: (queue: string, seq: number, now: number): StoredRow | undefined =>
      selectOne.get({ queue, seq, now }) as StoredRow | undefined,

    locateMessage: (id: string): { queue: string; seq: number } | undefined =>
      selectPlace.get(id) as { queue: string; seq: number } | undefined,

    /** Messages sent after one, and whether there are more. */
    listMessages(queue: string, after: number, limit: number, now: number): { rows: StoredRow[]; more: boolean } {
      const rows: StoredRow[] = [];
      let bytes = 0;
      for (const found of selectFrom.iterate({ queue, after, now })) {
        const row = found as unknown as StoredRow;
        bytes += row.body.byteLength;
        if (rows.length === limit || (rows.length > 0 && bytes > PAGE_BYTES)) return { rows, more: true };
        rows.push(row);
      }
      return { rows, more: false };
    },

    stats(queue: string, nowMs: number): QueueStats {
      const { total, delayed, leased } = tallies.counted(queue, nowMs);
      const ready = total - delayed - leased;
      const oldestAgeMs = ready === 0 ? 0 : Math.max(0, nowMs - oldestSentMs(queue, nowMs));
      if (delayed + leased === 0) return { ready, delayed, leased, oldestAgeMs };
      return { ready, delayed, leased, oldestAgeMs, nextDueInMs: nextDueMs(queue, nowMs) - nowMs };
    },

    queues: (): string[] => names.all().map((row) => row.name as string),
  };
}
