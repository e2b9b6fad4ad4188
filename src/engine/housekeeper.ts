import type { Clock } from '../model/clock.ts';
import type { Runner } from './runner.ts';

/**
 * Looks after idle sandboxes: freezes them soon, retires them when their keep-alive is over. It costs calls nothing (one
 * timer for all sandboxes, none while there is nothing to do).
 */
export class Housekeeper {
  private readonly clock: Clock;
  private readonly runners: () => Iterable<Runner>;
  private readonly freezeAfterMs: number;
  private readonly keepAliveMs: number;
  /** After how long, from when it was set, the timer fires; `Infinity` while there is none. */
  private armedMs = Infinity;
  private disarm = (): void => {};

  constructor(options: { clock: Clock; runners: () => Iterable<Runner>; freezeAfterMs: number; keepAliveMs: number }) {
    this.clock = options.clock;
    this.runners = options.runners;
    this.freezeAfterMs = options.freezeAfterMs;
    this.keepAliveMs = options.keepAliveMs;
  }

  /** A sandbox has become idle. */
  readonly onIdle = (): void => {
    // A timer for the end of a keep-alive would be too late to freeze this one.
    const firstMs = Math.min(this.freezeAfterMs, this.keepAliveMs);
    if (this.armedMs > firstMs) this.arm(firstMs);
  };

  private arm(delayMs: number): void {
    this.disarm();
    this.armedMs = delayMs;
    this.disarm = this.clock.after(delayMs, () => {
      this.armedMs = Infinity;
      const nextMs = this.sweep();
      if (nextMs < Infinity) this.arm(nextMs);
    });
  }

  /** Does what is due; returns after how many ms there is something to do again. */
  private sweep(): number {
    const nowMs = this.clock.monotonicMs();
    let nextMs = Infinity;
    for (const runner of this.runners()) {
      if (runner.state !== 'serving' || runner.calls.size > 0) continue;
      const idleMs = nowMs - runner.idleSinceMs;
      if (idleMs >= this.keepAliveMs) {
        runner.stop();
        continue;
      }
      const canRest = runner.debugPort === undefined;
      if (canRest && idleMs >= this.freezeAfterMs && !runner.frozen) runner.freeze();
      nextMs = Math.min(nextMs, this.keepAliveMs - idleMs);
      if (canRest && !runner.frozen) nextMs = Math.min(nextMs, this.freezeAfterMs - idleMs);
    }
    return Math.max(nextMs, 1);
  }
}
