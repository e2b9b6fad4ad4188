const DAY_MS = 86_400_000;

/** How many periods back are remembered, for a clock that is set back. */
const KEPT = 3;

/** A stretch of time that a count is about: a day or a month, in UTC. */
interface Period {
  /** Such as `2026-11-29` or `2026-11`. */
  readonly key: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export function dayOf(timeMs: number): Period {
  const fromMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
  return { key: new Date(fromMs).toISOString().slice(0, 10), fromMs, toMs: fromMs + DAY_MS };
}

export function monthOf(timeMs: number): Period {
  const date = new Date(timeMs);
  const fromMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const toMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return { key: new Date(fromMs).toISOString().slice(0, 7), fromMs, toMs };
}

/**
 * Counts by period. What a period has is kept when the clock goes on to another, and found again when the clock is set back:
 * a clock that jumps gives nobody a fresh allowance of the time that it returns to, nor takes one for long.
 */
export class PeriodCounts {
  private readonly periodOf: (timeMs: number) => Period;
  private readonly counts: Map<string, number>;
  private current: Period = { key: '', fromMs: 0, toMs: 0 };
  private value = 0;

  constructor(periodOf: (timeMs: number) => Period, before: Readonly<Record<string, number>> = {}) {
    this.periodOf = periodOf;
    this.counts = new Map(Object.entries(before));
  }

  /** Adds to the period that this time is in, and returns what that has now. */
  add(timeMs: number, amount: number): number {
    this.enter(timeMs);
    this.value += amount;
    return this.value;
  }

  at(timeMs: number): number {
    this.enter(timeMs);
    return this.value;
  }

  /** When the period ends that this time is in. */
  endsAtMs(timeMs: number): number {
    this.enter(timeMs);
    return this.current.toMs;
  }

  toRecord(): Record<string, number> {
    if (this.value > 0) this.remember();
    return Object.fromEntries(this.counts);
  }

  private enter(timeMs: number): void {
    if (timeMs >= this.current.fromMs && timeMs < this.current.toMs) return;
    if (this.value > 0) this.remember();
    this.current = this.periodOf(timeMs);
    this.value = this.counts.get(this.current.key) ?? 0;
  }

  private remember(): void {
    // The one that was counted in last is the last to be forgotten.
    this.counts.delete(this.current.key);
    this.counts.set(this.current.key, this.value);
    for (const key of [...this.counts.keys()].slice(0, -KEPT)) this.counts.delete(key);
  }
}
