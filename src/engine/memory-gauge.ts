import type { Clock } from '../model/clock.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';

/** How often the memory that a busy sandbox took is looked at. */
const EVERY_MS = 1_000;

/** The most memory that a sandbox took, as far as that was looked at: asking costs a few system calls elsewhere. */
export class MemoryGauge {
  peakBytes: number | undefined;
  private readonly sandbox: Sandbox;
  private readonly clock: Clock;
  private looking: Promise<void> | undefined;
  private lookedMs = -Infinity;

  constructor(sandbox: Sandbox, clock: Clock) {
    this.sandbox = sandbox;
    this.clock = clock;
  }

  /** Looks now; resolves also where it cannot be found out. */
  look(): Promise<void> {
    this.lookedMs = this.clock.monotonicMs();
    this.looking ??= this.sandbox
      .usage()
      .then(
        ({ peakMemoryBytes }) => {
          this.peakBytes = Math.max(peakMemoryBytes, this.peakBytes ?? 0);
        },
        () => {},
      )
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  /** Looks where that was not done for a while; `nowMs` is monotonic. */
  lookAgain(nowMs: number): void {
    if (nowMs - this.lookedMs >= EVERY_MS) void this.look();
  }
}
