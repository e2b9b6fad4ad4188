import type { Queue } from '../store/queue.ts';

/** Bodies come along when one looks, so that few are looked at at once. */
const PAGE = 20;
/** Most messages that one sweep of a queue looks at; the next one goes on. */
const MAX_LOOKS = 100_000;

/** Removes messages that were sent more than `retentionMs` ago, except those that somebody is working on. */
export async function removeOld(
  queue: Queue,
  name: string,
  nowMs: number,
  retentionMs: number,
): Promise<{ removed: number; oldestAgeMs: number }> {
  let removed = 0;
  let oldestAgeMs = 0;
  let cursor: string | undefined;
  for (let looked = 0; looked < MAX_LOOKS; looked += PAGE) {
    const page = await queue.list(name, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    const old = page.items.filter(({ sentAtMs }) => nowMs - sentAtMs > retentionMs);
    const idle = old.filter(({ state }) => state !== 'leased');
    const done = await Promise.all(idle.map(({ messageId }) => queue.remove(name, messageId)));
    removed += done.filter(Boolean).length;
    if (idle[0] !== undefined) oldestAgeMs = Math.max(oldestAgeMs, nowMs - idle[0].sentAtMs);
    // They are in order of sending: what follows is younger.
    if (old.length < page.items.length || page.cursor === undefined) break;
    cursor = page.cursor;
  }
  return { removed, oldestAgeMs };
}
