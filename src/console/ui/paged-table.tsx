import type { ReactNode } from 'react';
import { DataTable, type DataTableProps } from './data-table.tsx';
import { ErrorState } from './error-state.tsx';
import { Loading } from './loading.tsx';
import { type Pages, useNextPage } from './use-next-page.ts';

interface PagedTableProps<T> extends Omit<DataTableProps<T>, 'onEnd' | 'empty'> {
  readonly pages: Pages & { readonly refetch: () => unknown };
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
