import type { Runtime } from '../runtime/runtime.ts';
import type { Capacity } from './capacity.ts';
import type { Runner } from './runner.ts';
import type { Starter } from './starter.ts';

/** The memory that a prewarmed sandbox is started with; it gets its function's own limit with the code. */
export const PREWARMED_MEMORY_MB = 128;

/** Sandboxes of one runtime that are booted and connected and have no code yet. */
export class PrewarmedPool {
  readonly runtime: Runtime;
  readonly target: number;
  private readonly starter: Starter;
  private readonly capacity: Capacity;
  private readonly ready: Runner[] = [];
  private starting = 0;
  private paused = 0;
  private closed = false;
  private failedWith: unknown;

  constructor(runtime: Runtime, target: number, starter: Starter, capacity: Capacity) {
    this.runtime = runtime;
    this.target = target;
    this.starter = starter;
    this.capacity = capacity;
  }

  get readyCount(): number {
    return this.ready.length;
  }

  /** Why the last start failed; undefined where it did not. The next demand tries again. */
  get failure(): unknown {
    return this.failedWith;
  }

  /** A prewarmed sandbox, if one is ready; its place is filled again. */
  take(): Runner | undefined {
    const runner = this.ready.pop();
    if (runner !== undefined) void this.fill();
    return runner;
  }

  /** While calls wait for sandboxes of their own, filling would only take the machine from them. */
  pause(): void {
    this.paused++;
  }

  resume(): void {
    if (--this.paused === 0) void this.fill();
  }

  /** Starts what is missing; resolves when the starts that it made have ended. Never rejects. */
  async fill(): Promise<void> {
    const starts: Promise<void>[] = [];
    while (
      !this.closed &&
      this.paused === 0 &&
      this.ready.length + this.starting < this.target &&
      this.capacity.reserve(PREWARMED_MEMORY_MB)
    )
      starts.push(this.startOne());
    await Promise.all(starts);
  }

  close(): void {
    this.closed = true;
  }

  private async startOne(): Promise<void> {
    this.starting++;
    try {
      const runner = await this.starter.start(this.runtime, { memoryMb: PREWARMED_MEMORY_MB, network: 'none' });
      this.failedWith = undefined;
      this.ready.push(runner);
      void runner.sandbox.exited.then(() => {
        const place = this.ready.indexOf(runner);
        if (place !== -1) this.ready.splice(place, 1);
      });
    } catch (error) {
      this.failedWith = error;
    } finally {
      this.starting--;
    }
  }
}
