import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf, Problem } from '../../model/problem.ts';
import { isDiskFull } from './storage-problem.ts';

export interface VaultKey {
  readonly id: string;
  readonly secret: Buffer;
}

const SECRET_BYTES = 32;
const ID_BYTES = 4;
const LINE = /^([0-9a-f]{8}) ([A-Za-z0-9_-]{43})$/;

/**
 * The keys of a file, newest last: one a line, an id and 256 random bits. Makes the file with one key where it is missing,
 * wholly on disk before it has its name; of several processes that do so, one wins. Nobody but its owner may read it.
 */
export function readOrMakeKeys(path: string): VaultKey[] {
  try {
    const text = readIfThere(path) ?? make(path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return parse(text, path);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(
      'data_folder_unusable',
      `'${path}' cannot be made or read (${messageOf(error)}); check its owner and mode`,
      { cause: error },
    );
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A key whose id none of the others has. */
export function newKey(others: readonly VaultKey[] = []): VaultKey {
  for (;;) {
    const id = randomBytes(ID_BYTES).toString('hex');
    if (others.every((other) => other.id !== id)) return { id, secret: randomBytes(SECRET_BYTES) };
  }
}

/** Replaces the keys of a file, at once: whenever the machine fails, either those before or these are there. */
export function writeKeys(path: string, keys: readonly VaultKey[]): void {
  try {
    const aside = writeAside(path, keys);
    renameSync(aside, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw isDiskFull(error)
      ? new Problem('storage_full', `the disk that holds '${path}' is full: free some space and try again`, {
          cause: error,
        })
      : new Problem('internal', `'${path}' could not be written`, { cause: error });
  }
}

/** Makes the file, or reads that of whoever was faster. */
function make(path: string): string {
  const aside = writeAside(path, [newKey()]);
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(dirname(path));
  return readFileSync(path, 'utf8');
}

/** Removes what writers left that were killed before their file had its name; the caller owns the folder. */
export function removeUnfinishedKeys(path: string): void {
  const folder = dirname(path);
  const beginning = `${basename(path)}.`;
  for (const name of readdirSync(folder)) if (name.startsWith(beginning)) rmSync(join(folder, name), { force: true });
}

/** A file beside it that is wholly on disk. */
function writeAside(path: string, keys: readonly VaultKey[]): string {
  const aside = `${path}.${process.pid}-${randomBytes(ID_BYTES).toString('hex')}`;
  const descriptor = openSync(aside, 'wx', 0o600);
  try {
    writeFileSync(descriptor, keys.map(({ id, secret }) => `${id} ${secret.toString('base64url')}\n`).join(''));
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  return aside;
}

function syncFolder(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parse(text: string, path: string): VaultKey[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map((line) => {
    const [, id, secret] = LINE.exec(line.trim()) ?? [];
    return { id: id ?? '', secret: Buffer.from(secret ?? '', 'base64url') };
  });
  if (keys.length === 0 || keys.some((key) => key.secret.length !== SECRET_BYTES)) {
    throw new Problem(
      'data_folder_unusable',
      `'${path}' is damaged; put back the copy that was kept of it, or move it away to start without the secrets that it opens`,
    );
  }
  return keys;
}
