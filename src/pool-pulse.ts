import { stat } from 'node:fs';

const EVERY_MS = 1_000;

/**
 * Keeps Node's pool of threads at work. Before 2.41, glibc can lose the signal that wakes a thread for a piece of work (its bug 25847,
 * seen with Debian 12): a file operation then waits for the next one, and with it a deployment on a node that has nothing else to
 * do. The returned function ends it.
 */
export function pulsePool(): () => void {
  const timer = setInterval(() => stat('/', () => {}), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
