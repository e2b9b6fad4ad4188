import type { StoredFunction } from './model/function.ts';
import type { Settings } from './model/settings.ts';
import type { RetentionLimits } from './store/journal.ts';

const DAY_MS = 86_400_000;

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
