import type { DatabaseSync } from 'node:sqlite';

/** What is past its time goes at most so often; while there is more than went at once, with every call. */
const INTERVAL_MS = 10_000;

/**
 * Removes rows whose time is over, a bounded number at a time, from within writes: those who add rows remove old ones.
 * `sql` deletes up to `limit` (its second parameter) rows that were over at its first.
 */
export function sweeper(db: DatabaseSync, sql: string): (nowMs: number, limit: number) => void {
  const remove = db.prepare(sql);
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  return (nowMs, limit) => {
    if (Math.abs(nowMs - sweptAtMs) < INTERVAL_MS) return;
    const wasAll = Number(remove.run(nowMs, limit).changes) < limit;
    sweptAtMs = wasAll ? nowMs : Number.NEGATIVE_INFINITY;
  };
}
