import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { cp, lstat, mkdir, readdir, realpath, rename, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { BuildStep, Runtime } from '../../runtime/runtime.ts';
import { safePath } from '../archive/safe-path.ts';
import type { Scratch } from './scratch.ts';
import { sealTree } from './tree.ts';
import type { TreeLimits } from './unpack.ts';

const MAX_ENTRIES = 200;
/** How many trees of the largest allowed size the cache may hold. */
const MAX_LARGEST_TREES = 8;

/**
 * Folders of installed dependencies, by what decided their content, least recently used first to go. A build gets a copy
 * (which shares its blocks where the file system can), so that no build can change what a later one gets.
 */
export class DependencyCache {
  private readonly root: string;
  private readonly scratch: Scratch;
  private readonly limits: TreeLimits;
  private readonly clock: Clock;
  private last: Promise<unknown> = Promise.resolve();

  constructor(codeCacheFolder: string, scratch: Scratch, limits: TreeLimits, clock: Clock) {
    this.root = join(codeCacheFolder, '.dependencies');
    this.scratch = scratch;
    this.limits = limits;
    this.clock = clock;
  }

  /** Everything that decides what a step installs: the language's version, the command, and the lock files. */
  async key(runtime: Runtime, step: BuildStep, folder: string): Promise<string> {
    const { version } = await runtime.locate();
    const hash = createHash('sha256');
    hash.update(JSON.stringify([runtime.name, version, step.command, step.environment, step.cache?.folder]));
    for (const file of step.cache?.lockFiles ?? []) {
      hash.update(`\n${file} ${await contentDigest(folder, safePath(file))}`);
    }
    return hash.digest('hex');
  }

  /** Copies what was kept under `key` to `codeFolder/subfolder`, in place of what is there; false where nothing was. */
  restore(key: string, codeFolder: string, subfolder: string): Promise<boolean> {
    return this.exclusively(async () => {
      const [entry] = (await this.entries()).filter((candidate) => candidate.key === key);
      if (entry === undefined) return false;
      const destination = await ownPlace(codeFolder, safePath(subfolder));
      if (destination === undefined) return false;
      if ((await kindOf(destination)) !== 'absent') await this.scratch.discard(destination);
      await copy(join(this.root, entry.name), destination);
      const now = new Date(this.clock.now());
      await utimes(join(this.root, entry.name), now, now);
      return true;
    });
  }

  /** Keeps a copy of `codeFolder/subfolder` under `key`; does nothing where it is absent, or holds what cannot be shared (such as links that lead out of it). */
  save(key: string, codeFolder: string, subfolder: string): Promise<void> {
    return this.exclusively(async () => {
      const source = await ownPlace(codeFolder, safePath(subfolder));
      if (source === undefined || (await kindOf(source)) !== 'folder') return;
      await this.scratch.with(async (temporary) => {
        const copied = join(temporary, 'copy');
        const bytes = await sealedCopy(source, copied, this.limits);
        if (bytes === undefined) return;
        await mkdir(this.root, { recursive: true, mode: 0o700 });
        const now = new Date(this.clock.now());
        await utimes(copied, now, now);
        await rename(copied, join(this.root, `${key}.${bytes}`)).catch((error: NodeJS.ErrnoException) => {
          // Another build of the same dependencies was faster.
          if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
        });
      });
      await this.evict();
    });
  }

  private async evict(): Promise<void> {
    const entries = (await this.entries()).sort((a, b) => b.usedAtMs - a.usedAtMs);
    let bytes = 0;
    for (const [index, entry] of entries.entries()) {
      bytes += entry.bytes;
      if (index < MAX_ENTRIES && bytes <= this.limits.maxBytes * MAX_LARGEST_TREES) continue;
      await this.scratch.discard(join(this.root, entry.name));
    }
  }

  private async entries(): Promise<{ name: string; key: string; bytes: number; usedAtMs: number }[]> {
    const names = await readdir(this.root).catch(() => []);
    return Promise.all(
      names.map(async (name) => {
        const [key = '', bytes] = name.split('.');
        return { name, key, bytes: Number(bytes), usedAtMs: (await stat(join(this.root, name))).mtimeMs };
      }),
    );
  }

  /** One at a time, so that nothing is evicted while it is being copied. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result;
  }
}

/** Copies and seals a folder; the size of its files, or `undefined` where it is not fit to be shared. */
async function sealedCopy(source: string, destination: string, limits: TreeLimits): Promise<number | undefined> {
  try {
    await copy(source, destination);
    return (await sealTree(destination, limits)).treeBytes;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (error instanceof Problem || code.startsWith('ERR_FS_CP_')) return undefined;
    throw error;
  }
}

function copy(source: string, destination: string): Promise<void> {
  return cp(source, destination, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    errorOnExist: true,
    force: false,
  });
}

/** SHA-256 of a file's content; `absent` where there is no such file, or where it is a link or a device. */
async function contentDigest(codeFolder: string, path: string): Promise<string> {
  const file = await ownPlace(codeFolder, path);
  if (file === undefined || (await kindOf(file)) !== 'file') return 'absent';
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Buffer);
  return hash.digest('hex');
}

/**
 * The host path of something directly in the code folder, or in real folders of it. A step may have left links anywhere:
 * nothing is read or written through them.
 */
async function ownPlace(codeFolder: string, path: string): Promise<string | undefined> {
  const root = await realpath(codeFolder);
  const parent = await realpath(dirname(join(root, path))).catch(() => undefined);
  return parent === dirname(join(root, path)) ? join(parent, basename(path)) : undefined;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'absent' | 'other'> {
  try {
    const found = await lstat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'absent';
    throw error;
  }
}
