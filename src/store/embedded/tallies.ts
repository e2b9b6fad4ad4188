import type { DatabaseSync } from 'node:sqlite';

/** How many messages a queue has at a moment, and how many of them are not due then: delayed, or leased. */
export interface Tally {
  atMs: number;
  total: number;
  delayed: number;
  leased: number;
}

/**
 * Counts of the queues that somebody asked about, kept as their messages change, so that a queue's statistics do not
 * look at all of its messages again and again. Kept in memory only: they are counted anew after a start, and after a
 * transaction that was undone.
 */
export function queueTallies(db: DatabaseSync) {
  const countAll = db.prepare(
    `SELECT count(*) AS total,
       count(*) FILTER (WHERE due_ms > :now AND leased = 0) AS delayed,
       count(*) FILTER (WHERE due_ms > :now AND leased = 1) AS leased
     FROM messages INDEXED BY messages_due WHERE queue = :queue`,
  );
  const countBetween = db.prepare(
    `SELECT count(*) FILTER (WHERE leased = 0) AS delayed, count(*) FILTER (WHERE leased = 1) AS leased
     FROM messages INDEXED BY messages_due
     WHERE queue = :queue AND blocked IN (0, 1) AND due_ms > :from AND due_ms <= :to`,
  );
  const tallies = new Map<string, Tally>();

  /** Counts out what fell due since, or, after the clock went back, in what is not due any more. */
  function bringTo(tally: Tally, queue: string, nowMs: number): void {
    if (tally.atMs === nowMs) return;
    const forward = nowMs > tally.atMs;
    const range = forward ? { from: tally.atMs, to: nowMs } : { from: nowMs, to: tally.atMs };
    const crossed = countBetween.get({ queue, ...range }) as { delayed: number; leased: number };
    tally.delayed -= forward ? crossed.delayed : -crossed.delayed;
    tally.leased -= forward ? crossed.leased : -crossed.leased;
    tally.atMs = nowMs;
  }

  return {
    /** For whoever is about to change messages, to be kept up with the change; undefined where nobody asked yet. */
    kept(queue: string, nowMs: number): Tally | undefined {
      const tally = tallies.get(queue);
      if (tally) bringTo(tally, queue, nowMs);
      return tally;
    },

    counted(queue: string, nowMs: number): Tally {
      const known = this.kept(queue, nowMs);
      if (known && known.total > 0) return known;
      const tally = { ...(countAll.get({ queue, now: nowMs }) as Omit<Tally, 'atMs'>), atMs: nowMs };
      if (tally.total > 0) tallies.set(queue, tally);
      else tallies.delete(queue);
      return tally;
    },

    forget(queue: string): void {
      tallies.delete(queue);
    },

    forgetAll(): void {
      tallies.clear();
    },
  };
}

export type QueueTallies = ReturnType<typeof queueTallies>;
