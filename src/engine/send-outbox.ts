import type { OutboxItem, Outcome } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import type { Store } from '../store/store.ts';
import type { Router } from './api.ts';

/** Who sends, for loops to be told by. */
export type Origin = Parameters<Router['route']>[1];

/** Sends what a run left in its outbox, all or nothing; resolves when it is on disk where it goes. */
export type SendOutbox = (items: readonly OutboxItem[], origin: Origin) => Promise<void>;

/** The sender for runs whose caller does not send on by itself. */
export function outboxSender({ store, router }: { store: Pick<Store, 'commit'>; router: Router }): SendOutbox {
  return async (items, origin) => {
    const routed = await router.route(items, origin);
    if (!(await store.commit(routed.parts)))
      throw new Problem('unavailable', 'what the function sent could not be stored: try again');
    routed.committed();
  };
}

/**
 * How a run ends whose outbox cannot leave because of what is in it, such as a queue that does not exist; `undefined` where
 * the platform is to blame.
 */
export function outboxRefused(problem: Problem): Outcome | undefined {
  if (problem.status >= 500 || problem.retryable) return undefined;
  return {
    status: 'failed',
    reason: 'bad_result',
    error: { type: 'OutboxError', message: `what the function sent cannot leave: ${problem.message}`, stack: '' },
  };
}
