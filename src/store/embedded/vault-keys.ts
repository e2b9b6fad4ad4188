import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, Problem } from '../../model/problem.ts';

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

/** Makes the file, or reads that of whoever was faster. */
function make(path: string): string {
  const id = randomBytes(ID_BYTES).toString('hex');
  const aside = `${path}.${process.pid}-${id}`;
  const descriptor = openSync(aside, 'wx', 0o600);
  try {
    writeFileSync(descriptor, `${id} ${randomBytes(SECRET_BYTES).toString('base64url')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
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
