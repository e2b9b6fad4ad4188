import type { Clock } from './clock.ts';

/**
 * Does something again and again, the first time after `intervalMs` and then so long after it ended. A failure is told to
 * `onError` and does not end it. The returned function does, and resolves when work under way is over.
 */
export function repeat(
  clock: Clock,
  intervalMs: number,
  work: () => unknown,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let ended = false;
  let running: Promise<void> = Promise.resolve();
  let stopTimer = (): void => {};
  const once = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      onError(error);
    }
    if (!ended) schedule();
  };
  const schedule = (): void => {
    stopTimer = clock.after(intervalMs, () => {
      running = once();
    });
  };
  schedule();
  return async () => {
    ended = true;
    stopTimer();
    await running;
  };
}
