import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Answer, api, request } from '../../api/client.ts';
import { type Key, keyOf } from '../../api/hooks.ts';
import type { ApiProblem } from '../../api/problem.ts';
import { useDeed } from '../../ui/deed.tsx';
import { operands } from '../../ui/shell-words.ts';
import { downloadUrl } from './objects.ts';

const PATH = '/v1/buckets/{bucket}/removed';
const PAGE = 500;
type Page = Answer<'GET', typeof PATH>;
export type Removed = Page['removed'][number];

/** What was removed from a bucket below a prefix and is kept; further pages when they are wanted. */
export function useRemoved(bucket: string, prefix: string) {
  const found = useInfiniteQuery<Page, ApiProblem, InfiniteData<Page>, Key, string | undefined>({
    queryKey: keyOf(PATH, { path: { bucket }, query: { prefix } }),
    queryFn: ({ pageParam, signal }) =>
      api.get(PATH, {
        path: { bucket },
        query: { prefix, limit: PAGE, ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
  });
  const entries = found.data?.pages.flatMap(({ removed }) => removed) ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = found;
  const isEmpty = entries.length === 0;
  // Among very many versions, a page may hold nothing that was removed. One that cannot be had is not asked for again and again.
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, isError, fetchNextPage]);
  return { ...found, entries };
}

/** Takes the delete marker of an object away, so that it is there again. */
export function useBringBack(bucket: string) {
  return useDeed({
    change: ({ key, versionId }: Pick<Removed, 'key' | 'versionId'>) =>
      request('DELETE', `${downloadUrl(bucket, key)}?versionId=${encodeURIComponent(versionId)}`),
    touches: ['/v1/buckets'],
    done: ({ key }) => `${key} is there again`,
    command: ({ key }) => ['bucket', 'restore', bucket, ...operands(key)],
  });
}
