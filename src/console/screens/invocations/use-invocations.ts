import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Asked, api, nodeSpentMs } from '../../api/client.ts';
import { outdate } from '../../api/hooks.ts';
import { onLive } from '../../api/live.ts';
import { paced } from '../../api/pace.ts';
import type { ApiProblem } from '../../api/problem.ts';
import type { Api } from '../../api/types.gen.ts';

type Query = NonNullable<Asked<'GET', '/v1/invocations'>['query']>;
type Page = Api['GET /v1/invocations']['answer'];

const PAGE = 100;
/** By no path: pages that were read would all be read again whenever something ends. */
const KEY = 'pages of invocations';
const PATH = '/v1/invocations';

/**
 * Records of invocations, newest first, page by page. While only the newest page is shown it stays fresh by itself; who has gone on to
 * older ones is told how many came since.
 */
export function useInvocations(query: Query) {
  const [newer, setNewer] = useState(0);
  const found = useInfiniteQuery<Page, ApiProblem>({
    queryKey: [KEY, query],
    queryFn: ({ signal, pageParam }) =>
      api.get(PATH, {
        query: { ...query, limit: PAGE, ...(typeof pageParam === 'string' && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.cursor,
  });
  const latest = useRef(found);
  latest.current = found;
  const { function: name, to } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another query none is newer
  useEffect(() => setNewer(0), [JSON.stringify(query)]);
  useEffect(() => {
    if (to !== undefined) return;
    let isOver = false;
    const renew = paced(async () => {
      if (isOver) return 0;
      const beforeMs = nodeSpentMs([PATH]);
      await outdate(({ queryKey }) => queryKey[0] === KEY);
      return nodeSpentMs([PATH]) - beforeMs;
    });
    const end = onLive('invocations', ({ functions }) => {
      const counts = name === undefined ? Object.values(functions) : [functions[name]];
      const ended = counts.reduce((sum, each) => sum + (each?.ended ?? 0), 0);
      if (ended === 0) return;
      if ((latest.current.data?.pages.length ?? 0) > 1) setNewer((before) => before + ended);
      else renew([]);
    });
    return () => {
      isOver = true;
      end();
    };
  }, [name, to]);
  return {
    ...found,
    items: found.data?.pages.flatMap(({ invocations }) => invocations) ?? [],
    /** How many ended since the list was read; 0 while it stays fresh by itself. */
    newer,
  };
}
