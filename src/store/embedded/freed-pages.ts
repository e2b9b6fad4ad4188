import type { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { pragma } from './database.ts';

/** Pages given back between two looks at what else there is to do: some ten milliseconds. */
const SLICE_PAGES = 500;
/** Freed pages are used again; only where they are more than this share do they go back to the file system. */
const FREE_SHARE = 0.25;

/** Bytes in pages that hold something. */
export function usedBytes(db: DatabaseSync): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}

/** Gives freed pages back to the file system where they are many, a slice at a time. */
export async function shrink(db: DatabaseSync): Promise<void> {
  if (!db.isOpen || pragma(db, 'freelist_count') < FREE_SHARE * pragma(db, 'page_count')) return;
  while (db.isOpen && pragma(db, 'freelist_count') > 0) {
    const before = pragma(db, 'freelist_count');
    db.exec(`PRAGMA incremental_vacuum(${SLICE_PAGES})`);
    if (pragma(db, 'freelist_count') >= before) return;
    await setImmediate();
  }
}
