import { closeSync, existsSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, Problem } from '../../model/problem.ts';
import { isDamage, isDiskFull } from './storage-problem.ts';
import { inTransaction } from './transaction.ts';

/** A backup's connection may hold a lock for a moment. */
const BUSY_TIMEOUT_MS = 2_000;

/** Step n brings a database from schema version n to n + 1. Released steps never change; a new schema appends one. */
export type Migrations = readonly string[];

export interface DatabaseOptions {
  readonly migrations: Migrations;
  /** `FULL`: each commit is on disk. `NORMAL`: a power failure may lose the last commits, never consistency. */
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly pageBytes: number;
  readonly cacheKb: number;
  /** Pages of the write-ahead log after which it is copied into the database. */
  readonly checkpointPages: number;
  /** Keep what is needed to give freed pages back to the file system. */
  readonly canShrink?: boolean;
  /** Verify the whole file first, up to this size. */
  readonly checkUpToBytes?: number;
}

/** Opens or makes a database, up to date; rejects what is damaged or newer with `data_folder_unusable`. */
export function openDatabase(path: string, options: DatabaseOptions): DatabaseSync {
  try {
    if (!existsSync(path)) closeSync(openSync(path, 'ax', 0o600));
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      configure(db, options);
      checkWhole(db, options.checkUpToBytes ?? 0);
      migrate(db, path, options.migrations);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  } catch (error) {
    throw unusable(path, error);
  }
}

function configure(db: DatabaseSync, options: DatabaseOptions): void {
  db.exec(`
    PRAGMA page_size = ${options.pageBytes};
    PRAGMA auto_vacuum = ${options.canShrink ? 'INCREMENTAL' : 'NONE'};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${options.synchronous};
    PRAGMA cache_size = -${options.cacheKb};
    PRAGMA wal_autocheckpoint = ${options.checkpointPages};
    PRAGMA journal_size_limit = ${4 * options.checkpointPages * options.pageBytes};
    PRAGMA trusted_schema = OFF;
  `);
}

function checkWhole(db: DatabaseSync, maxBytes: number): void {
  if (fileBytes(db) > maxBytes) return;
  const row = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (row.quick_check !== 'ok') throw Object.assign(new Error(row.quick_check), { errcode: 11 });
}

/** Brings the schema up to date, each step whole or not at all. */
export function migrate(db: DatabaseSync, path: string, migrations: Migrations): void {
  const version = pragma(db, 'user_version');
  if (version > migrations.length) {
    throw new Problem(
      'data_folder_unusable',
      `'${path}' was written by a newer version of fob (schema ${version}, this one knows ${migrations.length}); start that version, or choose another data folder`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    inTransaction(db, () => {
      db.exec(step);
      db.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** The value of a pragma that is one number. */
export function pragma(db: DatabaseSync, name: string): number {
  return Object.values(db.prepare(`PRAGMA ${name}`).get() ?? { none: 0 })[0] as number;
}

/** How large the file is, what is freed in it included. */
export function fileBytes(db: DatabaseSync): number {
  return pragma(db, 'page_count') * pragma(db, 'page_size');
}

function unusable(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const file = basename(path);
  if (isDiskFull(error)) {
    return new Problem('storage_full', `the disk that holds '${path}' is full; free space and start again`, {
      cause: error,
    });
  }
  if (isDamage(error)) {
    return new Problem(
      'data_folder_unusable',
      `'${path}' is damaged or no database; move the data folder away and restore a backup, or move ${file} away to start without what it held`,
      { cause: error },
    );
  }
  return new Problem(
    'data_folder_unusable',
    `'${path}' cannot be opened for writing (${messageOf(error)}); check its owner, its mode and that its file system is writable`,
    { cause: error },
  );
}
