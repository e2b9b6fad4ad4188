import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import type { ApiProblem } from './problem.ts';
import type { FunctionView } from './things.ts';

const PAGE = 1_000;

/** All functions that one may see, in the order of their names: five thousand take a few requests once, then the live feed keeps them fresh. */
export function useFunctions(settings: { enabled?: boolean } = {}) {
  return useQuery<FunctionView[], ApiProblem>({
    queryKey: ['/v1/functions', { all: true }],
    queryFn: async ({ signal }) => {
      const found: FunctionView[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.get('/v1/functions', { query: { limit: PAGE, ...(cursor && { cursor }) }, signal });
        found.push(...(page.functions as FunctionView[]));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    },
    ...settings,
  });
}
