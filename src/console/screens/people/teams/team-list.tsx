import { IconUsersGroup } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { nameColumn } from '../../../ui/columns.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import type { Column } from '../../../ui/data-table.tsx';
import { NamedList } from '../../../ui/named-list.tsx';
import { PeoplePage } from '../people-page.tsx';
import { type Team, TeamDialog } from './team-dialog.tsx';

const COLUMNS: readonly Column<Team>[] = [
  nameColumn('/people/teams'),
  {
    key: 'description',
    title: 'What it does',
    width: 'minmax(6rem, 2fr)',
    wide: true,
    cell: ({ description }) => description,
  },
  {
    key: 'members',
    title: 'Members',
    width: 'minmax(5rem, 2fr)',
    cell: ({ members }) => members.join(', '),
    sort: ({ members }) => members.length,
  },
  { key: 'roles', title: 'Roles', width: 'minmax(5rem, 1.2fr)', cell: ({ roles }) => roles.join(', ') },
];

/** Teams: they own functions, and give their members roles. */
export default function TeamList() {
  const teams = useApi('/v1/teams');
  const { button, dialog } = useCreating('team', { action: 'identity:write' });
  return (
    <PeoplePage title="Teams" lead="Teams own functions, and give their members roles" actions={button}>
      <NamedList
        query={teams}
        rows={(answer) => answer.teams}
        of="team"
        to="/people/teams"
        icon={IconUsersGroup}
        columns={COLUMNS}
        texts={({ name, description, members, roles }) => [name, description, ...members, ...roles]}
        hint="Name, member, role"
        action={button}
      >
        A function whose owner is a team belongs to all of its members; a role of the team is a role of each.
      </NamedList>
      <CommandLine words={['team', 'list']} />
      <TeamDialog {...dialog} />
    </PeoplePage>
  );
}
