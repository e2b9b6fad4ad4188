import { Problem } from '../../model/problem.ts';

const SQLITE_FULL = 13;
/** The shared-memory file of a database could not grow: a full disk by another name. */
const SQLITE_IOERR_SHMSIZE = 4874;
const DAMAGE = new Set([11 /* SQLITE_CORRUPT */, 26 /* SQLITE_NOTADB */]);

interface StorageError {
  readonly code?: string;
  readonly errcode?: number;
}

/** Whether a file's or a database's error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, errcode = 0 } = (error ?? {}) as StorageError;
  return (errcode & 0xff) === SQLITE_FULL || errcode === SQLITE_IOERR_SHMSIZE || code === 'ENOSPC' || code === 'EDQUOT';
}

/** Whether a database's error says that its file is damaged. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.has(((error as StorageError | undefined)?.errcode ?? 0) & 0xff);
}

/** What the failure of a file or database means to a caller. A `Problem` passes through. */
export function storageProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) {
    return new Problem(
      'storage_full',
      'the disk of the data folder is full; nothing was stored: free space and try again',
      {
        cause: error,
      },
    );
  }
  if (isDamage(error)) {
    return new Problem(
      'internal',
      'a database of the data folder is damaged; restore a backup into a new data folder',
      {
        cause: error,
      },
    );
  }
  return new Problem('internal', 'the data folder could not be read or written; the log of the node has the cause', {
    cause: error,
  });
}
