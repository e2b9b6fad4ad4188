import { Anchor, Code } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import type { SecretView } from './secret.ts';

type Use = SecretView['usedBy'][number];

const COLUMNS: readonly Column<Use>[] = [
  {
    key: 'function',
    title: 'Function',
    width: 'minmax(4.5rem, 2fr)',
    cell: (use) => (
      <Anchor component={Link} to={`/functions/${encodeURIComponent(use.function)}/configuration`} size="sm">
        {use.function}
      </Anchor>
    ),
    sort: (use) => use.function,
  },
  {
    key: 'variable',
    title: 'As the variable',
    width: 'minmax(4.5rem, 2fr)',
    cell: ({ variable }) => <Code>{variable}</Code>,
    sort: ({ variable }) => variable,
  },
  {
    key: 'version',
    title: 'Version',
    width: '6rem',
    wide: true,
    cell: ({ version }) => (version === undefined ? 'the newest' : version),
  },
  {
    key: 'granted',
    title: 'May have it',
    width: 'minmax(5.25rem, 1fr)',
    cell: ({ granted }) => (
      <StatusBadge tone={granted ? 'good' : 'bad'} plain>
        {granted ? 'yes' : 'no: it cannot start'}
      </StatusBadge>
    ),
    sort: ({ granted }) => Number(granted),
  },
];

/** Which functions a secret is given to, and as which variable. */
export function UsePanel({ secret }: { readonly secret: SecretView }) {
  return (
    <Panel flush title="Used by">
      <DataTable
        label={`Functions that use ${secret.name}`}
        rows={secret.usedBy}
        columns={COLUMNS}
        rowKey={({ function: name, variable, version }) => `${name} ${variable} ${version ?? ''}`}
        maxHeight="20rem"
        empty={
          <EmptyState icon={IconPlugConnected} title="No function uses it">
            Give it to a function in its configuration, or by <Code>{`fob set --secret VARIABLE=${secret.name}`}</Code>.
          </EmptyState>
        }
      />
    </Panel>
  );
}
