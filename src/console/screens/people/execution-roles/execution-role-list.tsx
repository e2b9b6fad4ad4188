import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconShieldCog } from '@tabler/icons-react';
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
import { type ExecutionRole, ExecutionRoleDialog } from './execution-role-dialog.tsx';

const COLUMNS: readonly Column<ExecutionRole>[] = [
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
  {
    key: 'description',
    title: 'What it is for',
    width: 'minmax(6rem, 1.6fr)',
    wide: true,
    cell: ({ description }) => description,
  },
  { key: 'grants', title: 'Functions may', width: 'minmax(7rem, 2.4fr)', cell: ({ grants }) => grants.join(', ') },
  {
    key: 'usedBy',
    title: 'Had by',
    width: 'minmax(5rem, 7.5rem)',
    cell: ({ usedBy }) => (usedBy.length === 1 ? usedBy[0] : `${usedBy.length} functions`),
    sort: ({ usedBy }) => usedBy.length,
  },
  {
    key: 'assignable',
    title: 'Given by',
    width: 'minmax(6rem, 1fr)',
    wide: true,
    cell: ({ assignableBy }) => (assignableBy.length === 0 ? 'who may configure' : assignableBy.join(', ')),
  },
];

/** What functions may touch, in one place for all that have the role. */
export default function ExecutionRoleList() {
  const roles = useApi('/v1/execution-roles');
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const open = (name: string) => void navigate(`/people/execution-roles/${encodeURIComponent(name)}`);
  const making = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
      New execution role
    </Button>
  );
  return (
    <PeoplePage
      title="Execution roles"
      lead="What functions may touch, in one place for all that have the role; a change holds at once"
      actions={making}
    >
      <QueryView query={roles} what="The execution roles" rows={5}>
        {({ roles: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconShieldCog} title="There is no execution role yet" action={making}>
                A role such as “reads the bucket photos” is made from a template, and given to functions by its name.
              </EmptyState>
            </Panel>
          ) : (
            <Panel
              flush
              title="Execution roles"
              aside={<FilterField label="Filter execution roles" placeholder="Name, grant, function" />}
            >
              <DataTable
                label="Execution roles"
                rows={found.filter(({ name, description, grants, usedBy }) =>
                  matches(filter, name, description, ...grants, ...usedBy),
                )}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => open(name)}
                empty={<EmptyState icon={IconShieldCog} title={`No execution role fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <CommandLine words={['execution-role', 'list']} />
      <ExecutionRoleDialog opened={isMaking} onClose={dialog.close} onDone={open} />
    </PeoplePage>
  );
}
