import { Problem } from '../../model/problem.ts';
import type { QuotaMeasure } from '../../model/quota.ts';

export type TimedMeasure = 'invocationsPerDay' | 'gbSecondsPerMonth';

/** What a limit counts, as messages say it. */
export const MEASURE_WORDS: Readonly<Record<QuotaMeasure, string>> = {
  functions: 'functions',
  reservedMb: 'MiB of memory that its functions may take at once (memoryMb × maxConcurrency)',
  codeBytes: 'bytes of code',
  invocationsPerDay: 'invocations a day',
  gbSecondsPerMonth: 'GB-seconds a month',
  queuedEvents: 'events that wait',
};

/** Whose functions a quota is about, as messages say it. */
export function teamInWords(team: string): string {
  return team === '-' ? 'functions without an owner' : `the team "${team}"`;
}

/** What who has used up a quota is told. */
export function exceeded(
  team: string,
  measure: TimedMeasure,
  limit: number,
  nowMs: number,
  resetsAtMs: number,
): Problem {
  const resetsAt = new Date(resetsAtMs).toISOString();
  return new Problem(
    'quota_exceeded',
    `the quota of ${teamInWords(team)} is used up: ${limit} ${MEASURE_WORDS[measure]}; it begins anew at ${resetsAt}`,
    { details: { team, measure, limit, resetsAt, retryAfterMs: Math.max(1_000, resetsAtMs - nowMs) } },
  );
}
