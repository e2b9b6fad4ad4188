import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TreeLimits } from './unpack.ts';

const POLL_MS = 500;
/** Looking takes time of its own in large trees: at most a fifth of the time is spent on it. */
const IDLE_FACTOR = 4;
const BLOCK_BYTES = 512;

/** Looks again and again at what a folder takes on the disk, until `stop` aborts; calls `onExceeded` once where it passes a limit. */
export async function watchUsage(
  folder: string,
  limits: TreeLimits,
  onExceeded: () => void,
  stop: AbortSignal,
): Promise<void> {
  let idleMs = POLL_MS;
  while (!stop.aborted) {
    await sleep(idleMs, undefined, { signal: stop, ref: false }).catch(() => {});
    if (stop.aborted) return;
    const startedMs = performance.now();
    if (await exceeds(folder, limits, stop)) return onExceeded();
    idleMs = Math.max(POLL_MS, IDLE_FACTOR * (performance.now() - startedMs));
  }
}

/** Whether a folder holds more than its limits; files that come and go meanwhile do no harm. */
async function exceeds(folder: string, limits: TreeLimits, stop: AbortSignal): Promise<boolean> {
  let bytes = 0;
  let entries = 0;
  const folders = [folder];
  for (let parent = folders.pop(); parent !== undefined && !stop.aborted; parent = folders.pop()) {
    for (const entry of await readdir(parent, { withFileTypes: true }).catch(() => [])) {
      const path = join(parent, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else bytes += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK_BYTES;
      if (++entries > limits.maxEntries || bytes > limits.maxBytes) return true;
    }
  }
  return false;
}
