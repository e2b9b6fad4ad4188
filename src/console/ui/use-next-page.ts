import { useEffect, useRef, useState } from 'react';

/** What `usePages` and its like know of a list that comes page by page. */
export interface Pages {
  readonly data: unknown;
  readonly error: Error | null;
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly fetchNextPage: () => unknown;
}

/**
 * What asks for the next page, where there is one: once what is just being asked is there, which would be given up for it, and again
 * where it was itself given up for news.
 */
export function useNextPage({ data, error, hasNextPage, isFetching, fetchNextPage }: Pages): () => void {
  const [isDue, setDue] = useState(false);
  const count = (data as { readonly pages: readonly unknown[] } | undefined)?.pages.length ?? 0;
  /** How many pages there were when it was asked for. */
  const asked = useRef<number>(undefined);
  useEffect(() => {
    if (!isDue || isFetching) return;
    const isOver = asked.current !== undefined && (count > asked.current || error !== null);
    asked.current = isOver || !hasNextPage ? undefined : count;
    if (asked.current === undefined) setDue(false);
    else void fetchNextPage();
  }, [isDue, count, error, hasNextPage, isFetching, fetchNextPage]);
  return () => {
    if (hasNextPage) setDue(true);
  };
}
