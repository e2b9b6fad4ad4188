import { IconShieldHalf } from '@tabler/icons-react';
import { useApi } from '../../../api/hooks.ts';
import { nameColumn } from '../../../ui/columns.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { useCreating } from '../../../ui/creating.tsx';
import type { Column } from '../../../ui/data-table.tsx';
import { NamedList } from '../../../ui/named-list.tsx';
import { PeoplePage } from '../people-page.tsx';
import { type RoleView, sentenceOf, summaryOf } from '../statement.ts';
import { RoleDialog } from './role-dialog.tsx';

const COLUMNS: readonly Column<RoleView>[] = [
  nameColumn('/people/roles', { width: 'minmax(6rem, 1fr)', phone: 'first' }),
  {
    key: 'description',
    phone: 'rest',
    title: 'What it is for',
    width: 'minmax(7rem, 4fr)',
    cell: ({ description, statements }) => description || summaryOf(statements),
  },
  {
    key: 'kind',
    phone: 'end',
    title: 'Kind',
    width: '6.5rem',
    wide: true,
    cell: ({ builtIn }) => (builtIn ? 'built in' : 'your own'),
    sort: ({ builtIn }) => Number(builtIn),
  },
];

/** Roles: what people and teams may do. */
export default function RoleList() {
  const roles = useApi('/v1/roles');
  const { button, dialog } = useCreating('role', { action: 'identity:write' });
  return (
    <PeoplePage
      title="Roles"
      lead="What people and teams may do; a statement that denies wins over every one that allows"
      actions={button}
    >
      <NamedList
        query={roles}
        rows={(answer) => answer.roles}
        of="role"
        to="/people/roles"
        icon={IconShieldHalf}
        columns={COLUMNS}
        texts={({ name, description, statements }) => [name, description, ...statements.map(sentenceOf)]}
        hint="Name, what it says"
        isOrdered
        action={button}
      >
        A role says what those who have it may do.
      </NamedList>
      <CommandLine words={['role', 'list']} />
      <RoleDialog {...dialog} />
    </PeoplePage>
  );
}
