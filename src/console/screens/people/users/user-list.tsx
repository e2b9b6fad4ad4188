import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FilterField, matches } from '../../../ui/filter-field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { PeoplePage } from '../people-page.tsx';
import { UserDialog } from './user-dialog.tsx';

type User = Api['GET /v1/users']['answer']['users'][number];

const COLUMNS: readonly Column<User>[] = [
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
    key: 'full',
    title: 'Called',
    width: 'minmax(6rem, 1.6fr)',
    wide: true,
    cell: ({ fullName }) => fullName,
    sort: ({ fullName }) => fullName,
  },
  {
    key: 'roles',
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
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const making = (
    <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={dialog.open}>
      New user
    </Button>
  );
  return (
    <PeoplePage title="Users" lead="Who may do what, and how much of it" actions={making}>
      <QueryView query={users} what="The users" rows={8}>
        {({ users: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconUsers} title="This node has no users yet" action={making}>
                Whoever reaches it from this machine may do everything. From the first user on, who must be an
                administrator, everybody signs in.
              </EmptyState>
            </Panel>
          ) : (
            <Panel
              flush
              title={`${found.length} ${found.length === 1 ? 'user' : 'users'}`}
              aside={<FilterField label="Filter users" placeholder="Name, role, team" />}
            >
              <DataTable
                label="Users"
                rows={found.filter(({ name, fullName, email, roles, teams }) =>
                  matches(filter, name, fullName, email, ...roles, ...teams),
                )}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => void navigate(`/people/users/${encodeURIComponent(name)}`)}
                empty={<EmptyState icon={IconUsers} title={`No user fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <CommandLine words={['user', 'list']} />
      <UserDialog
        opened={isMaking}
        onClose={dialog.close}
        isFirst={users.data?.users.length === 0}
        onDone={(name) => void navigate(`/people/users/${encodeURIComponent(name)}`)}
      />
    </PeoplePage>
  );
}
