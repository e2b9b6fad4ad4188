import { useEffect } from 'react';
import { renew } from './hooks.ts';

/** However much comes due one after the other, it is asked for no more often than this. */
const LEAST_MS = 1_000;
/** Longer timers end at once. */
const MOST_MS = 2_147_483_647;
/** What is asked for is due by then. */
const SPARE_MS = 20;

/**
 * Asks again for all that is shown below a path when its time comes, which no feed tells of: at `dueMs`, as an answer of `readAtMs`
 * said, or as soon as somebody looks; no sooner than after `leastMs`.
 */
export function useDue(path: string, dueMs: number | undefined, readAtMs: number, leastMs = LEAST_MS): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: an answer that says the same time again is early
  useEffect(() => {
    if (dueMs === undefined) return;
    const ended = new AbortController();
    const ask = () => {
      if (!document.hidden) void renew(path);
      else document.addEventListener('visibilitychange', ask, { once: true, signal: ended.signal });
    };
    const leftMs = dueMs + SPARE_MS - Date.now();
    const timer = window.setTimeout(ask, Math.min(Math.max(leastMs, leftMs), MOST_MS));
    return () => {
      window.clearTimeout(timer);
      ended.abort();
    };
  }, [path, dueMs, readAtMs, leastMs]);
}

/** The first of some times, where there is one. */
export function firstOf(timesMs: readonly (number | undefined)[]): number | undefined {
  const firstMs = Math.min(...timesMs.map((timeMs) => timeMs ?? Number.POSITIVE_INFINITY));
  return firstMs === Number.POSITIVE_INFINITY ? undefined : firstMs;
}
