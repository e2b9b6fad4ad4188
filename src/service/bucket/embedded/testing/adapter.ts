import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeClock } from '../../../../model/testing/fake-clock.ts';
import type { Adapter, Fillable, Opened } from '../../../../store/conformance.ts';
import type { Buckets } from '../../buckets.ts';
import { openBuckets } from '../buckets.ts';

export function temporaryFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'fob-buckets-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The embedded buckets, for the conformance suite. */
export const embeddedBuckets: Adapter<Buckets> = {
  name: 'embedded',
  async create(clock) {
    const { folder, remove } = temporaryFolder();
    return openIn(folder, clock, remove);
  },
  createSmall: canMount() ? createSmall : undefined,
};

async function openIn(folder: string, clock: FakeClock, remove: () => void): Promise<Opened<Buckets>> {
  const options = { folder, clock, minPartBytes: 1 };
  let buckets = await openBuckets(options);
  return {
    port: buckets,
    async reopen() {
      await buckets.close();
      buckets = await openBuckets(options);
      return buckets;
    },
    async dispose() {
      await buckets.close();
      remove();
    },
  };
}

/** On a file system of 4 MiB, which only root can make. */
async function createSmall(clock: FakeClock): Promise<Opened<Buckets> & Fillable> {
  const { folder, remove } = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
  const filler = join(folder, 'filler');
  const opened = await openIn(folder, clock, () => {
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
