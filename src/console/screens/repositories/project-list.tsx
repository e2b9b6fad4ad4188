import { Code, Text } from '@mantine/core';
import { IconFileStack } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField, matches } from '../../ui/filter-field.tsx';
import { formatCount } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { useParam } from '../../ui/use-param.ts';
import { RepositoriesPage } from './repositories-page.tsx';
import { shortCommit } from './repository.ts';

type Project = Api['GET /v1/projects']['answer']['projects'][number];

const COLUMNS: readonly Column<Project>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(5rem, 1.4fr)',
    cell: ({ name }) => (
      <Text span inherit fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
  {
    key: 'things',
    title: 'Holds',
    width: 'minmax(4.5rem, 1fr)',
    cell: ({ things }) => `${formatCount(things)} ${things === 1 ? 'thing' : 'things'}`,
    sort: ({ things }) => things,
  },
  {
    key: 'commit',
    title: 'From',
    width: 'minmax(7rem, 2fr)',
    wide: true,
    cell: ({ origin }) =>
      origin?.git === undefined ? (origin?.message ?? '') : <Code>{shortCommit(origin.git.commit)}</Code>,
  },
  {
    key: 'by',
    title: 'Applied by',
    width: 'minmax(5rem, 1fr)',
    wide: true,
    cell: ({ by }) => by,
    sort: ({ by }) => by,
  },
  {
    key: 'at',
    title: 'Applied',
    width: 'minmax(4.5rem, 7rem)',
    cell: ({ appliedAt }) => <Time at={appliedAt} ago />,
    sort: ({ appliedAt }) => appliedAt,
  },
  {
    key: 'lock',
    title: 'Now',
    width: 'minmax(5rem, 1fr)',
    wide: true,
    cell: ({ lock }) =>
      lock && (
        <StatusBadge tone="busy" plain>
          {`applied by ${lock.by}`}
        </StatusBadge>
      ),
  },
];

/** Project files that were applied here. */
export default function ProjectList() {
  const projects = useApi('/v1/projects');
  const navigate = useNavigate();
  const [filter] = useParam('q');
  return (
    <RepositoriesPage title="Projects" lead="Functions and services that a fob.yaml keeps together">
      <QueryView query={projects} what="The projects" rows={5}>
        {({ projects: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconFileStack} title="No project was applied yet">
                Write down functions, triggers and services in a <Code>fob.yaml</Code>, and <Code>fob apply</Code> it:
                what somebody changes by hand afterwards is shown here.
              </EmptyState>
            </Panel>
          ) : (
            <Panel flush title="Projects" aside={<FilterField label="Filter projects" placeholder="Name, person" />}>
              <DataTable
                label="Projects"
                rows={found.filter(({ name, by }) => matches(filter, name, by))}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => void navigate(`/repositories/projects/${encodeURIComponent(name)}`)}
                empty={<EmptyState icon={IconFileStack} title={`No project fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <CommandLine words={['plan']} />
    </RepositoriesPage>
  );
}
