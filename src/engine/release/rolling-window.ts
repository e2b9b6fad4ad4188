import type { VersionNumbers } from '../../model/release.ts';

const SLOTS = 12;
/** Durations are counted in buckets, each a tenth wider than the one before, from 0.05 ms to a quarter of an hour. */
const SMALLEST_MS = 0.05;
const RATIO = 1.1;
const LOG_RATIO = Math.log(RATIO);
const BUCKETS = 177;

interface Slot {
  /** Which stretch of time it counts. */
  number: number;
  calls: number;
  errors: number;
  readonly durations: Uint32Array;
}

/** Counts what one version did over the last `windowMs` of monotonic time. Percentiles are right to a tenth. */
export class RollingWindow {
  private readonly slotMs: number;
  private readonly slots: Slot[] = Array.from({ length: SLOTS }, () => ({
    number: -1,
    calls: 0,
    errors: 0,
    durations: new Uint32Array(BUCKETS),
  }));
  /** Since it was made. */
  total = 0;

  constructor(windowMs: number) {
    this.slotMs = windowMs / SLOTS;
  }

  add(nowMs: number, durationMs: number, isError: boolean): void {
    const number = Math.floor(nowMs / this.slotMs);
    const slot = this.slots[number % SLOTS]!;
    if (slot.number !== number) {
      slot.number = number;
      slot.calls = 0;
      slot.errors = 0;
      slot.durations.fill(0);
    }
    this.total++;
    slot.calls++;
    if (isError) slot.errors++;
    slot.durations[bucketOf(durationMs)]!++;
  }

  numbers(version: number, nowMs: number): VersionNumbers {
    const newest = Math.floor(nowMs / this.slotMs);
    const durations = new Uint32Array(BUCKETS);
    let calls = 0;
    let errors = 0;
    for (const slot of this.slots) {
      if (slot.number <= newest - SLOTS || slot.number > newest) continue;
      calls += slot.calls;
      errors += slot.errors;
      for (let at = 0; at < BUCKETS; at++) durations[at]! += slot.durations[at]!;
    }
    const errorRate = calls === 0 ? 0 : Math.round((errors / calls) * 1e4) / 1e2;
    const percentile = (share: number) => percentileOf(durations, calls, share);
    return {
      version,
      calls,
      errors,
      errorRate,
      p50Ms: percentile(0.5),
      p90Ms: percentile(0.9),
      p99Ms: percentile(0.99),
    };
  }
}

function bucketOf(ms: number): number {
  if (!(ms > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_RATIO));
}

/** The upper bound of the bucket in which it lies. */
function percentileOf(durations: Uint32Array, calls: number, share: number): number {
  if (calls === 0) return 0;
  let left = Math.ceil(calls * share);
  for (let at = 0; at < BUCKETS; at++) {
    left -= durations[at]!;
    if (left <= 0) return Number((SMALLEST_MS * RATIO ** at).toPrecision(3));
  }
  return 0;
}
