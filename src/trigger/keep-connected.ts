import { backOffMs, pause } from '../model/pause.ts';
import { messageOf } from '../model/problem.ts';
import type { RunningSource, SourceContext } from './trigger-type.ts';

const BACK_OFF = { firstMs: 500, maxMs: 30_000 };

interface SessionPlan {
  /**
   * One connection's life: calls `running` when it works, and rejects or resolves when it is over. Where the context's signal
   * aborts, it finishes what it is accepting, lets go, and resolves.
   */
  readonly session: (running: () => void) => Promise<void>;
  /** Whether the source answered and refuses us, such as for a wrong password; else it could not be reached. */
  readonly isRefusal: (error: unknown) => boolean;
}

/**
 * Keeps a source connected: a session that ends is followed by another one, after a while that grows with each failure. Resolves
 * when the first session works, or has failed.
 */
export async function keepConnected<Options>(
  context: SourceContext<Options>,
  { session, isRefusal }: SessionPlan,
): Promise<RunningSource> {
  const { clock, signal, report } = context;
  const settled = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await session(() => {
          failures = 0;
          report('running');
          settled.resolve();
        });
        if (!signal.aborted) report('connecting', 'the connection ended; trying again');
      } catch (error) {
        if (!signal.aborted) report(isRefusal(error) ? 'failed' : 'connecting', `${words(error)}; trying again`);
      }
      settled.resolve();
      await pause(clock, backOffMs(failures++, BACK_OFF), signal);
    }
    settled.resolve();
  };
  const ended = run();
  await settled.promise;
  return { stop: () => ended };
}

/** Where a name has several addresses, and none answers, the error has no message of its own. */
function words(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : undefined;
  return messageOf(error) || messageOf(inner ?? error);
}
