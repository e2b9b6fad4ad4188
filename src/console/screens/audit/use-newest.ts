import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '../../api/hooks.ts';

/** What was refused changes nothing, so that no event tells of it: looks now and then, while the page is seen, whether there is more. */
export function useNewest(shown: number | undefined): void {
  const client = useQueryClient();
  const newest = useApi('/v1/audit', { query: { limit: 1 } }, { refetchInterval: 5_000 });
  const sequence = newest.data?.entries[0]?.sequence;
  useEffect(() => {
    if (sequence === undefined || shown === undefined || sequence <= shown) return;
    void client.invalidateQueries({
      predicate: ({ queryKey }) => {
        const [path, asked] = queryKey as readonly [unknown, { query?: { pages?: boolean } }?];
        return path === '/v1/audit' && asked?.query?.pages === true;
      },
    });
  }, [sequence, shown, client]);
}
