import type { Clock } from './model/clock.ts';
import type { StoredFunction } from './model/function.ts';
import type { Settings } from './model/settings.ts';
import type { RetentionLimits } from './store/journal.ts';

const DAY_MS = 86_400_000;

/**
 * How many milliseconds the clock has gone ahead of the time that has passed since this was called; 0 where it was set back. What is kept for
 * some time is kept for so much longer: a clock that jumps into the future makes nothing old that was written a moment ago.
 */
export function clockAhead(clock: Pick<Clock, 'now' | 'monotonicMs'>): () => number {
  const offsetMs = clock.now() - clock.monotonicMs();
  return () => Math.max(0, clock.now() - clock.monotonicMs() - offsetMs);
}

/**
 * How long records are kept: as the node's settings say, and log lines of a function as it says itself, where it does; `aheadMs` longer
 * where the clock has gone ahead.
 */
export function retentionLimits(
  settings: Settings,
  functions: readonly StoredFunction[],
  aheadMs: number,
): RetentionLimits {
  const own = functions.filter(({ document }) => document.config.logRetentionDays > 0);
  return {
    maxAgeMs: settings.journalMaxAgeMs + aheadMs,
    maxBytes: settings.journalMaxBytes,
    logMaxAgeMs: Object.fromEntries(
      own.map(({ document: { name, config } }) => [name, config.logRetentionDays * DAY_MS + aheadMs]),
    ),
  };
}
