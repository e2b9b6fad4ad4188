import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import type { Column } from './data-table.tsx';
import { formatCount } from './format.ts';
import { StatusBadge } from './status-badge.tsx';
import { Time } from './time.tsx';

/** The names of things, each a link to its page below `to`. */
export function nameColumn<T extends { readonly name: string }>(
  to: string,
  {
    title = 'Name',
    width = 'minmax(6rem, 1.4fr)',
    phone,
  }: { readonly title?: string; readonly width?: string; readonly phone?: 'first' } = {},
): Column<T> {
  return {
    key: 'name',
    ...(phone && { phone }),
    title,
    width,
    sort: ({ name }) => name,
    cell: ({ name }) => (
      <Anchor component={Link} to={`${to}/${encodeURIComponent(name)}`} inherit fw={560}>
        {name}
      </Anchor>
    ),
  };
}

interface CountOptions {
  readonly width?: string;
  readonly wide?: boolean | 'very';
  /** Any of them is one too many. */
  readonly bad?: boolean;
}

/** A number of each. */
export function countColumn<T>(
  key: string,
  title: string,
  of: (row: T) => number,
  { width = '5.5rem', wide = false, bad = false }: CountOptions = {},
): Column<T> {
  return {
    key,
    title,
    width,
    wide,
    align: 'right',
    sort: of,
    cell: (row) =>
      bad && of(row) > 0 ? (
        <StatusBadge tone="bad" plain>
          {formatCount(of(row))}
        </StatusBadge>
      ) : (
        formatCount(of(row))
      ),
  };
}

/** When each was made; left out where there is little room. */
export function createdColumn<T extends { readonly createdAt: string }>(): Column<T> {
  return {
    key: 'created',
    title: 'Created',
    width: '9rem',
    wide: true,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} />,
  };
}
