import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import type { RoleView, Statement } from '../statement.ts';
import { StatementEditor } from './statement-editor.tsx';

interface RoleDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a role is made. */
  readonly role?: RoleView;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const FRESH: Statement = { effect: 'allow', actions: [] };

/** Makes a role, or changes one: statement by statement. */
export function RoleDialog({ opened, onClose, role, onDone }: RoleDialogProps) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [statements, setStatements] = useState<Statement[]>([FRESH]);
  const [revision, setRevision] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    if (!opened) return;
    setName(role?.name ?? '');
    setDescription(role?.description ?? '');
    setStatements(role?.statements ?? [FRESH]);
    setRevision(role?.revision ?? 0);
  }, [opened]);
  const target = role?.name ?? name;
  const mine = { description, statements };
  const save = useChange(
    (at: number | undefined) => api.put('/v1/roles/{name}', { path: { name: target }, body: mine, ...ifRevision(at) }),
    ['/v1/roles', '/v1/session'],
  );
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      size="xl"
      title={role === undefined ? 'New role' : `Change the role ${role.name}`}
      verb={role === undefined ? 'Make the role' : 'Save'}
      isReady={NAME.test(target) && statements.length > 0 && statements.every(({ actions }) => actions.length > 0)}
      command={commandOf(target || 'NAME', mine)}
      mine={mine}
      revision={revision}
      stands={() => api.get('/v1/roles/{name}', { path: { name: target } })}
      onSubmit={async (at) => {
        await save.mutateAsync(at);
        notifications.show({ message: `The role ${target} is ${role === undefined ? 'made' : 'changed'}` });
        onDone?.(target);
      }}
    >
      {role === undefined && (
        <TextInput
          label="Name"
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={
            name !== '' && !NAME.test(name) ? 'Letters, digits and . _ -, beginning with a letter or digit' : undefined
          }
        />
      )}
      <TextInput
        label="What it is for"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
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
    </FormDialog>
  );
}

/** One statement fits on a command line; several are a file. */
function commandOf(
  name: string,
  { description, statements }: { description: string; statements: Statement[] },
): string[] {
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
