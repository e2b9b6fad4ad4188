import type { DatabaseSync } from 'node:sqlite';
import type { SendResult } from '../queue.ts';
import { sweeper } from './sweep.ts';
import type { QueueTallies } from './tallies.ts';

/** A message on its way into the database; all times are absolute. */
export interface MessageRow {
  readonly id: string | null;
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

interface SeenRow {
  readonly seq: number;
  readonly messageId: string | null;
}

interface RemovedRow {
  readonly group: string | null;
  readonly leased: number;
  readonly dueAtMs: number;
}

export type MessageOperations = ReturnType<typeof messageOperations>;

/** Expired de-duplication ids that go with one send. */
const SWEPT_IDS = 1_000;
/** Messages that one step of a purge removes. */
const PURGED_ROWS = 2_000;
/** A delivery ends where its bodies are larger than this together. */
const DELIVERY_BYTES = 16 * 1024 * 1024;

/** The queue's operations that change messages, within the caller's transaction; each checks before it writes. */
export function messageOperations(db: DatabaseSync, tallies: QueueTallies) {
  const insert = db.prepare(
    'INSERT INTO messages (queue, due_ms, sent_ms, blocked, message_group, attributes, body, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const selectSeen = db.prepare(
    'SELECT message_seq AS seq, message_id AS messageId FROM seen WHERE queue = ? AND id = ? AND until_ms > ?',
  );
  const insertSeen = db.prepare(
    'INSERT OR REPLACE INTO seen (queue, id, message_seq, message_id, until_ms) VALUES (?, ?, ?, ?, ?)',
  );
  const sweepSeen = sweeper(
    db,
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
  const selectCurrent = db.prepare(`SELECT 1 FROM messages WHERE ${current}`);
  const endLease = db.prepare(`UPDATE messages SET leased = 0, due_ms = ? WHERE ${current}`);
  const undoLease = db.prepare(`UPDATE messages SET leased = 0, attempt = attempt - 1, due_ms = ? WHERE ${current}`);
  const prolong = db.prepare(`UPDATE messages SET due_ms = ? WHERE ${current}`);
  const unblock = db.prepare('UPDATE messages SET blocked = 0 WHERE seq = ?');
  const removed = 'RETURNING message_group AS "group", leased, due_ms AS dueAtMs';
  const removeLeased = db.prepare(`DELETE FROM messages WHERE ${current} ${removed}`);
  const removeOne = db.prepare(`DELETE FROM messages WHERE queue = ? AND seq = ? ${removed}`);
  const removeFirst = db.prepare(
    `DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE queue = ? AND seq <= ? ORDER BY seq LIMIT ?) ${removed}`,
  );
  const selectLast = db.prepare('SELECT max(seq) AS seq FROM messages WHERE queue = ?');
  const bringForward = db.prepare(
    'UPDATE messages SET due_ms = min(due_ms, :now) WHERE queue = :queue AND seq = :seq AND NOT (leased = 1 AND due_ms > :now)',
  );
  const selectDelayed = db.prepare('SELECT 1 FROM messages WHERE queue = ? AND seq = ? AND leased = 0 AND due_ms > ?');

  const headOf = (queue: string, group: string) => (headOfGroup.get(queue, group) as { seq: number | null }).seq;

  /** The first message that a group has now is no longer behind another. */
  function unblockHead(queue: string, group: string | null): void {
    const head = group === null ? null : headOf(queue, group);
    if (head !== null) unblock.run(head);
  }

  function sendOne(queue: string, message: MessageRow, nowMs: number): SendResult {
    if (message.deduplicationId !== null) {
      const earlier = selectSeen.get(queue, message.deduplicationId, nowMs) as SeenRow | undefined;
      if (earlier) return sendResult(earlier.seq, earlier.messageId, true);
    }
    const blocked = message.group !== null && headOf(queue, message.group) !== null ? 1 : 0;
    const { id, group, attributes, body } = message;
    const seq = Number(insert.run(queue, message.dueAtMs, nowMs, blocked, group, attributes, body, id).lastInsertRowid);
    if (message.deduplicationId !== null) insertSeen.run(queue, message.deduplicationId, seq, id, message.seenUntilMs);
    return sendResult(seq, id, false);
  }

  /** The messages that are due, as many as fit. */
  function selectDelivery(queue: string, max: number, nowMs: number): DeliveredRow[] {
    const rows: DeliveredRow[] = [];
    let bytes = 0;
    for (const found of selectDue.iterate(queue, nowMs, max)) {
      const row = found as unknown as DeliveredRow;
      bytes += row.body.byteLength;
      if (rows.length > 0 && bytes > DELIVERY_BYTES) break;
      rows.push(row);
    }
    return rows;
  }

  return {
    send(queue: string, messages: readonly MessageRow[], nowMs: number): SendResult[] {
      const tally = tallies.kept(queue, nowMs);
      sweepSeen(nowMs, Math.max(SWEPT_IDS, messages.length));
      return messages.map((message) => {
        const sent = sendOne(queue, message, nowMs);
        if (tally && !sent.duplicate) {
          tally.total++;
          if (message.dueAtMs > nowMs) tally.delayed++;
        }
        return sent;
      });
    },

    receive(queue: string, max: number, leaseUntilMs: number, nowMs: number): Delivery {
      const tally = tallies.kept(queue, nowMs);
      const messages = selectDelivery(queue, max, nowMs);
      for (const message of messages) lease.run(leaseUntilMs, message.seq);
      if (tally && leaseUntilMs > nowMs) tally.leased += messages.length;
      if (messages.length > 0) return { messages, nextDueMs: undefined };
      return { messages, nextDueMs: (nextDue.get(queue) as { dueMs: number | null }).dueMs ?? undefined };
    },

    isCurrent: ({ queue, seq, attempt }: LeaseRow, nowMs: number): boolean =>
      selectCurrent.get(queue, seq, attempt, nowMs) !== undefined,

    acknowledge({ queue, seq, attempt }: LeaseRow, nowMs: number): boolean {
      const tally = tallies.kept(queue, nowMs);
      const gone = removeLeased.get(queue, seq, attempt, nowMs) as RemovedRow | undefined;
      if (!gone) return false;
      if (tally) {
        tally.total--;
        tally.leased--;
      }
      unblockHead(queue, gone.group);
      return true;
    },

    retry({ queue, seq, attempt }: LeaseRow, dueAtMs: number, nowMs: number): boolean {
      const tally = tallies.kept(queue, nowMs);
      if (endLease.run(dueAtMs, queue, seq, attempt, nowMs).changes === 0) return false;
      if (tally) {
        tally.leased--;
        if (dueAtMs > nowMs) tally.delayed++;
      }
      return true;
    },

    /** Takes back deliveries that nobody got to see. */
    release(leases: readonly LeaseRow[], nowMs: number): void {
      for (const { queue, seq, attempt } of leases) {
        const tally = tallies.kept(queue, nowMs);
        const { changes } = undoLease.run(nowMs, queue, seq, attempt, nowMs);
        if (tally) tally.leased -= Number(changes);
      }
    },

    extend({ queue, seq, attempt }: LeaseRow, untilMs: number, nowMs: number): boolean {
      const tally = tallies.kept(queue, nowMs);
      if (prolong.run(untilMs, queue, seq, attempt, nowMs).changes === 0) return false;
      if (tally && untilMs <= nowMs) tally.leased--;
      return true;
    },

    removeMessage(queue: string, seq: number, nowMs: number): boolean {
      const tally = tallies.kept(queue, nowMs);
      const gone = removeOne.get(queue, seq) as RemovedRow | undefined;
      if (!gone) return false;
      if (tally) {
        tally.total--;
        if (gone.dueAtMs > nowMs) gone.leased === 1 ? tally.leased-- : tally.delayed--;
      }
      unblockHead(queue, gone.group);
      return true;
    },

    hasten(queue: string, seq: number, nowMs: number): boolean {
      const tally = tallies.kept(queue, nowMs);
      const wasDelayed = selectDelayed.get(queue, seq, nowMs) !== undefined;
      if (tally && wasDelayed) tally.delayed--;
      return bringForward.run({ queue, seq, now: nowMs }).changes > 0;
    },

    lastSeq: (queue: string): number | undefined => (selectLast.get(queue) as { seq: number | null }).seq ?? undefined,

    /** Removes the oldest messages up to one, some at a time; returns how many, 0 where none is left. */
    purgeSome(queue: string, lastSeq: number): number {
      tallies.forget(queue);
      const gone = removeFirst.all(queue, lastSeq, PURGED_ROWS) as unknown as RemovedRow[];
      for (const group of new Set(gone.map((row) => row.group))) unblockHead(queue, group);
      return gone.length;
    },

    /** Makes the queues equal to those of the attached database `backup`; nothing stays leased, and no message id is used twice. */
    replaceMessages(): void {
      tallies.forgetAll();
      const columns = 'seq, queue, due_ms, sent_ms, attempt, leased, blocked, message_group, attributes, body, id';
      const restored = columns.replace('due_ms', 'CASE WHEN leased THEN sent_ms ELSE due_ms END');
      db.exec(`
        DELETE FROM main.messages;
        INSERT INTO main.messages (${columns}) SELECT ${restored.replace('attempt, leased', 'attempt, 0')} FROM backup.messages;
        DELETE FROM main.seen;
        INSERT INTO main.seen (queue, id, message_seq, message_id, until_ms)
          SELECT queue, id, message_seq, message_id, until_ms FROM backup.seen;
        UPDATE main.sqlite_sequence SET seq = max(seq, coalesce((SELECT seq FROM backup.sqlite_sequence WHERE name = 'messages'), 0))
          WHERE name = 'messages';
        INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM backup.sqlite_sequence
          WHERE name = 'messages' AND NOT EXISTS (SELECT 1 FROM main.sqlite_sequence WHERE name = 'messages');
      `);
    },
  };
}

function sendResult(seq: number, id: string | null, duplicate: boolean): SendResult {
  return { messageId: String(seq), duplicate, ...(id !== null && { id }) };
}
