import type { Runtime } from '../runtime/runtime.ts';
import type { Capacity } from './capacity.ts';
import type { Runner } from './runner.ts';
import type { Starter } from './starter.ts';

/** Sandboxes of one runtime and size that are booted and connected and have no code yet. */
export class PrewarmedPool {
  readonly runtime: Runtime;
  readonly memoryMb: number;
  readonly target: number;
  private readonly starter: Starter;
  private readonly capacity: Capacity;
  private readonly ready: Runner[] = [];
  private starting = 0;
  private closed = false;
  private failedWith: unknown;

  constructor(options: {
    runtime: Runtime;
    memoryMb: number;
    target: number;
    starter: Starter;
    capacity: Capacity;
  }) {
    this.runtime = options.runtime;
    this.memoryMb = options.memoryMb;
    this.target = options.target;
    this.starter = options.starter;
    this.capacity = options.capacity;
  }

  get readyCount(): number {
    return this.ready.filter((runner) => runner.state === 'prewarmed').length;
  }

  /** Why the last start failed; undefined where it did not. The next demand tries again. */
  get failure(): unknown {
    return this.failedWith;
  }

  /** A prewarmed sandbox, if one is ready; from now on it is in use, and not to be ended to make room. */
  take(): Runner | undefined {
    let runner = this.ready.pop();
    // One that is ending stays here until it is gone.
    while (runner !== undefined && runner.state !== 'prewarmed') runner = this.ready.pop();
    if (runner !== undefined) runner.state = 'loading';
    return runner;
  }

  /** Starts what is missing; resolves when the starts that it made have ended. Never rejects. */
  async fill(): Promise<void> {
    const starts: Promise<void>[] = [];
    while (!this.closed && this.ready.length + this.starting < this.target && this.capacity.reserve(this.memoryMb))
      starts.push(this.startOne());
    await Promise.all(starts);
  }

  /** Ends what is ready, and starts nothing more. */
  close(): void {
    this.closed = true;
    for (const runner of this.ready.splice(0)) runner.stop();
  }

  private async startOne(): Promise<void> {
    this.starting++;
    try {
      const runner = await this.starter.start(this.runtime, { memoryMb: this.memoryMb, network: 'none' });
      this.failedWith = undefined;
      if (this.closed) return runner.stop();
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
