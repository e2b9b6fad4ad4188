import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, Problem } from '../../model/problem.ts';
import { makeFolder } from './make-folder.ts';
import { isDiskFull } from './storage-problem.ts';

const SQLITE_BUSY = 5;

/** Where everything of a data folder is. */
export interface DataFolder {
  readonly path: string;
  readonly state: string;
  readonly journal: string;
  readonly series: string;
  readonly audit: string;
  readonly recordings: string;
  readonly blobs: string;
  /** What secrets are sealed with. */
  readonly vaultKeys: string;
  /** For what is being made; emptied at every start. */
  readonly temporary: string;
  /** Gives the folder up. */
  release(): void;
}

/**
 * Makes a data folder where there is none and claims it for this process, until `release` or the process's death, however it dies.
 * Throws `data_folder_locked` where another process has it, `data_folder_unusable` where it cannot be written.
 */
export function claimDataFolder(path: string): DataFolder {
  try {
    makePassable(path);
    const release = lock(path);
    const folder = {
      path,
      state: join(path, 'fob.db'),
      journal: join(path, 'journal.db'),
      series: join(path, 'metrics.db'),
      audit: join(path, 'audit.db'),
      recordings: join(path, 'recordings.db'),
      blobs: join(path, 'blobs'),
      vaultKeys: join(path, 'secret.key'),
      temporary: join(path, 'tmp'),
      release,
    };
    try {
      rmSync(folder.temporary, { recursive: true, force: true });
      for (const private_ of [folder.temporary, folder.blobs]) {
        mkdirSync(private_, { recursive: true, mode: 0o700 });
        chmodSync(private_, 0o700);
      }
    } catch (error) {
      release();
      throw error;
    }
    return folder;
  } catch (error) {
    throw unusable(path, error);
  }
}

/**
 * The user that functions run as passes through the folder, to code that is shown to it; what the store keeps in there is
 * closed to others by itself. A folder that was there before may be anybody's: nothing is taken from its mode.
 */
function makePassable(path: string): void {
  if (makeFolder(path, 0o711)) {
    chmodSync(path, 0o711);
    return;
  }
  const mode = statSync(path).mode & 0o7777;
  if ((mode & 0o111) !== 0o111) chmodSync(path, mode | 0o111);
}

/**
 * An exclusive transaction on a database of its own: the kernel ends it with the process. The file must not be opened in
 * any other way by this process: closing such a descriptor would end the lock.
 */
function lock(path: string): () => void {
  const file = join(path, 'lock.db');
  const pidFile = join(path, 'lock.pid');
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    db.close();
    if (((error as { errcode?: number }).errcode ?? 0) === SQLITE_BUSY) throw locked(path, pidFile, error);
    throw error;
  }
  return () => {
    rmSync(pidFile, { force: true });
    db.close();
  };
}

function locked(path: string, pidFile: string, cause: unknown): Problem {
  const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : Number.NaN;
  const owner = Number.isNaN(pid) ? 'another process' : `process ${pid}`;
  return new Problem(
    'data_folder_locked',
    `the data folder '${path}' is in use by ${owner}; stop it, or choose another folder with --data`,
    { cause, details: { folder: path, ...(Number.isNaN(pid) ? {} : { pid }) } },
  );
}

function unusable(path: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) {
    return new Problem('storage_full', `the disk that holds '${path}' is full; free space and start again`, {
      cause: error,
    });
  }
  return new Problem(
    'data_folder_unusable',
    `the data folder '${path}' cannot be made or written (${messageOf(error)}); check its owner and mode, or choose another folder with --data`,
    { cause: error },
  );
}
