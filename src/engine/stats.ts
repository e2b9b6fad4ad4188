import type { OutcomeStatus } from '../model/invocation.ts';
import type { FunctionStats } from './api.ts';

/** Upper bounds of the duration histogram, in ms. */
const BOUNDS_MS = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000,
];

/** Counters of one function since the node started; plain numbers, for they are counted on every call. */
export class FunctionCounters {
  readonly invocations: Record<OutcomeStatus, number> = {
    succeeded: 0,
    failed: 0,
    timed_out: 0,
    out_of_memory: 0,
    crashed: 0,
    cancelled: 0,
  };
  coldStarts = 0;
  throttled = 0;
  inFlight = 0;
  /** The most in flight since it was asked last. */
  private mostInFlight = 0;
  private readonly buckets = new Array<number>(BOUNDS_MS.length).fill(0);
  private sumMs = 0;
  private count = 0;

  began(): void {
    this.inFlight++;
    if (this.inFlight > this.mostInFlight) this.mostInFlight = this.inFlight;
  }

  /** The most that were in flight since the last call of this. */
  takeMostInFlight(): number {
    const most = this.mostInFlight;
    this.mostInFlight = this.inFlight;
    return most;
  }

  ended(status: OutcomeStatus, durationMs: number, coldStart: boolean): void {
    this.invocations[status]++;
    if (coldStart) this.coldStarts++;
    this.sumMs += durationMs;
    this.count++;
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && durationMs > BOUNDS_MS[bucket]!) bucket++;
    if (bucket < BOUNDS_MS.length) this.buckets[bucket]!++;
  }

  view(name: string): FunctionStats {
    let running = 0;
    const counts = this.buckets.map((n) => {
      running += n;
      return running;
    });
    const { coldStarts, throttled, inFlight } = this;
    return {
      function: name,
      invocations: { ...this.invocations },
      coldStarts,
      throttled,
      inFlight,
      duration: { boundsMs: BOUNDS_MS, counts, sumMs: this.sumMs, count: this.count },
    };
  }
}

/** The counters of all functions. Those of a removed function go with it. */
export class Counters {
  private readonly byFunction = new Map<string, FunctionCounters>();

  of(name: string): FunctionCounters {
    const known = this.byFunction.get(name);
    if (known !== undefined) return known;
    const counters = new FunctionCounters();
    this.byFunction.set(name, counters);
    return counters;
  }

  /** Calls back with the most invocations of each function that were in flight at once since the last call of this, where there were any. */
  takeMostInFlight(visit: (name: string, most: number) => void): void {
    for (const [name, counters] of this.byFunction) {
      const most = counters.takeMostInFlight();
      if (most > 0) visit(name, most);
    }
  }

  forget(name: string): void {
    this.byFunction.delete(name);
  }

  view(): FunctionStats[] {
    return [...this.byFunction].map(([name, counters]) => counters.view(name));
  }
}
