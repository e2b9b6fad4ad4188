import type { Clock } from '../model/clock.ts';
import { Problem } from '../model/problem.ts';
import type { DriverError, Loaded } from '../runtime/protocol.ts';

/** A function that is being loaded into a sandbox: it settles once, by what its driver says, by the end of the sandbox, or by the clock. */
export class Loading {
  readonly loaded: Promise<Loaded>;
  private readonly resolve: (loaded: Loaded) => void;
  private readonly reject: (problem: Problem) => void;
  private readonly stopTimer: () => void;
  private readonly onFailed: () => void;

  /** `onFailed` is called before whoever waits for `loaded` hears of it. */
  constructor(clock: Clock, timeoutMs: number, onFailed: () => void) {
    const { promise, resolve, reject } = Promise.withResolvers<Loaded>();
    this.loaded = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.onFailed = onFailed;
    this.stopTimer = clock.after(timeoutMs, () => {
      this.fail(
        'TimeoutError',
        `the function did not finish loading within ${timeoutMs} ms: move long work from the top level into the function`,
      );
    });
  }

  done(loaded: Loaded): void {
    this.stopTimer();
    this.resolve(loaded);
  }

  /** The driver says why. */
  refused({ type, message, stack, line }: Pick<DriverError, 'type' | 'message' | 'stack' | 'line'>): void {
    this.fail(type, message || type, { stack, ...(line !== undefined && { line }) });
  }

  fail(type: string | undefined, message: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.stopTimer();
    this.onFailed();
    this.reject(new Problem('load_failed', message, { details: { type, ...more } }));
  }
}
