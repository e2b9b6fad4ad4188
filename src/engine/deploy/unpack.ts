import { mkdir, open, realpath, symlink } from 'node:fs/promises';
import { isAbsolute, join, posix, sep } from 'node:path';
import { Problem } from '../../model/problem.ts';
import type { ArchiveEntry } from '../archive/archive-entry.ts';
import { quotePath, safeFilePath, safePath } from '../archive/safe-path.ts';

/** Bounds of a tree of code, before and after its build. */
export interface TreeLimits {
  /** Bytes of all files together. */
  readonly maxBytes: number;
  /** Files, folders and links together. */
  readonly maxEntries: number;
}

/** What macOS adds to archives beside the files themselves. */
const MACOS_FOLDER = '__MACOSX';

/**
 * Writes an archive's entries below an empty folder, and nothing anywhere else. Bytes are counted as they come out of the
 * archive, never as it claims them. Throws `invalid_function` on entries that are not allowed, `too_large` past a limit;
 * the folder then holds some of them and is of no use.
 */
export async function unpack(
  entries: AsyncIterable<ArchiveEntry>,
  folder: string,
  limits: TreeLimits,
  signal?: AbortSignal,
): Promise<void> {
  const folders = new Set<string>(['']);
  const links: { path: string; target: string }[] = [];
  let entryCount = 0;
  let bytes = 0;

  const countEntry = () => {
    if (++entryCount > limits.maxEntries) throw tooMany(limits);
  };
  const makeFolder = async (path: string): Promise<void> => {
    if (path === '.' || folders.has(path)) return;
    await makeFolder(posix.dirname(path));
    countEntry();
    await mkdir(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? twice(path) : error;
    });
    folders.add(path);
  };
  const counted = async function* (content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of content) {
      signal?.throwIfAborted();
      bytes += part.length;
      if (bytes > limits.maxBytes) {
        throw new Problem('too_large', `the code unpacks to more than ${limits.maxBytes} bytes`);
      }
      yield part;
    }
  };

  for await (const entry of entries) {
    signal?.throwIfAborted();
    const path = entry.kind === 'folder' ? safePath(entry.path) : safeFilePath(entry.path);
    if (path === '' || path === MACOS_FOLDER || path.startsWith(`${MACOS_FOLDER}/`)) continue;
    if (entry.kind === 'folder') {
      await makeFolder(path);
      continue;
    }
    countEntry();
    await makeFolder(posix.dirname(path));
    if (entry.kind === 'file') await writeNew(join(folder, path), path, entry.executable, counted(entry.content()));
    else if (entry.kind === 'link') links.push({ path, target: entry.target });
    else {
      throw new Problem(
        'invalid_function',
        `the code holds ${quotePath(path)}, a ${entry.kindName}; only files, folders and symbolic links are allowed`,
      );
    }
  }
  await makeLinks(folder, links);
}

async function writeNew(
  file: string,
  path: string,
  executable: boolean,
  content: AsyncIterable<Buffer>,
): Promise<void> {
  // Creating exclusively is also what finds a name given twice, on any file system's idea of equal names.
  const handle = await open(file, 'wx', executable ? 0o755 : 0o644).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? twice(path) : error;
  });
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}

/**
 * Links are made when everything else is written, in folders that exist already, so that nothing is ever written through
 * one. A link through another one may lead elsewhere than its text says: where it really leads is checked at the end.
 */
async function makeLinks(folder: string, links: readonly { path: string; target: string }[]): Promise<void> {
  for (const { path, target } of links) {
    if (isAbsolute(target) || target.includes('\0') || target === '') throw outside(path);
    await symlink(target, join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? twice(path) : error;
    });
  }
  for (const { path } of links) await checkLink(folder, path);
}

/** Throws `invalid_function` unless the link at `path` leads to something within `folder`. */
export async function checkLink(folder: string, path: string): Promise<void> {
  const root = await realpath(folder);
  const leadsTo = await realpath(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ELOOP' && error.code !== 'ENOTDIR') throw error;
    throw new Problem('invalid_function', `the code holds a symbolic link ${quotePath(path)} that leads to nothing`);
  });
  if (leadsTo !== root && !leadsTo.startsWith(root + sep)) throw outside(path);
}

export function tooMany({ maxEntries }: TreeLimits): Problem {
  return new Problem('too_large', `the code holds more than ${maxEntries} files and folders`);
}

/** As an error of whoever gives one path more than once. */
export function twice(path: string): Problem {
  return new Problem('invalid_function', `the code holds ${quotePath(path)} twice`, { details: { path } });
}

function outside(path: string): Problem {
  return new Problem(
    'invalid_function',
    `the code holds a symbolic link ${quotePath(path)} that leads out of the code folder; only relative links within it are allowed`,
    { details: { path } },
  );
}
