import { Code } from '@mantine/core';
import { IconFileStack } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import type { Api } from '../../api/types.gen.ts';
import { nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { countText } from '../../ui/format.ts';
import { NamedList } from '../../ui/named-list.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { RepositoriesPage } from './repositories-page.tsx';
import { shortCommit } from './repository.ts';

type Project = Api['GET /v1/projects']['answer']['projects'][number];

const COLUMNS: readonly Column<Project>[] = [
  nameColumn('/repositories/projects'),
  {
    key: 'things',
    title: 'Holds',
    width: 'minmax(4.5rem, 1fr)',
    cell: ({ things }) => countText(things, 'thing'),
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
  return (
    <RepositoriesPage title="Projects" lead="Functions and services that a fob.yaml keeps together">
      <NamedList
        query={projects}
        rows={(answer) => answer.projects}
        of="project"
        to="/repositories/projects"
        icon={IconFileStack}
        columns={COLUMNS}
        texts={({ name, by }) => [name, by]}
        hint="Name, person"
      >
        Write down functions, triggers and services in a <Code>fob.yaml</Code>, and <Code>fob apply</Code> it: what
        somebody changes by hand afterwards is shown here.
      </NamedList>
      <CommandLine words={['plan']} />
    </RepositoriesPage>
  );
}
