import { Anchor } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import type { Violations } from './policy.ts';

interface Row {
  readonly function: string;
  readonly owner: string;
  readonly policy: string;
  readonly mode: string;
  readonly rule: string;
  readonly message: string;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'function',
    phone: 'first',
    title: 'Function',
    width: 'minmax(8rem, 1fr)',
    cell: (row) => (
      <Anchor component={Link} to={`/functions/${encodeURIComponent(row.function)}/configuration`} inherit>
        {row.function}
      </Anchor>
    ),
    sort: (row) => row.function,
  },
  {
    key: 'owner',
    title: 'Owner',
    width: 'minmax(5rem, 0.8fr)',
    wide: true,
    cell: ({ owner }) => owner,
    sort: ({ owner }) => owner,
  },
  {
    key: 'policy',
    title: 'Policy',
    width: 'minmax(6rem, 1fr)',
    wide: true,
    cell: ({ policy }) => (
      <Anchor component={Link} to={`/people/policies/${encodeURIComponent(policy)}`} inherit>
        {policy}
      </Anchor>
    ),
    sort: ({ policy }) => policy,
  },
  {
    key: 'mode',
    phone: 'end',
    title: 'Next time',
    width: 'minmax(5rem, 7rem)',
    cell: ({ mode }) => (
      <StatusBadge tone={mode === 'warn' ? 'notice' : 'bad'} plain>
        {mode === 'warn' ? 'warned about' : 'refused'}
      </StatusBadge>
    ),
    sort: ({ mode }) => mode,
  },
  {
    key: 'message',
    wraps: true,
    phone: 'rest',
    title: 'Why',
    width: 'minmax(7rem, 3fr)',
    cell: ({ message }) => <span title={message}>{message}</span>,
  },
];

/** Functions and the rules that they break. They go on running; what counts is their next deployment. */
export function ViolationTable({ violations }: { readonly violations: Violations }) {
  const rows = violations.flatMap((each) =>
    each.violations.map((one) => ({ ...one, function: each.function, owner: each.owner })),
  );
  return (
    <DataTable
      label="Functions that break policies"
      orderWord="sort-broken"
      rows={rows}
      columns={COLUMNS}
      rowKey={(row) => `${row.function} ${row.policy} ${row.rule}`}
      rowHeight={36}
      maxHeight="24rem"
      empty={<EmptyState icon={IconCircleCheck} title="No function breaks it" />}
    />
  );
}
