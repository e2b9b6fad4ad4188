import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';

/** Failures that cost nothing, and how long each further one keeps the next attempt off: twice as long each time. */
const FREE = 5;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 900_000;
/** One user from everywhere: higher, and a shorter wait, so that a stranger can slow them down and not shut them out. */
const FREE_OF_USER = 30;
const MAX_WAIT_OF_USER_MS = 30_000;
const FREE_OF_ADDRESS = 50;
/** After so long without a failure it is forgotten. */
const FORGET_MS = 3_600_000;
const MAX_KEPT = 10_000;

interface Count {
  failures: number;
  lastMs: number;
}

/** Slows down who guesses passwords. Held in memory, and bounded: what failed longest ago is forgotten first. */
export class Brakes {
  private readonly clock: Clock;
  private readonly counts = new Map<string, Count>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Throws `throttled` where this attempt comes too early after those that failed. */
  check(user: string, address: string): void {
    const nowMs = this.clock.now();
    const waitMs = Math.max(...limitsOf(user, address).map((limit) => this.waitOf(limit, nowMs)));
    if (waitMs <= 0) return;
    throw new Problem('throttled', `too many wrong passwords; try again in ${Math.ceil(waitMs / 1_000)} s`, {
      details: { retryAfterMs: waitMs },
    });
  }

  /** To be called before the password is looked at, so that many attempts at once count, too. */
  failed(user: string, address: string): void {
    const nowMs = this.clock.now();
    for (const { key } of limitsOf(user, address)) {
      const before = this.counts.get(key);
      const failures = before === undefined || nowMs - before.lastMs > FORGET_MS ? 1 : before.failures + 1;
      this.counts.delete(key);
      this.counts.set(key, { failures, lastMs: nowMs });
    }
    for (const key of this.counts.keys()) {
      if (this.counts.size <= MAX_KEPT) break;
      this.counts.delete(key);
    }
  }

  succeeded(user: string, address: string): void {
    const [own, ...others] = limitsOf(user, address);
    this.counts.delete(own!.key);
    // The attempt itself was counted as a failure before it was looked at.
    for (const { key } of others) {
      const count = this.counts.get(key);
      if (count !== undefined) count.failures--;
    }
  }

  private waitOf({ key, free, mostMs }: Limit, nowMs: number): number {
    const count = this.counts.get(key);
    if (count === undefined || count.failures < free || nowMs - count.lastMs > FORGET_MS) return 0;
    return count.lastMs + Math.min(mostMs, FIRST_WAIT_MS * 2 ** Math.min(count.failures - free, 20)) - nowMs;
  }
}

interface Limit {
  readonly key: string;
  readonly free: number;
  readonly mostMs: number;
}

function limitsOf(user: string, address: string): Limit[] {
  return [
    { key: `${address} ${user}`, free: FREE, mostMs: MAX_WAIT_MS },
    { key: `user ${user}`, free: FREE_OF_USER, mostMs: MAX_WAIT_OF_USER_MS },
    { key: `address ${address}`, free: FREE_OF_ADDRESS, mostMs: MAX_WAIT_MS },
  ];
}
