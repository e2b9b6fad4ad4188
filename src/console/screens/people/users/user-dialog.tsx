import { PasswordInput, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { Api } from '../../../api/types.gen.ts';
import { FormDialog, ifRevision } from '../../../ui/form-dialog.tsx';
import { RoleSelect } from '../role-select.tsx';

type User = Api['GET /v1/users/{name}']['answer'];

interface UserDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a user is made. */
  readonly user?: User;
  /** There are no users yet: this one must be able to change all of it again. */
  readonly isFirst?: boolean;
  readonly onDone?: (name: string) => void;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$/;

/** Makes a user, or changes one. */
export function UserDialog({ opened, onClose, user, isFirst = false, onDone }: UserDialogProps) {
  const [name, setName] = useState('');
  const [fullName, setFullName] = useState('');
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<string[]>([]);
  const [password, setPassword] = useState('');
  const [revision, setRevision] = useState<number>();
  // Filled when it opens: what others change meanwhile is told when one saves.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it opens
  useEffect(() => {
    setPassword('');
    if (!opened) return;
    setName(user?.name ?? '');
    setFullName(user?.fullName ?? '');
    setEmail(user?.email ?? '');
    setRoles(user?.roles ?? (isFirst ? ['administrator'] : []));
    setRevision(user?.revision);
  }, [opened]);
  const mine = { fullName, roles, ...(email !== '' && { email }) };
  const save = useChange(
    async (at: number | undefined) => {
      if (user !== undefined) {
        await api.patch('/v1/users/{name}', { path: { name: user.name }, body: mine, ...ifRevision(at) });
      } else await api.post('/v1/users', { body: { name, ...mine, ...(password !== '' && { password }) } });
    },
    ['/v1/users', '/v1/session', '/v1/audit'],
  );
  const isName = NAME.test(name);
  const options = [
    ...roles.flatMap((role) => ['--role', role]),
    ...(fullName === '' ? [] : ['--full-name', fullName]),
    ...(email === '' ? [] : ['--email', email]),
  ];
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={user === undefined ? 'New user' : `Change ${user.name}`}
      verb={user === undefined ? 'Make the user' : 'Save'}
      isReady={user !== undefined || (isName && (!isFirst || password !== ''))}
      command={
        user === undefined
          ? ['user', 'create', name || 'NAME', ...options, ...(password === '' ? [] : ['--password'])]
          : ['user', 'set', user.name, ...(roles.length === 0 ? ['--no-roles'] : []), ...options]
      }
      mine={mine}
      revision={revision}
      {...(user !== undefined && { stands: () => api.get('/v1/users/{name}', { path: { name: user.name } }) })}
      onSubmit={async (at) => {
        await save.mutateAsync(at);
        notifications.show({ message: user === undefined ? `${name} is a user now` : `${user.name} is changed` });
        onDone?.(user?.name ?? name);
      }}
    >
      {isFirst && (
        <Text size="sm">
          From the first user on everybody signs in, you too: choose a password, and keep the role administrator.
        </Text>
      )}
      {user === undefined && (
        <TextInput
          label="Name"
          description="Also what the owner of a function says"
          required
          data-autofocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={name !== '' && !isName ? 'Letters, digits and . _ @ -, beginning with a letter or digit' : undefined}
        />
      )}
      <TextInput
        label="What people call them"
        value={fullName}
        onChange={(event) => setFullName(event.currentTarget.value)}
        autoComplete="off"
      />
      <TextInput
        label="Address of mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
        autoComplete="off"
      />
      <RoleSelect value={roles} onChange={setRoles} description="Beside those of their teams" />
      {user === undefined && (
        <PasswordInput
          label="Password"
          description={isFirst ? undefined : 'Without one they sign in by tokens only'}
          required={isFirst}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
      )}
    </FormDialog>
  );
}
