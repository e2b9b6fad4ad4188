import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from './error-state.tsx';
import { Loading } from './loading.tsx';

interface QueryViewProps<A> {
  readonly query: UseQueryResult<A, Error>;
  readonly what?: string;
  readonly rows?: number;
  readonly children: (data: A) => ReactNode;
}

/** The states of a query: loading, failed, there. What was there stays while it is asked again, or cannot be. */
export function QueryView<A>({ query, what, rows, children }: QueryViewProps<A>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) {
    return (
      <ErrorState error={query.error} {...(what !== undefined && { what })} onRetry={() => void query.refetch()} />
    );
  }
  return <Loading {...(rows !== undefined && { rows })} />;
}
