import { IconBox } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { type MeasuredSandbox, STATES } from './sandbox.ts';
import { cpuText } from './sandbox-table.tsx';

interface Group {
  readonly name: string | undefined;
  readonly title: string;
  readonly sandboxes: readonly MeasuredSandbox[];
  readonly givenMb: number;
  readonly memoryBytes: number;
  readonly cpuCores: number;
  readonly served: number;
}

const COLUMNS: readonly Column<Group>[] = [
  {
    key: 'name',
    title: 'Function',
    width: 'minmax(5rem, 2fr)',
    cell: ({ title }) => title,
    sort: ({ title }) => title,
  },
  {
    key: 'sandboxes',
    title: 'Sandboxes',
    width: 'minmax(5rem, 2fr)',
    cell: ({ sandboxes }) =>
      STATES.flatMap(({ state, title }) => {
        const count = sandboxes.filter((each) => each.state === state).length;
        return count === 0 ? [] : [`${count} ${title}`];
      }).join(', '),
    sort: ({ sandboxes }) => sandboxes.length,
  },
  {
    key: 'memory',
    title: 'Memory',
    width: 'minmax(3.75rem, 6rem)',
    align: 'right',
    cell: ({ memoryBytes }) => formatBytes(memoryBytes),
    sort: ({ memoryBytes }) => memoryBytes,
  },
  {
    key: 'given',
    title: 'Given',
    width: '6rem',
    wide: true,
    align: 'right',
    cell: ({ givenMb }) => `${formatCount(givenMb)} MB`,
    sort: ({ givenMb }) => givenMb,
  },
  {
    key: 'cpu',
    title: 'CPU',
    width: 'minmax(3rem, 4.5rem)',
    align: 'right',
    cell: ({ cpuCores }) => cpuText(cpuCores),
    sort: ({ cpuCores }) => cpuCores,
  },
  {
    key: 'served',
    title: 'Served',
    width: '5rem',
    wide: true,
    align: 'right',
    cell: ({ served }) => formatCount(served),
    sort: ({ served }) => served,
  },
];

/** Sandboxes by the function that they run: what each function takes at the moment. */
export function FunctionTable({ sandboxes }: { readonly sandboxes: readonly MeasuredSandbox[] }) {
  const navigate = useNavigate();
  return (
    <DataTable
      orderWord="sort-functions"
      label="Functions with sandboxes"
      rows={groupsOf(sandboxes)}
      columns={COLUMNS}
      rowKey={({ title }) => title}
      rowHeight={36}
      initialSort={{ key: 'memory', descending: true }}
      maxHeight="32rem"
      onOpen={({ name }) => {
        if (name !== undefined) void navigate(`/functions/${encodeURIComponent(name)}`);
      }}
      empty={<EmptyState icon={IconBox} title="No function has a sandbox like this" />}
    />
  );
}

function groupsOf(sandboxes: readonly MeasuredSandbox[]): Group[] {
  return [...Map.groupBy(sandboxes, ({ function: name, runtime }) => name ?? `nothing yet (${runtime})`)].map(
    ([title, those]) => ({
      name: those[0]?.function,
      title,
      sandboxes: those,
      givenMb: those.reduce((sum, { memoryMb }) => sum + memoryMb, 0),
      memoryBytes: those.reduce((sum, { usage }) => sum + (usage?.memoryBytes ?? 0), 0),
      cpuCores: those.reduce((sum, { cpuCores }) => sum + (cpuCores ?? 0), 0),
      served: those.reduce((sum, { served }) => sum + served, 0),
    }),
  );
}
