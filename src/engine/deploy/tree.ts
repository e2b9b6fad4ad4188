import { chmod, lchown, lstat, lutimes, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../model/problem.ts';
import type { CodeFolder } from '../../runtime/runtime.ts';
import { quotePath, safePath } from '../archive/safe-path.ts';
import { checkLink, type TreeLimits } from './unpack.ts';

/** One file or link of a sealed tree. */
export interface TreeEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link';
  readonly executable: boolean;
  /** A file's size. */
  readonly bytes: number;
  /** Where a link leads, as its text has it. */
  readonly target: string;
}

/** A tree of code, in path order. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  readonly fileCount: number;
  readonly treeBytes: number;
}

/** The one modification time of all code, so that equal trees have equal digests; old enough for every tool, and not before 1980. */
export const TREE_TIME = new Date('2000-01-01T00:00:00Z');

const MAX_READ_BYTES = 8_388_608;

/**
 * Makes a tree what sandboxes may share: files read-only (0444 or 0555), folders 0755, owned by this user, one time
 * everywhere, no links that lead out, nothing but files, folders and links. Nothing else may be writing to it.
 * Throws `invalid_function` or `too_large` where it is not fit.
 */
export async function sealTree(folder: string, limits: TreeLimits): Promise<Tree> {
  const entries: TreeEntry[] = [];
  let treeBytes = 0;
  const visit = async (parent: string): Promise<void> => {
    // A build may have left folders that even their owner cannot read.
    await chmod(join(folder, parent), 0o755);
    for (const name of await readdir(join(folder, parent))) {
      const entry = await sealEntry(folder, safePath(parent === '' ? name : `${parent}/${name}`));
      entries.push(entry);
      treeBytes += entry.bytes;
      if (entries.length > limits.maxEntries) {
        throw new Problem('too_large', `the code holds more than ${limits.maxEntries} files and folders`);
      }
      if (treeBytes > limits.maxBytes) {
        throw new Problem('too_large', `the unpacked and built code is larger than ${limits.maxBytes} bytes`);
      }
      if (entry.kind === 'folder') await visit(entry.path);
    }
    await lutimes(join(folder, parent), TREE_TIME, TREE_TIME);
  };
  await visit('');
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { entries, fileCount: entries.filter((entry) => entry.kind !== 'folder').length, treeBytes };
}

async function sealEntry(folder: string, path: string): Promise<TreeEntry> {
  const file = join(folder, path);
  const stat = await lstat(file);
  if (process.getuid?.() === 0 && (stat.uid !== 0 || stat.gid !== 0)) await lchown(file, 0, 0);
  if (stat.isDirectory()) return { path, kind: 'folder', executable: true, bytes: 0, target: '' };
  if (stat.isSymbolicLink()) {
    await checkLink(folder, path);
    await lutimes(file, TREE_TIME, TREE_TIME);
    return { path, kind: 'link', executable: false, bytes: 0, target: await readlink(file) };
  }
  if (!stat.isFile()) {
    throw new Problem(
      'invalid_function',
      `the code holds ${quotePath(path)}, which is neither a file nor a folder nor a symbolic link`,
    );
  }
  const executable = (stat.mode & 0o111) !== 0;
  await chmod(file, executable ? 0o555 : 0o444);
  await lutimes(file, TREE_TIME, TREE_TIME);
  return { path, kind: 'file', executable, bytes: stat.size, target: '' };
}

/** The files of a folder as runtimes look at it before it is built; links are left out. */
export async function viewFolder(folder: string): Promise<CodeFolder> {
  const files = await listFiles(folder, '');
  const known = new Set(files);
  return {
    files,
    async read(path) {
      if (!known.has(path))
        throw new Problem('internal', `a runtime asked for ${quotePath(path)}, which the code does not hold`);
      const { size } = await lstat(join(folder, path));
      if (size > MAX_READ_BYTES) {
        throw new Problem(
          'too_large',
          `${quotePath(path)} has ${size} bytes; a source or lock file may have ${MAX_READ_BYTES}`,
        );
      }
      return readFile(join(folder, path), 'utf8');
    },
  };
}

/** Not `readdir`'s own recursion, which follows links to folders: one to itself has no end. */
async function listFiles(folder: string, parent: string): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(join(folder, parent), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) files.push(path);
  }
  return files;
}
