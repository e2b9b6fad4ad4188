import { IconShieldCog } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { nameColumn } from '../../../ui/columns.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import type { Column } from '../../../ui/data-table.tsx';
import { countText } from '../../../ui/format.ts';
import { NamedList } from '../../../ui/named-list.tsx';
import { PeoplePage } from '../people-page.tsx';
import { type ExecutionRole, ExecutionRoleDialog } from './execution-role-dialog.tsx';

const COLUMNS: readonly Column<ExecutionRole>[] = [
  nameColumn('/people/execution-roles', { width: 'minmax(6rem, 1fr)', phone: 'first' }),
  {
    key: 'description',
    title: 'What it is for',
    width: 'minmax(6rem, 1.6fr)',
    wide: true,
    cell: ({ description }) => description,
  },
  {
    key: 'grants',
    phone: 'rest',
    title: 'Functions may',
    width: 'minmax(7rem, 2.4fr)',
    cell: ({ grants }) => grants.join(', '),
  },
  {
    key: 'usedBy',
    phone: 'end',
    title: 'Had by',
    width: 'minmax(5rem, 7.5rem)',
    cell: ({ usedBy }) => (usedBy.length === 1 ? usedBy[0] : countText(usedBy.length, 'function')),
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
  const { button, dialog } = useCreating('execution role', { action: 'role:write' });
  return (
    <PeoplePage
      title="Execution roles"
      lead="What functions may touch, in one place for all that have the role; a change holds at once"
      actions={button}
    >
      <NamedList
        query={roles}
        rows={(answer) => answer.roles}
        of="execution role"
        to="/people/execution-roles"
        icon={IconShieldCog}
        columns={COLUMNS}
        texts={({ name, description, grants, usedBy }) => [name, description, ...grants, ...usedBy]}
        hint="Name, grant, function"
        action={button}
      >
        A role such as “reads the bucket photos” is made from a template, and given to functions by its name.
      </NamedList>
      <CommandLine words={['execution-role', 'list']} />
      <ExecutionRoleDialog {...dialog} />
    </PeoplePage>
  );
}
