import { queryClient } from '../../api/hooks.ts';

/** Asks again for all that shows topics. */
export function renewTopics(): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/v1/topics'),
  });
}
