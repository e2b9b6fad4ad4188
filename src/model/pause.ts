import type { Clock } from './clock.ts';

/** Resolves after a while, or at once when `signal` aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** From 0 to less than 1. */
  readonly random?: () => number;
}

/**
 * How long to wait after so many failures before the one that is told: doubles with each, at most to `maxMs`, and is cut by
 * up to half, so that many do not come back at once.
 */
export function backOffMs(failures: number, { firstMs, maxMs, random = Math.random }: BackOff): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30)) * (0.5 + random() / 2);
}

/** Waits for `work`, but no longer than this; its result and failure are nobody's concern here. */
export function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}
