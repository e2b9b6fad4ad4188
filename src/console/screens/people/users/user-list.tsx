import { IconUsers } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { nameColumn } from '../../../ui/columns.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import type { Column } from '../../../ui/data-table.tsx';
import { NamedList } from '../../../ui/named-list.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { visible } from '../../../ui/visible.ts';
import { PeoplePage } from '../people-page.tsx';
import { UserDialog } from './user-dialog.tsx';

type User = Api['GET /v1/users']['answer']['users'][number];

const COLUMNS: readonly Column<User>[] = [
  nameColumn('/people/users', { phone: 'first' }),
  {
    key: 'full',
    title: 'Full name',
    width: 'minmax(6rem, 1.6fr)',
    wide: true,
    cell: ({ fullName }) => fullName && visible(fullName),
    sort: ({ fullName }) => fullName,
  },
  {
    key: 'roles',
    phone: 'rest',
    title: 'Roles',
    width: 'minmax(5rem, 1.6fr)',
    cell: ({ roles }) => roles.join(', '),
    sort: ({ roles }) => roles.join(),
  },
  {
    key: 'teams',
    title: 'Teams',
    width: 'minmax(5rem, 1.4fr)',
    wide: true,
    cell: ({ teams }) => teams.join(', '),
    sort: ({ teams }) => teams.join(),
  },
  {
    key: 'state',
    phone: 'end',
    title: 'State',
    width: 'minmax(5rem, 7rem)',
    cell: ({ disabled }) => (
      <StatusBadge tone={disabled ? 'notice' : 'good'} plain>
        {disabled ? 'disabled' : 'active'}
      </StatusBadge>
    ),
    sort: ({ disabled }) => Number(disabled),
  },
  {
    key: 'password',
    title: 'Signs in',
    width: '8rem',
    wide: true,
    cell: ({ hasPassword }) => (hasPassword ? 'by password' : 'by tokens only'),
    sort: ({ hasPassword }) => Number(hasPassword),
  },
];

/** Everybody who has a name here. */
export function UserList() {
  const users = useApi('/v1/users');
  const { button, dialog } = useCreating('user', { action: 'identity:write' });
  return (
    <PeoplePage title="Users" lead="Who may do what, and how much of it" actions={button}>
      <NamedList
        query={users}
        rows={(answer) => answer.users}
        of="user"
        to="/people/users"
        icon={IconUsers}
        columns={COLUMNS}
        texts={({ name, fullName, email, roles, teams }) => [name, fullName, email, ...roles, ...teams]}
        hint="Name, role, team"
        action={button}
      >
        Whoever reaches this node from its machine may do everything. From the first user on, who must be an
        administrator, everybody signs in.
      </NamedList>
      <CommandLine words={['user', 'list']} />
      <UserDialog {...dialog} isFirst={users.data?.users.length === 0} />
    </PeoplePage>
  );
}
