import { Button, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { api } from '../../../api/client.ts';
import { useDraft } from '../../../ui/draft.ts';
import { ifRevision } from '../../../ui/form-dialog.tsx';
import { NAME } from '../../../ui/name-field.tsx';
import { ThingDialog } from '../../../ui/thing-dialog.tsx';
import type { RoleView, Statement } from '../statement.ts';
import { StatementEditor } from './statement-editor.tsx';

interface RoleDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a role is created. */
  readonly role?: RoleView;
}

type Draft = Pick<RoleView, 'description' | 'statements'>;

const FRESH: Statement = { effect: 'allow', actions: [] };

/** Creates a role, or changes one: statement by statement. */
export function RoleDialog({ opened, onClose, role }: RoleDialogProps) {
  const [draft, set] = useDraft<Draft>(opened, () => ({
    description: role?.description ?? '',
    statements: role?.statements ?? [FRESH],
  }));
  const { description, statements } = draft;
  const setStatements = (next: Statement[]) => set({ statements: next });
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="role"
      thing={role}
      rule={NAME.dotted}
      size="xl"
      isReady={statements.length > 0 && statements.every(({ actions }) => actions.length > 0)}
      command={(name) => commandOf(name, draft)}
      mine={{ ...draft }}
      stands={(name) => api.get('/v1/roles/{name}', { path: { name } })}
      save={async (name, revision) => {
        await api.put('/v1/roles/{name}', { path: { name }, body: draft, ...ifRevision(revision) });
      }}
      touches={['/v1/roles', '/v1/session']}
      to="/people/roles"
    >
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      {statements.map((statement, at) => (
        <StatementEditor
          // biome-ignore lint/suspicious/noArrayIndexKey: statements are known by their numbers
          key={at}
          number={at + 1}
          statement={statement}
          onChange={(next) => setStatements(statements.with(at, next))}
          {...(statements.length > 1 && { onRemove: () => setStatements(statements.toSpliced(at, 1)) })}
        />
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setStatements([...statements, FRESH])}
        >
          Another statement
        </Button>
      </div>
    </ThingDialog>
  );
}

/** One statement fits on a command line; several are a file. */
function commandOf(name: string, { description, statements }: Draft): string[] {
  const [statement] = statements;
  if (statements.length !== 1 || statement === undefined) return ['role', 'set', name, '--file', `${name}.yaml`];
  const { effect, actions, resources = [], where } = statement;
  return [
    ...['role', 'set', name],
    ...actions.flatMap((action) => [`--${effect}`, action]),
    ...resources.flatMap((resource) => ['--on', resource]),
    ...(where?.owner ?? []).flatMap((owner) => ['--owner', owner]),
    ...Object.entries(where?.tag ?? {}).flatMap(([tag, value]) => ['--tag', `${tag}=${value}`]),
    ...(description === '' ? [] : ['--description', description]),
  ];
}
