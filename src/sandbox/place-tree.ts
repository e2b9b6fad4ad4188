import {
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** Entries made before other work gets its turn: bounds how long a big tree holds the event loop (about 4 ms). */
const ENTRIES_PER_TURN = 256;

/**
 * Fills the existing folder `target` with the files of `source`: hard links where the file system allows, else copies;
 * symbolic links as they are, never followed; anything else (sockets, devices) is left out. With `readableByAll` a file
 * that others may not read is copied with a wider mode, as is its folder.
 */
export async function placeTree(source: string, target: string, readableByAll: boolean): Promise<void> {
  const folders: [string, string][] = [[source, target]];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const [from, to] = folder;
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const fromPath = join(from, entry.name);
      const toPath = join(to, entry.name);
      if (entry.isDirectory()) {
        mkdirSync(toPath, 0o755);
        folders.push([fromPath, toPath]);
      } else if (entry.isFile()) {
        placeFile(fromPath, toPath, readableByAll);
      } else if (entry.isSymbolicLink()) {
        symlinkSync(readlinkSync(fromPath), toPath);
      }
      entries += 1;
      if (entries % ENTRIES_PER_TURN === 0) await setImmediate();
    }
  }
}

function placeFile(from: string, to: string, readableByAll: boolean): void {
  const mode = readableByAll ? lstatSync(from).mode : 0o444;
  if ((mode & 0o004) === 0) {
    copyFileSync(from, to);
    chmodSync(to, (mode & 0o100) === 0 ? 0o644 : 0o755);
    return;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    // Another file system, too many links to one file, or a system that does not let us link.
    if (!['EXDEV', 'EMLINK', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copyFileSync(from, to);
  }
}
