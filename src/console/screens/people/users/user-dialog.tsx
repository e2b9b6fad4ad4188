import { PasswordInput, Text, TextInput } from '@mantine/core';
import { api } from '../../../api/client.ts';
import type { Api } from '../../../api/types.gen.ts';
import { useDraft } from '../../../ui/draft.ts';
import { ifRevision } from '../../../ui/form-dialog.tsx';
import { NAME } from '../../../ui/name-field.tsx';
import { ThingDialog } from '../../../ui/thing-dialog.tsx';
import { RoleSelect } from '../role-select.tsx';

type User = Api['GET /v1/users/{name}']['answer'];

interface UserDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Is changed; absent: a user is created. */
  readonly user?: User;
  /** There are no users yet: this one must be able to change all of it again. */
  readonly isFirst?: boolean;
}

/** Creates a user, or changes one. */
export function UserDialog({ opened, onClose, user, isFirst = false }: UserDialogProps) {
  const [{ fullName, email, roles, password }, set] = useDraft(opened, () => ({
    fullName: user?.fullName ?? '',
    email: user?.email ?? '',
    roles: user?.roles ?? (isFirst ? ['administrator'] : []),
    password: '',
  }));
  const mine = { fullName, roles, ...(email !== '' && { email }) };
  const options = [
    ...roles.flatMap((role) => ['--role', role]),
    ...(fullName === '' ? [] : ['--full-name', fullName]),
    ...(email === '' ? [] : ['--email', email]),
  ];
  return (
    <ThingDialog
      opened={opened}
      onClose={onClose}
      of="user"
      thing={user}
      rule={NAME.person}
      description="What they sign in with, and what functions name as their owner"
      isReady={!isFirst || password !== ''}
      command={(name) =>
        user === undefined
          ? ['user', 'create', name, ...options, ...(password === '' ? [] : ['--password'])]
          : ['user', 'set', name, ...(roles.length === 0 ? ['--no-roles'] : []), ...options]
      }
      mine={mine}
      stands={(name) => api.get('/v1/users/{name}', { path: { name } })}
      save={async (name, revision) => {
        if (user === undefined)
          await api.post('/v1/users', { body: { name, ...mine, ...(password !== '' && { password }) } });
        else await api.patch('/v1/users/{name}', { path: { name }, body: mine, ...ifRevision(revision) });
      }}
      touches={['/v1/users', '/v1/session', '/v1/audit']}
      to="/people/users"
    >
      {isFirst && (
        <Text size="sm">
          From the first user on everybody signs in, you too: choose a password, and keep the role administrator.
        </Text>
      )}
      <TextInput
        label="Full name"
        value={fullName}
        onChange={(event) => set({ fullName: event.currentTarget.value })}
        autoComplete="off"
      />
      <TextInput
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => set({ email: event.currentTarget.value })}
        autoComplete="off"
      />
      <RoleSelect value={roles} onChange={(next) => set({ roles: next })} description="Beside those of their teams" />
      {user === undefined && (
        <PasswordInput
          label="Password"
          description={isFirst ? undefined : 'Without one they sign in by tokens only'}
          required={isFirst}
          autoComplete="new-password"
          value={password}
          onChange={(event) => set({ password: event.currentTarget.value })}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
      )}
    </ThingDialog>
  );
}
