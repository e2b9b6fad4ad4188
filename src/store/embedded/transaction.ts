import type { DatabaseSync } from 'node:sqlite';

/** Does work whole or not at all. Throws what the work throws; `undone` is called first, to forget what was known of it in memory. */
export function inTransaction<T>(db: DatabaseSync, work: () => T, undone?: () => void): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has ended it already.
    if (db.isTransaction) db.exec('ROLLBACK');
    undone?.();
    throw error;
  }
}
