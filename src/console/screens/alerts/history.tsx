import { Anchor } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Answer } from '../../api/client.ts';
import { usePages } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatDuration } from '../../ui/format.ts';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge, toneOf } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';

type Firing = Answer<'GET', '/v1/alerts/history'>['firings'][number];

const COLUMNS: readonly Column<Firing>[] = [
  {
    key: 'since',
    phone: 'end',
    title: 'Since',
    width: 'minmax(4.5rem, 8rem)',
    cell: ({ sinceMs }) => <Time at={sinceMs} />,
  },
  {
    key: 'severity',
    phone: 'second',
    title: 'Severity',
    width: '7rem',
    cell: ({ severity }) => (
      <StatusBadge tone={toneOf(severity)} plain>
        {severity}
      </StatusBadge>
    ),
  },
  { key: 'rule', phone: 'second', title: 'Rule', width: 'minmax(5.5rem, 8rem)', wide: true, cell: ({ rule }) => rule },
  {
    key: 'function',
    phone: 'first',
    title: 'Function',
    width: 'minmax(7rem, 1fr)',
    cell: ({ function: name }) =>
      name === undefined ? (
        'this node'
      ) : (
        <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}/monitoring`} inherit>
          {name}
        </Anchor>
      ),
  },
  {
    key: 'for',
    title: 'For',
    width: '5rem',
    wide: 'very',
    align: 'right',
    cell: ({ sinceMs, resolvedMs }) => (resolvedMs === undefined ? 'still' : formatDuration(resolvedMs - sinceMs)),
  },
  { key: 'worst', title: 'At worst', width: '5rem', wide: 'very', align: 'right', cell: ({ worst }) => worst },
  {
    key: 'cause',
    wraps: true,
    phone: 'rest',
    title: 'Likely cause',
    width: 'minmax(8rem, 3fr)',
    wide: true,
    cell: ({ cause, condition }) => cause ?? condition,
  },
  {
    key: 'by',
    title: 'Looked after by',
    width: 'minmax(6.5rem, 8rem)',
    wide: 'very',
    cell: ({ acknowledgedBy }) => acknowledgedBy ?? '',
  },
];

/** What fired, the newest first. */
export function History() {
  const pages = usePages('/v1/alerts/history', { query: { limit: 100 } }, ({ firings }) => firings);
  return (
    <>
      <Panel title="What fired" flush>
        <PagedTable
          pages={pages}
          what="The history"
          label="What fired"
          rows={pages.items}
          columns={COLUMNS}
          rowKey={({ firingId }) => firingId}
          empty={
            <EmptyState icon={IconHistory} title="Nothing has fired yet">
              The last 1,000 alerts are kept here, with their likely causes.
            </EmptyState>
          }
        />
      </Panel>
      <div style={{ height: '1rem' }} />
      <CommandLine words={['alert', 'history']} />
    </>
  );
}
