import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { pragma } from './database.ts';
import type { Names } from './journal-append.ts';
import { keyAt } from './journal-row.ts';

const TABLES = ['invocations', 'logs', 'events', 'spans'] as const;
type Table = (typeof TABLES)[number];

/** Rows and pages handled between two looks at what else there is to do: some ten milliseconds. */
const SLICE_ROWS = 2_000;
const SLICE_PAGES = 500;
/** Freed pages are used again for new rows; only where they are more than this share do they go back to the file system. */
const FREE_SHARE = 0.25;

export interface RetentionLimits {
  /** Rows of an earlier time go. */
  readonly keepFromMs: number;
  /** The oldest rows go while the others fill more than this. */
  readonly maxBytes: number;
}

/** Removes rows over the limits, a slice at a time, and returns how many there were. */
export async function retain(db: DatabaseSync, names: Names, limits: RetentionLimits): Promise<number> {
  const beforeKey = keyAt(limits.keepFromMs);
  let removed = 0;
  for (const table of TABLES) {
    for (let slice = -1; slice !== 0 && db.isOpen; removed += slice) {
      slice = removeOldest(db, table, beforeKey);
      await setImmediate();
    }
  }
  for (let slice = -1; slice !== 0 && db.isOpen && usedBytes(db) > limits.maxBytes; removed += slice) {
    slice = removeOldest(db, oldestTable(db), Number.MAX_SAFE_INTEGER);
    await setImmediate();
  }
  if (db.isOpen && removed > 0) forgetNames(db, names);
  await shrink(db);
  return removed;
}

/** Bytes in pages that hold something. */
function usedBytes(db: DatabaseSync): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}

function removeOldest(db: DatabaseSync, table: Table, beforeKey: number): number {
  db.exec('BEGIN IMMEDIATE');
  try {
    const sql = `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} WHERE key < ? ORDER BY key LIMIT ${SLICE_ROWS})`;
    const removed = Number(db.prepare(sql).run(beforeKey).changes);
    db.prepare('UPDATE counters SET value = value - ? WHERE name = ?').run(removed, table);
    db.exec('COMMIT');
    return removed;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function oldestTable(db: DatabaseSync): Table {
  const oldest = (table: Table): number => {
    const row = db.prepare(`SELECT min(key) AS key FROM ${table}`).get() as { key: number | null };
    return row.key ?? Number.MAX_SAFE_INTEGER;
  };
  return TABLES.reduce((best, table) => (oldest(table) < oldest(best) ? table : best));
}

/** Functions that no row names any more. */
function forgetNames(db: DatabaseSync, names: Names): void {
  db.exec(`
    DELETE FROM names WHERE NOT EXISTS (SELECT 1 FROM invocations WHERE function = names.id)
      AND NOT EXISTS (SELECT 1 FROM invocations WHERE caller = names.id)
      AND NOT EXISTS (SELECT 1 FROM logs WHERE function = names.id)
      AND NOT EXISTS (SELECT 1 FROM events WHERE function = names.id)
  `);
  names.forget();
}

async function shrink(db: DatabaseSync): Promise<void> {
  if (!db.isOpen || pragma(db, 'freelist_count') < FREE_SHARE * pragma(db, 'page_count')) return;
  while (db.isOpen && pragma(db, 'freelist_count') > 0) {
    const before = pragma(db, 'freelist_count');
    db.exec(`PRAGMA incremental_vacuum(${SLICE_PAGES})`);
    if (pragma(db, 'freelist_count') >= before) return;
    await setImmediate();
  }
}
