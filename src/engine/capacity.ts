import type { Clock } from '../model/clock.ts';
import type { Runner } from './runner.ts';

/**
 * The memory that all sandboxes of a node may have together. A start reserves its function's whole limit, so that what is
 * promised can be had; where nothing is left, the least valuable idle sandboxes make room.
 */
export class Capacity {
  readonly budgetMb: number;
  reservedMb = 0;
  private readonly clock: Clock;
  private readonly runners: () => Iterable<Runner>;
  private readonly onRoom: () => void;
  private waiters: (() => void)[] = [];

  constructor(options: { budgetMb: number; clock: Clock; runners: () => Iterable<Runner>; onRoom: () => void }) {
    this.budgetMb = options.budgetMb;
    this.clock = options.clock;
    this.runners = options.runners;
    this.onRoom = options.onRoom;
  }

  /** Reserves memory if it is free; false where it is not. */
  reserve(memoryMb: number): boolean {
    if (this.reservedMb + memoryMb > this.budgetMb) return false;
    this.reservedMb += memoryMb;
    return true;
  }

  release(memoryMb: number): void {
    this.reservedMb -= memoryMb;
    this.onRoom();
    for (const resume of this.waiters.splice(0)) resume();
  }

  /** Resolves when memory has come back, at the latest after `atMostMs`. */
  released(atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = this.clock.after(atMostMs, resolve);
      this.waiters.push(() => {
        stopTimer();
        resolve();
      });
    });
  }

  /** Ends idle sandboxes until `memoryMb` will be free once they are gone, least valuable first; what they held comes back as each one ends. */
  makeRoom(memoryMb: number): void {
    const nowMs = this.clock.monotonicMs();
    let missingMb = this.reservedMb + memoryMb - this.budgetMb;
    const idle: Runner[] = [];
    for (const runner of this.runners()) {
      // Those that are ending already will give theirs back.
      if (runner.state === 'ending') missingMb -= runner.memoryMb;
      else if (runner.calls.size === 0 && runner.state !== 'loading') idle.push(runner);
    }
    idle.sort((a, b) => costOfKeeping(b, nowMs) - costOfKeeping(a, nowMs));
    for (const runner of idle) {
      if (missingMb <= 0) return;
      missingMb -= runner.memoryMb;
      runner.stop();
    }
  }
}

/** Memory held idle for long is worth least: the longer since the last call, the less likely the next one is soon. */
function costOfKeeping(runner: Runner, nowMs: number): number {
  return runner.memoryMb * (nowMs - runner.idleSinceMs + 1);
}
