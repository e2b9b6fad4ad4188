import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconShieldHalf } from '@tabler/icons-react';
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
import { type RoleView, sentenceOf } from '../statement.ts';
import { RoleDialog } from './role-dialog.tsx';

const COLUMNS: readonly Column<RoleView>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(6rem, 1fr)',
    cell: ({ name }) => (
      <Text span inherit fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
  { key: 'description', title: 'What it is for', width: 'minmax(7rem, 2fr)', cell: ({ description }) => description },
  {
    key: 'says',
    title: 'Says',
    width: 'minmax(8rem, 2fr)',
    wide: true,
    cell: ({ statements }) =>
      statements.map((each) => `${each.effect === 'allow' ? 'may' : 'may not'} ${sentenceOf(each)}`).join('; '),
  },
  {
    key: 'kind',
    title: 'Kind',
    width: '6.5rem',
    wide: true,
    cell: ({ builtIn }) => (builtIn ? 'every node’s' : 'your own'),
    sort: ({ builtIn }) => Number(builtIn),
  },
];

/** Roles: what people and teams may do. */
export default function RoleList() {
  const roles = useApi('/v1/roles');
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const open = (name: string) => void navigate(`/people/roles/${encodeURIComponent(name)}`);
  return (
    <PeoplePage
      title="Roles"
      lead="What people and teams may do; a statement that denies wins over every one that allows"
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
          New role
        </Button>
      }
    >
      <Panel flush title="Roles" aside={<FilterField label="Filter roles" placeholder="Name, what it says" />}>
        <QueryView query={roles} what="The roles" rows={5}>
          {({ roles: found }) => (
            <DataTable
              label="Roles"
              rows={found.filter(({ name, description, statements }) =>
                matches(filter, name, description, ...statements.map(sentenceOf)),
              )}
              columns={COLUMNS}
              rowKey={({ name }) => name}
              onOpen={({ name }) => open(name)}
              empty={<EmptyState icon={IconShieldHalf} title={`No role fits “${filter}”`} />}
            />
          )}
        </QueryView>
      </Panel>
      <CommandLine words={['role', 'list']} />
      <RoleDialog opened={isMaking} onClose={dialog.close} onDone={open} />
    </PeoplePage>
  );
}
