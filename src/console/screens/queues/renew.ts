import { queryClient } from '../../api/hooks.ts';

/** Asks again for all that shows queues. */
export function renewQueues(): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/v1/queues'),
  });
}
