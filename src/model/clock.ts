/** Time and identifiers are injected, so that scheduling and scaling are tested on a fake clock. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic time in milliseconds, for durations only. */
  monotonicMs(): number;
  /** Calls `callback` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * How many milliseconds the clock has gone ahead of the time that has passed since this was called; 0 where it was set back. What is kept for
 * some time is kept for so much longer: a clock that jumps into the future makes nothing old that was written a moment ago.
 */
export function clockAhead(clock: Pick<Clock, 'now' | 'monotonicMs'>): () => number {
  const offsetMs = clock.now() - clock.monotonicMs();
  return () => Math.max(0, clock.now() - clock.monotonicMs() - offsetMs);
}
