import type { Clock } from '../../model/clock.ts';

const MAX_PER_TARGET = 8;
const MAX_TARGETS = 10_000;
const MAX_WAIT_MS = 3_600_000;
const LEAST_WAIT_MS = 250;

interface Target {
  running: number;
  /** How long the last one took, and when the next that was sent away may come back. */
  lastTookMs: number;
  nextTurnMs: number;
}

/** Shares out the places of a runner, so that one slow target does not hold up the others: it has a few, and what is more comes back later. */
export class Turns {
  private readonly clock: Clock;
  private readonly targets = new Map<string, Target>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes a place: returns what gives it back, or after how many milliseconds to ask again. */
  take(name: string): (() => void) | number {
    const nowMs = this.clock.now();
    const target = this.targets.get(name) ?? { running: 0, lastTookMs: 0, nextTurnMs: 0 };
    if (target.running >= MAX_PER_TARGET) {
      // As if they stood in line: each one's turn comes when those before it are done.
      target.nextTurnMs = Math.max(target.nextTurnMs, nowMs + LEAST_WAIT_MS) + target.lastTookMs / MAX_PER_TARGET;
      return Math.min(target.nextTurnMs - nowMs, MAX_WAIT_MS);
    }
    if (!this.targets.has(name) && this.targets.size >= MAX_TARGETS) this.forgetIdle();
    this.targets.set(name, target);
    target.running += 1;
    return () => {
      target.running -= 1;
      target.lastTookMs = this.clock.now() - nowMs;
    };
  }

  private forgetIdle(): void {
    for (const [name, { running }] of this.targets) if (running === 0) this.targets.delete(name);
  }
}
