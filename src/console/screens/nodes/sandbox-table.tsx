import { Anchor, Text } from '@mantine/core';
import { IconBox } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { BYTES_PER_MB, formatBytes, formatCount, formatShare } from '../../ui/format.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { Meter } from './meter.tsx';
import classes from './nodes.module.css';
import { type MeasuredSandbox, STATES, stateOf } from './sandbox.ts';

const COLUMNS: readonly Column<MeasuredSandbox>[] = [
  {
    key: 'function',
    phone: 'first',
    title: 'Runs',
    width: 'minmax(4rem, 2.2fr)',
    cell: (sandbox) => <Runs sandbox={sandbox} />,
    sort: ({ function: name }) => name ?? '\uffff',
  },
  {
    key: 'state',
    phone: 'end',
    title: 'State',
    width: 'minmax(6.25rem, 1fr)',
    cell: ({ state }) => (
      <StatusBadge tone={stateOf(state).tone} plain>
        {stateOf(state).title}
      </StatusBadge>
    ),
    sort: ({ state }) => STATES.findIndex((each) => each.state === state),
  },
  {
    key: 'memory',
    phone: 'named',
    title: 'Memory',
    width: 'minmax(3.5rem, 2.6fr)',
    cell: (sandbox) => <Memory sandbox={sandbox} />,
    sort: ({ usage }) => usage?.memoryBytes ?? -1,
  },
  {
    key: 'peak',
    title: 'Most so far',
    wide: 'very',
    align: 'right',
    width: '5.5rem',
    cell: ({ usage }) => (usage === undefined ? '' : formatBytes(usage.peakMemoryBytes)),
    sort: ({ usage }) => usage?.peakMemoryBytes ?? -1,
  },
  {
    key: 'cpu',
    phone: 'second',
    title: 'CPU',
    align: 'right',
    width: 'minmax(3.75rem, 4.25rem)',
    cell: ({ cpuCores }) => (cpuCores === undefined ? '' : cpuText(cpuCores)),
    sort: ({ cpuCores }) => cpuCores ?? -1,
  },
  {
    key: 'cputime',
    title: 'CPU so far',
    wide: 'very',
    align: 'right',
    width: '5.25rem',
    cell: ({ usage }) => (usage === undefined ? '' : `${formatCount(usage.cpuMs / 1_000)} s`),
    sort: ({ usage }) => usage?.cpuMs ?? -1,
  },
  {
    key: 'served',
    title: 'Served',
    wide: true,
    align: 'right',
    width: '4rem',
    cell: ({ served }) => formatCount(served),
    sort: ({ served }) => served,
  },
  {
    key: 'inflight',
    title: 'Runs now',
    wide: true,
    align: 'right',
    width: '4.5rem',
    cell: ({ inFlight }) => inFlight,
    sort: ({ inFlight }) => inFlight,
  },
  {
    key: 'since',
    title: 'Since',
    wide: true,
    align: 'right',
    width: '5.5rem',
    cell: ({ startedAtMs }) => <Time at={startedAtMs} ago />,
    sort: ({ startedAtMs }) => startedAtMs,
  },
];

/** The share of a core: `12%`, and `1.4 cores` from one on. */
export function cpuText(cores: number): string {
  if (cores >= 1) return `${formatCount(cores)} cores`;
  return cores > 0 && cores < 0.001 ? '<0.1%' : formatShare(cores);
}

export function SandboxTable({ sandboxes }: { readonly sandboxes: readonly MeasuredSandbox[] }) {
  return (
    <DataTable
      label="Sandboxes"
      rows={sandboxes}
      columns={COLUMNS}
      rowKey={({ sandboxId }) => sandboxId}
      rowHeight={36}
      initialSort={{ key: 'state' }}
      maxHeight="32rem"
      empty={
        <EmptyState icon={IconBox} title="No sandbox is like this">
          Sandboxes start with the first invocation of a function, and end when nobody needs them any more.
        </EmptyState>
      }
    />
  );
}

function Runs({ sandbox: { function: name, version, runtime } }: { readonly sandbox: MeasuredSandbox }) {
  if (name === undefined) {
    return (
      <Text span inherit c="dimmed">
        nothing yet · {runtime}
      </Text>
    );
  }
  return (
    <span className={classes.runs}>
      <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}`} inherit>
        {name}
      </Anchor>
      <span className={classes.wide}>
        v{version} · {runtime}
      </span>
    </span>
  );
}

function Memory({ sandbox: { usage, memoryMb } }: { readonly sandbox: MeasuredSandbox }) {
  if (usage === undefined) return `of ${memoryMb} MB`;
  const share = usage.memoryBytes / (memoryMb * BYTES_PER_MB);
  return <Meter words={formatBytes(usage.memoryBytes)} of={`of ${memoryMb} MB`} share={share} />;
}
