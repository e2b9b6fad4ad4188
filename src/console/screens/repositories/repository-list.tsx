import { Code } from '@mantine/core';
import { IconGitBranch } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import { nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreating } from '../../ui/creating.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { NamedList } from '../../ui/named-list.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { RepositoriesPage } from './repositories-page.tsx';
import { deploysOf, type Repository, shortCommit, stateOf } from './repository.ts';
import { RepositoryDialog } from './repository-dialog.tsx';

const COLUMNS: readonly Column<Repository>[] = [
  nameColumn('/repositories', { width: 'minmax(5rem, 1.2fr)', phone: 'first' }),
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
    cell: deploysOf,
  },
  {
    key: 'state',
    phone: 'second',
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
    phone: 'end',
    title: 'When',
    width: 'minmax(4.5rem, 6.5rem)',
    cell: ({ deployments: [last] }) => (last === undefined ? 'never' : <Time at={last.at} ago />),
    sort: ({ deployments: [last] }) => last?.at ?? '',
  },
];

/** Repositories that one pushes to, and those elsewhere that are watched. */
export function RepositoryList() {
  const repositories = useApi('/v1/repositories');
  const { button, dialog } = useCreating('repository', { action: 'repository:write' });
  return (
    <RepositoriesPage
      title="Repositories"
      lead="Code that deploys itself: pushed here, or watched elsewhere"
      actions={button}
    >
      <NamedList
        query={repositories}
        rows={(answer) => answer.repositories}
        of="repository"
        many="repositories"
        to="/repositories"
        icon={IconGitBranch}
        columns={COLUMNS}
        texts={({ name, description, branch, watch }) => [name, description, branch, watch?.url ?? '']}
        hint="Name, address, branch"
        action={button}
      >
        Create one and push to it, or have one elsewhere watched: each commit of its branch deploys, and a build that
        fails is shown with what it printed.
      </NamedList>
      <CommandLine words={['repo', 'list']} />
      <RepositoryDialog {...dialog} />
    </RepositoriesPage>
  );
}
