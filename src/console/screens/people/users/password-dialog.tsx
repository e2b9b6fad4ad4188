import { PasswordInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';

interface PasswordDialogProps {
  readonly name: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Sets somebody's password. */
export function PasswordDialog({ name, opened, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const save = useChange(
    () => api.put('/v1/users/{name}/password', { path: { name }, body: { password } }),
    ['/v1/users', '/v1/tokens'],
  );
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Set the password of ${name}`}
      verb="Set the password"
      isReady={password !== ''}
      command={['user', 'password', name]}
      onSubmit={async () => {
        await save.mutateAsync(undefined);
        setPassword('');
        notifications.show({ message: `${name} has a new password` });
      }}
    >
      <Text size="sm">Sessions that came from the old one end.</Text>
      <PasswordInput
        label="New password"
        required
        data-autofocus
        autoComplete="new-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      />
    </FormDialog>
  );
}
