import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Problem } from '../../model/problem.ts';
import { packFolder } from './pack-folder.ts';

/** Code as it is uploaded. */
export interface Code {
  readonly content: Buffer;
  readonly fileName: string;
  readonly files: number;
  readonly isFolder: boolean;
  /** What a folder's ignore file, or the rules for all, left out. */
  readonly ignored: readonly string[];
}

/** Reads a source file, an archive, or a folder. Throws `not_found`, or `invalid_function` for a folder that cannot be uploaded. */
export async function readCode(path: string): Promise<Code> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new Problem('not_found', `there is no file or folder ${path}`, { cause });
  });
  if (!info.isDirectory()) {
    const content = await readFile(path);
    return { content, fileName: basename(path), files: 1, isFolder: false, ignored: [] };
  }
  const { archive, files, ignored } = await packFolder(path);
  return { content: archive, fileName: `${basename(resolve(path))}.tar.gz`, files, isFolder: true, ignored };
}

/** What stands for code as it was uploaded: the node knows it by this, too. */
export function digestOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
