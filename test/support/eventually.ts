import { setTimeout as delay } from 'node:timers/promises';

const CHECK_EVERY_MS = 20;
/** After so long, even a machine with far too much to do would have done it. */
const USUAL_DEADLINE_MS = 60_000;

/**
 * Calls `probe` until it no longer throws and returns what it returned; once `deadlineMs` is over, its last error is
 * thrown. For what nothing announces: the end of a process, the removal of a folder.
 */
export async function eventually<T>(probe: () => T | Promise<T>, deadlineMs = USUAL_DEADLINE_MS): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await delay(CHECK_EVERY_MS);
  }
}
