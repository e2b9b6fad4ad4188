import { useEffect, useState } from 'react';

interface Pages {
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly fetchNextPage: () => unknown;
}

/** What asks for the next page, where there is one: once what is just being asked is there, which would be given up for it. */
export function useNextPage({ hasNextPage, isFetching, fetchNextPage }: Pages): () => void {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (!isDue || isFetching) return;
    setDue(false);
    if (hasNextPage) void fetchNextPage();
  }, [isDue, hasNextPage, isFetching, fetchNextPage]);
  return () => {
    if (hasNextPage) setDue(true);
  };
}
