import type { Timetable } from './timetable.ts';

/** Later than this, a time counts as missed; before, it is only late, and fires in any case. */
const MISSED_MS = 60_000;
const MAX_MISSED = 1_000;
/** A stretch of time is cut so often in order to find its last times; it is exact to a part in a million. */
const MAX_CUTS = 20;

export interface Due {
  /** Times that are to fire, in order. */
  readonly times: readonly number[];
  /** Times that were passed over; `atLeast` where nobody counted further. */
  readonly skipped: { readonly count: number; readonly atLeast: boolean };
}

/**
 * What of the times after `lastMs` is due at `nowMs`: late ones all, and of the missed ones what the policy says. The cost is
 * bounded however long ago the last one was.
 */
export function dueTimes(timetable: Timetable, policy: 'none' | 'last' | 'all', lastMs: number, nowMs: number): Due {
  const lateFromMs = Math.max(lastMs, nowMs - MISSED_MS - 1);
  const late = timesBetween(timetable, lateFromMs, nowMs, Number.POSITIVE_INFINITY).times;
  if (lateFromMs <= lastMs) return { times: late, skipped: { count: 0, atLeast: false } };

  const limit = policy === 'all' ? MAX_MISSED : 1;
  const missed = lastTimes(timetable, lastMs, lateFromMs, limit);
  const wanted = policy === 'none' || (policy === 'last' && late.length > 0) ? [] : missed.times.slice(-limit);
  return {
    times: [...wanted, ...late],
    skipped: { count: missed.times.length - wanted.length + missed.before, atLeast: missed.more },
  };
}

/** The last times of a stretch, `limit` of them or somewhat fewer, and how many there were before. */
function lastTimes(
  timetable: Timetable,
  fromMs: number,
  toMs: number,
  limit: number,
): { times: number[]; before: number; more: boolean } {
  const whole = timesBetween(timetable, fromMs, toMs, MAX_MISSED + 1);
  if (!whole.more) {
    const times = whole.times.slice(-limit);
    return { times, before: whole.times.length - times.length, more: false };
  }
  // Too many to walk through: the start is moved until about as many are left as are wanted.
  let [tooEarly, lateEnough] = [fromMs, toMs];
  let found: number[] = [];
  for (let cut = 0; cut < MAX_CUTS && found.length < limit / 2; cut++) {
    const middle = Math.floor((tooEarly + lateEnough) / 2);
    const part = timesBetween(timetable, middle, toMs, MAX_MISSED + 1);
    if (part.more) tooEarly = middle;
    else {
      found = part.times;
      lateEnough = middle;
    }
  }
  const times = found.slice(-limit);
  return { times, before: MAX_MISSED + 1 - times.length, more: true };
}

/** Times after `fromMs`, up to and with `toMs`; `more` where there are more than `limit`. */
function timesBetween(
  timetable: Timetable,
  fromMs: number,
  toMs: number,
  limit: number,
): { times: number[]; more: boolean } {
  const times: number[] = [];
  for (let next = timetable.next(fromMs); next !== undefined && next <= toMs; next = timetable.next(next)) {
    if (times.length === limit) return { times, more: true };
    times.push(next);
  }
  return { times, more: false };
}
