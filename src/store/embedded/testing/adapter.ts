import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeClock } from '../../../model/testing/fake-clock.ts';
import type { Adapter, Fillable, Opened } from '../../conformance.ts';
import type { Store } from '../../store.ts';
import { openEmbeddedStore } from '../store.ts';

/** A new empty folder for one test, and its removal. */
export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'fob-store-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The embedded store's adapter of one port, for that port's conformance suite. */
export function embeddedAdapter<P>(port: (store: Store) => P): Adapter<P> {
  return {
    name: 'embedded',
    async create(clock) {
      const { folder, remove } = temporaryFolder();
      return openIn(folder, clock, port, remove);
    },
    createSmall: canMount() ? (clock) => createSmall(clock, port) : undefined,
  };
}

async function openIn<P>(
  folder: string,
  clock: FakeClock,
  port: (store: Store) => P,
  remove: () => void,
): Promise<Opened<P>> {
  let store = await openEmbeddedStore({ folder, clock });
  return {
    port: port(store),
    async reopen() {
      await store.close();
      store = await openEmbeddedStore({ folder, clock });
      return port(store);
    },
    async dispose() {
      await store.close();
      remove();
    },
  };
}

/** A store on a file system of 4 MiB, which only root can make. */
async function createSmall<P>(clock: FakeClock, port: (store: Store) => P): Promise<Opened<P> & Fillable> {
  const { folder, remove } = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  const opened = await openIn(join(folder, 'data'), clock, port, () => {
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
