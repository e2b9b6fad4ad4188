import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { type Answer, api, urlOf } from '../../api/client.ts';
import { type Key, keyOf } from '../../api/hooks.ts';
import type { ApiProblem } from '../../api/problem.ts';

const OBJECTS = '/v1/buckets/{bucket}/objects';
const PAGE = 500;
type Listed = Answer<'GET', typeof OBJECTS>;
export type ObjectView = Listed['objects'][number];

/** A line of a listing: an object, or all below a prefix. */
export type Entry = { readonly prefix: string } | (ObjectView & { readonly prefix?: undefined });

/** What is in a bucket below a prefix, as folders and objects; further pages when they are wanted. */
export function useObjects(bucket: string, prefix: string, isFlat: boolean) {
  const delimiter = isFlat ? undefined : '/';
  const found = useInfiniteQuery<Listed, ApiProblem, InfiniteData<Listed>, Key, string | undefined>({
    queryKey: keyOf(OBJECTS, { path: { bucket }, query: { prefix, delimiter } }),
    queryFn: ({ pageParam, signal }) =>
      api.get(OBJECTS, {
        path: { bucket },
        query: {
          prefix,
          limit: PAGE,
          ...(delimiter !== undefined && { delimiter }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next,
  });
  const pages = found.data?.pages ?? [];
  const entries: Entry[] = [
    ...pages.flatMap(({ commonPrefixes }) => commonPrefixes.map((each) => ({ prefix: each }))),
    ...pages.flatMap(({ objects }) => objects),
  ];
  return { ...found, entries };
}

/** Where an object is downloaded from. */
export function downloadUrl(bucket: string, key: string): string {
  return urlOf('/v1/buckets/{bucket}/objects/{*}', { bucket, '*': key });
}
