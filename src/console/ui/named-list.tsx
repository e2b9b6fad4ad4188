import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { type Column, DataTable } from './data-table.tsx';
import { EmptyState, type Icon } from './empty-state.tsx';
import { FilterField, matches } from './filter-field.tsx';
import { countText } from './format.ts';
import { Panel } from './panel.tsx';
import { QueryView } from './query-view.tsx';
import { useParam } from './use-param.ts';

interface NamedListProps<A, T> {
  readonly query: UseQueryResult<A, Error>;
  readonly rows: (answer: A) => readonly T[];
  /** One of them, such as `team`, and where it is not with an s, several. */
  readonly of: string;
  readonly many?: string;
  /** The path of the list: below it lies the page of each, by its name. */
  readonly to: string;
  readonly icon: Icon;
  readonly columns: readonly Column<T>[];
  /** In what the filter looks, and what it says that it looks in. */
  readonly texts: (row: T) => readonly string[];
  readonly hint: string;
  /** As the node gives them; else by name. */
  readonly isOrdered?: boolean;
  /** Where there are none: the button that creates one, and what they are for. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** All things of one kind, each with a page of its own: filtered by a text, sorted, opened. */
export function NamedList<A, T extends { readonly name: string }>(props: NamedListProps<A, T>) {
  const {
    query,
    rows,
    of,
    many = `${of}s`,
    to,
    icon,
    columns,
    texts,
    hint,
    isOrdered = false,
    action,
    children,
  } = props;
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const title = `${many[0]!.toUpperCase()}${many.slice(1)}`;
  return (
    <QueryView query={query} what={`The ${many}`} rows={6}>
      {(answer) => {
        const found = rows(answer);
        return found.length === 0 ? (
          <Panel>
            <EmptyState icon={icon} title={`No ${many} yet`} action={action}>
              {children}
            </EmptyState>
          </Panel>
        ) : (
          <Panel
            flush
            title={countText(found.length, of, many)}
            aside={<FilterField label={`Filter ${many}`} placeholder={hint} />}
          >
            <DataTable
              label={title}
              rows={found.filter((row) => matches(filter, ...texts(row)))}
              columns={columns}
              rowKey={({ name }) => name}
              {...(!isOrdered && { initialSort: { key: 'name' } })}
              onOpen={({ name }) => void navigate(`${to}/${encodeURIComponent(name)}`)}
              empty={<EmptyState icon={icon} title={`No ${of} fits “${filter}”`} />}
            />
          </Panel>
        );
      }}
    </QueryView>
  );
}
