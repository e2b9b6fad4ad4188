import type { Clock } from '../../../model/clock.ts';

const EVERY_MS = 1_000;
/** Who has asked for figures looks at them for so long; whoever goes on looking asks again at the next tick. */
const LOOK_MS = 10_000;

/**
 * Tells about once a second that memory and CPU, which always change, can be measured anew: while somebody looks at them, and
 * somebody else wants to be told. Whoever looks asks for them, and so nobody pays for figures that nobody sees.
 */
export class UsageClock {
  private readonly clock: Clock;
  private readonly watchers = new Set<() => void>();
  private lookedMs = Number.NEGATIVE_INFINITY;
  private cancelTimer: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Somebody asked for the figures. */
  looked(): void {
    this.lookedMs = this.clock.monotonicMs();
    this.arm();
  }

  /** The returned function ends it. */
  watch(onDue: () => void): () => void {
    const watcher = (): void => onDue();
    this.watchers.add(watcher);
    this.arm();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size > 0) return;
      this.cancelTimer?.();
      this.cancelTimer = undefined;
    };
  }

  private arm(): void {
    if (this.watchers.size === 0 || this.clock.monotonicMs() - this.lookedMs > LOOK_MS) return;
    this.cancelTimer ??= this.clock.after(EVERY_MS, () => {
      this.cancelTimer = undefined;
      for (const tell of this.watchers) tell();
      this.arm();
    });
  }
}
