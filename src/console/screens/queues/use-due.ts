import { useEffect } from 'react';
import { renew } from '../../api/hooks.ts';

/** However many messages come due one after the other, they are asked for no more often than this. */
const LEAST_MS = 1_000;
/** Longer timers end at once. */
const MOST_MS = 2_147_483_647;
/** What is asked for is due by then. */
const SPARE_MS = 20;

/**
 * Asks again for queues when the next message comes due, which no feed tells of: `nextDueInMs` after `readAtMs`, or as soon as
 * somebody looks.
 */
export function useDue(nextDueInMs: number | undefined, readAtMs: number): void {
  useEffect(() => {
    if (nextDueInMs === undefined) return;
    const ended = new AbortController();
    const ask = () => {
      if (!document.hidden) void renew('/v1/queues');
      else document.addEventListener('visibilitychange', ask, { once: true, signal: ended.signal });
    };
    const leftMs = readAtMs + nextDueInMs + SPARE_MS - Date.now();
    const timer = window.setTimeout(ask, Math.min(Math.max(LEAST_MS, leftMs), MOST_MS));
    return () => {
      window.clearTimeout(timer);
      ended.abort();
    };
  }, [nextDueInMs, readAtMs]);
}
