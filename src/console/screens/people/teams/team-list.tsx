import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUsersGroup } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../../api/hooks.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { FilterField, matches } from '../../../ui/filter-field.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { PeoplePage } from '../people-page.tsx';
import { type Team, TeamDialog } from './team-dialog.tsx';

const COLUMNS: readonly Column<Team>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(5rem, 1fr)',
    cell: ({ name }) => (
      <Text span inherit fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
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
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const open = (name: string) => void navigate(`/people/teams/${encodeURIComponent(name)}`);
  const making = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      New team
    </Button>
  );
  return (
    <PeoplePage title="Teams" lead="Teams own functions, and give their members roles" actions={making}>
      <QueryView query={teams} what="The teams" rows={6}>
        {({ teams: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconUsersGroup} title="There is no team yet" action={making}>
                A function whose owner is a team belongs to all of its members; a role of the team is a role of each.
              </EmptyState>
            </Panel>
          ) : (
            <Panel flush title="Teams" aside={<FilterField label="Filter teams" placeholder="Name, member, role" />}>
              <DataTable
                label="Teams"
                rows={found.filter(({ name, description, members, roles }) =>
                  matches(filter, name, description, ...members, ...roles),
                )}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => open(name)}
                empty={<EmptyState icon={IconUsersGroup} title={`No team fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <CommandLine words={['team', 'list']} />
      <TeamDialog opened={isMaking} onClose={dialog.close} onDone={open} />
    </PeoplePage>
  );
}
