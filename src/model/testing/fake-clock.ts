import type { Clock } from '../clock.ts';

/** A clock that only tests move: timers fire in order of their time while `advance` passes it. */
export class FakeClock implements Clock {
  private timeMs: number;
  private originMs: number;
  private timers: { dueMs: number; callback: () => void }[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.timeMs = startMs;
    this.originMs = startMs;
  }

  now(): number {
    return this.timeMs;
  }

  monotonicMs(): number {
    return this.timeMs - this.originMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.timeMs + delayMs, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** The wall clock is set by so much; no time passes, and timers stay as far away as they were. */
  jump(byMs: number): void {
    this.timeMs += byMs;
    this.originMs += byMs;
    for (const timer of this.timers) timer.dueMs += byMs;
  }

  /** Moves time on, firing what falls due, what those timers start included. */
  advance(ms: number): void {
    const endMs = this.timeMs + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (due === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.timeMs = Math.max(this.timeMs, due.dueMs);
      due.callback();
    }
    this.timeMs = endMs;
  }
}
