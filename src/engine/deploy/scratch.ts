import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Temporary folders below the code cache, on its file system, so that what is ready moves into place by a rename.
 * Each name lives in exactly one process: what another one left behind is garbage.
 */
export class Scratch {
  readonly folder: string;
  private readonly mine = new Set<string>();

  constructor(codeCacheFolder: string) {
    this.folder = join(codeCacheFolder, '.scratch');
  }

  /** Runs `work` with a new, empty folder and removes what is left of it afterwards. */
  async with<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const name = randomUUID();
    const folder = join(this.folder, name);
    this.mine.add(name);
    try {
      // The user that functions run as passes through, to the code that it is shown, and can list nothing.
      for (const made of [this.folder, folder]) {
        await mkdir(made, { recursive: true });
        await chmod(made, 0o711);
      }
      return await work(folder);
    } finally {
      await removeTree(folder);
      this.mine.delete(name);
    }
  }

  /** Removes the folders that processes before this one left behind. */
  async removeLeftovers(): Promise<number> {
    const names = await readdir(this.folder).catch(() => []);
    const leftovers = names.filter((name) => !this.mine.has(name));
    for (const name of leftovers) await removeTree(join(this.folder, name));
    return leftovers.length;
  }

  /** Removes a tree from where it stands at once, by renaming it, then from the disk. */
  async discard(folder: string): Promise<void> {
    await this.with((temporary) => rename(folder, join(temporary, 'discarded')));
  }
}

/** Removes a whole folder, whatever the permissions in it are; one that is not there is no error. */
export async function removeTree(folder: string): Promise<void> {
  const options = { recursive: true, force: true, maxRetries: 2 } as const;
  try {
    await rm(folder, options);
  } catch {
    // Code may have made folders that nobody may look into.
    await openFolders(folder);
    await rm(folder, options);
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}
