import { PasswordInput, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { api } from '../../../api/client.ts';
import { renew } from '../../../api/hooks.ts';
import { useDraft } from '../../../ui/draft.ts';
import { FormDialog } from '../../../ui/form-dialog.tsx';

interface PasswordDialogProps {
  readonly name: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Sets somebody's password. */
export function PasswordDialog({ name, opened, onClose }: PasswordDialogProps) {
  const [{ password }, set] = useDraft(opened, () => ({ password: '' }));
  return (
    <FormDialog
      opened={opened}
      onClose={onClose}
      title={`Set the password of ${name}`}
      verb="Set the password"
      isReady={password !== ''}
      command={['user', 'password', name]}
      onSubmit={async () => {
        await api.put('/v1/users/{name}/password', { path: { name }, body: { password } });
        await renew('/v1/users', '/v1/tokens');
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
        onChange={(event) => set({ password: event.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
      />
    </FormDialog>
  );
}
