import {
  type InfiniteData,
  keepPreviousData,
  type Query,
  QueryClient,
  type UseQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
} from '@tanstack/react-query';
import { type Answer, type Asked, api, nodeSpentMs, type Options, type PathOf, urlOf } from './client.ts';
import { isGoing, isOf, onceGone, tellsLeft } from './going.ts';
import { type ApiProblem, isUnreachable } from './problem.ts';

/** How a query is known: live events find it by its path and by the names in it. */
export type Key = readonly [path: string, parameters: { path?: object; query?: object }];

/** The cache of everything that was asked. The live feed says what is out of date, so that nothing is asked twice without need. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // The node may be this very machine: a browser that is offline still reaches it.
      networkMode: 'always',
      retry: (count, error) => isUnreachable(error) && count < 2,
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Settings of a query beside its path: `enabled`, `staleTime`, `select` … Not how often it asks: the live feed says when. */
type QuerySettings<A> = Omit<UseQueryOptions<A, ApiProblem, A, Key>, 'queryKey' | 'queryFn' | 'refetchInterval'> & {
  /** Shows the answer before this one until it is there: for filters and pages. */
  readonly keepPrevious?: boolean;
};

/** Asks the API for something and keeps it fresh: `useApi('/v1/functions/{name}', { path: { name } })`. */
export function useApi<P extends PathOf<'GET'>>(
  path: P,
  ...[options, settings]: [...Partial<Options<'GET', P>>, settings?: QuerySettings<Answer<'GET', P>>]
) {
  const asked = (options ?? {}) as { path?: object; query?: object };
  const { keepPrevious, ...rest } = (settings ?? {}) as QuerySettings<Answer<'GET', P>>;
  return useQuery<Answer<'GET', P>, ApiProblem, Answer<'GET', P>, Key>({
    queryKey: keyOf(path, asked),
    queryFn: ({ signal }) => api.get(path, ...([{ ...asked, signal }] as unknown as Options<'GET', P>)),
    ...(keepPrevious && { placeholderData: keepPreviousData as never }),
    ...rest,
  });
}

/** Asks for a list page by page, by its cursor. `items` takes the entries out of one page. */
export function usePages<P extends PathOf<'GET'>, T>(
  path: P,
  options: Asked<'GET', P>,
  items: (page: Answer<'GET', P>) => readonly T[],
  settings: { enabled?: boolean } = {},
) {
  const asked = options as { path?: object; query?: object };
  const found = useInfiniteQuery<Answer<'GET', P>, ApiProblem, InfiniteData<Answer<'GET', P>>, Key, string | undefined>(
    {
      queryKey: keyOf(path, { ...asked, query: { ...asked.query, pages: true } }),
      queryFn: ({ signal, pageParam }) => {
        const query = { ...asked.query, ...(pageParam !== undefined && { cursor: pageParam }) };
        return api.get(path, ...([{ ...asked, query, signal }] as unknown as Options<'GET', P>));
      },
      initialPageParam: undefined,
      getNextPageParam: (page) => (page as { cursor?: string }).cursor,
      ...settings,
    },
  );
  return { ...found, items: found.data?.pages.flatMap((page) => items(page)) ?? [] };
}

export function keyOf(path: string, { path: names, query }: { path?: object; query?: object }): Key {
  return [path, { ...(names && { path: names }), ...(query && { query }) }];
}

/** Changes something by the API. What it may have changed is asked again: every query whose path starts with one of `touches`. */
export function useChange<V, A>(change: (value: V) => Promise<A>, touches: readonly string[] = []) {
  return useMutation<A, ApiProblem, V>({ mutationFn: change, onSettled: () => renew(...touches) });
}

/**
 * Asks again for what is shown and may be out of date, and resolves when it is there, with the milliseconds that the node spent on it;
 * in a tab that nobody sees, when somebody does.
 */
export async function outdate(isOld: (query: Query) => boolean = () => true): Promise<number> {
  const concerns = (query: Query): boolean => isOld(query) && !isGoing(addressOf(query));
  const shown = queryClient.getQueryCache().findAll({ type: 'active', predicate: concerns });
  const paths = new Set(shown.map(({ queryKey: [path] }) => String(path)));
  const beforeMs = nodeSpentMs(paths);
  // What is asked for the first time is not asked anew while it is on its way, and its answer may be from before.
  const first = shown.filter(({ state }) => state.data === undefined && state.fetchStatus === 'fetching');
  await queryClient.invalidateQueries({ predicate: concerns, refetchType: document.hidden ? 'none' : 'active' });
  if (first.length > 0) {
    await Promise.allSettled(first.map(({ promise }) => promise));
    await queryClient.invalidateQueries({
      predicate: (query) => first.includes(query),
      refetchType: document.hidden ? 'none' : 'active',
    });
  }
  return nodeSpentMs(paths) - beforeMs;
}

function addressOf({ queryKey: [path, parameters] }: Query): string {
  return urlOf(String(path), (parameters as { path?: Readonly<Record<string, unknown>> } | undefined)?.path);
}

tellsLeft((thing) => {
  const cache = queryClient.getQueryCache();
  const isShown = () =>
    cache.findAll({ type: 'active', predicate: (query) => isOf(thing, addressOf(query)) }).length > 0;
  return new Promise((resolve) => {
    const end = cache.subscribe(() => look());
    const look = () => {
      if (isShown()) return;
      end();
      resolve();
    };
    look();
  });
});
onceGone((thing) => void outdate((query) => isOf(thing, addressOf(query))));

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  void queryClient.refetchQueries({ type: 'active', predicate: ({ state }) => state.isInvalidated });
});

/** Asks again for all that is shown and whose path starts with one of these. */
export async function renew(...starts: readonly string[]): Promise<void> {
  await outdate(({ queryKey }) => starts.some((start) => String(queryKey[0]).startsWith(start)));
}
