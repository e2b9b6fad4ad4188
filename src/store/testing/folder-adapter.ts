import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter, Fillable, Opened } from '../conformance.ts';

/** Opens what is kept in a folder. */
type Open<P> = (folder: string, clock: FakeClock) => Promise<{ readonly port: P; close(): Promise<void> }>;

/** A new empty folder for one test, and its removal. */
export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'fob-store-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The embedded adapter of a port, for that port's conformance suite. */
export function folderAdapter<P>(open: Open<P>): Adapter<P> {
  return {
    name: 'embedded',
    async create(clock) {
      const { folder, remove } = temporaryFolder();
      return openIn(folder, clock, open, remove);
    },
    createSmall: canMount() ? (clock) => createSmall(clock, open) : undefined,
  };
}

async function openIn<P>(folder: string, clock: FakeClock, open: Open<P>, remove: () => void): Promise<Opened<P>> {
  let opened = await open(folder, clock);
  return {
    port: opened.port,
    async reopen() {
      await opened.close();
      opened = await open(folder, clock);
      return opened.port;
    },
    async dispose() {
      await opened.close();
      remove();
    },
  };
}

/** On a file system of 4 MiB, which only root can make. */
async function createSmall<P>(clock: FakeClock, open: Open<P>): Promise<Opened<P> & Fillable> {
  const { folder, remove } = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  const opened = await openIn(join(folder, 'data'), clock, open, () => {
    execFileSync('umount', [folder]);
    remove();
  });
  return {
    ...opened,
    async fill() {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filler, Buffer.alloc(bavail * bsize));
    },
    async free() {
      rmSync(filler);
    },
  };
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const { folder, remove } = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    remove();
  }
}
