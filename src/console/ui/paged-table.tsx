import type { ReactNode } from 'react';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { ErrorState } from './error-state.tsx';
import { Loading } from './loading.tsx';
import { useNextPage } from './use-next-page.ts';

/** What `usePages` and its like know of a list that comes page by page. */
interface Pages {
  readonly data: unknown;
  readonly error: Error | null;
  readonly hasNextPage: boolean;
  readonly isFetching: boolean;
  readonly fetchNextPage: () => unknown;
  readonly refetch: () => unknown;
}

interface PagedTableProps<T> extends Omit<DataTableProps<T>, 'onEnd' | 'empty'> {
  readonly pages: Pages;
  /** What is shown, such as "The messages". */
  readonly what: string;
  /** Where there is nothing. */
  readonly empty: ReactNode;
}

/** A table whose further rows are asked for when its end comes into view. */
export function PagedTable<T>({ pages, what, empty, rows, ...table }: PagedTableProps<T>) {
  const more = useNextPage(pages);
  if (pages.data === undefined) {
    if (pages.error === null) return <Loading rows={6} />;
    return <ErrorState error={pages.error} what={what} onRetry={() => void pages.refetch()} />;
  }
  if (rows.length === 0) return empty;
  return <DataTable rows={rows} {...table} onEnd={more} />;
}
