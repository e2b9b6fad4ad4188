import { Button, Code, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconGitBranch, IconPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField, matches } from '../../ui/filter-field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { useParam } from '../../ui/use-param.ts';
import { RepositoriesPage } from './repositories-page.tsx';
import { type Repository, shortCommit, stateOf } from './repository.ts';
import { RepositoryDialog } from './repository-dialog.tsx';

const COLUMNS: readonly Column<Repository>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(5rem, 1.2fr)',
    cell: ({ name }) => (
      <Text span inherit fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
  {
    key: 'kind',
    title: 'Comes by',
    width: 'minmax(6rem, 2fr)',
    wide: true,
    cell: ({ watch }) => (watch === undefined ? 'git push' : `watching ${watch.url}`),
    sort: ({ watch }) => watch?.url ?? '',
  },
  {
    key: 'branch',
    title: 'Deploys',
    width: 'minmax(5rem, 1fr)',
    wide: true,
    cell: ({ branch, watch }) => watch?.tag ?? watch?.branch ?? (branch || 'main or master'),
  },
  {
    key: 'state',
    title: 'State',
    width: 'minmax(6rem, 1.2fr)',
    cell: (repository) => {
      const { tone, words } = stateOf(repository);
      return (
        <StatusBadge tone={tone} plain>
          {words}
        </StatusBadge>
      );
    },
    sort: (repository) => stateOf(repository).words,
  },
  {
    key: 'commit',
    title: 'Commit',
    width: '7rem',
    wide: true,
    cell: ({ deployments: [last] }) => last && <Code>{shortCommit(last.commit)}</Code>,
  },
  {
    key: 'when',
    title: 'When',
    width: 'minmax(4.5rem, 6.5rem)',
    cell: ({ deployments: [last] }) => (last === undefined ? 'never' : <Time at={last.at} ago />),
    sort: ({ deployments: [last] }) => last?.at ?? '',
  },
];

/** Repositories that one pushes to, and those elsewhere that are watched. */
export function RepositoryList() {
  const repositories = useApi('/v1/repositories');
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const open = (name: string) => void navigate(`/repositories/${encodeURIComponent(name)}`);
  const making = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      New repository
    </Button>
  );
  return (
    <RepositoriesPage
      title="Repositories"
      lead="Code that deploys itself: pushed here, or watched elsewhere"
      actions={making}
    >
      <QueryView query={repositories} what="The repositories" rows={5}>
        {({ repositories: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconGitBranch} title="There is no repository yet" action={making}>
                Make one and push to it, or have one elsewhere watched: each commit of its branch deploys, and a build
                that fails is shown with what it printed.
              </EmptyState>
            </Panel>
          ) : (
            <Panel
              flush
              title="Repositories"
              aside={<FilterField label="Filter repositories" placeholder="Name, address, branch" />}
            >
              <DataTable
                label="Repositories"
                rows={found.filter(({ name, description, branch, watch }) =>
                  matches(filter, name, description, branch, watch?.url ?? ''),
                )}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => open(name)}
                empty={<EmptyState icon={IconGitBranch} title={`No repository fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <CommandLine words={['repo', 'list']} />
      <RepositoryDialog opened={isMaking} onClose={dialog.close} onDone={open} />
    </RepositoriesPage>
  );
}
