import { Button, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { messageOf } from '../../api/problem.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Panel } from '../../ui/panel.tsx';
import classes from './profile.module.css';

/** Sets one's own password; every other session of it ends, and this one goes on. */
export function PasswordForm({ user }: { readonly user: string }) {
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const element = event.currentTarget;
    const form = new FormData(element);
    const [current, password] = [String(form.get('current')), String(form.get('password'))];
    setBusy(true);
    setFailure('');
    try {
      await api.put('/v1/users/{name}/password', { path: { name: user }, body: { password, current } });
      await renew('/v1/tokens', '/v1/users');
      element.reset();
      notifications.show({ message: 'The password is set. Your other sessions have ended.' });
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel title="Password">
      <form className={classes.form} onSubmit={(event) => void submit(event)}>
        <input type="text" name="username" value={user} autoComplete="username" readOnly hidden />
        <PasswordInput
          name="current"
          label="The present one"
          autoComplete="current-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show the present password' }}
        />
        <PasswordInput
          name="password"
          label="The new one"
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        />
        <Button type="submit" loading={busy}>
          Set the password
        </Button>
      </form>
      <Failure error={failure || undefined} />
      <CommandLine words={['user', 'password', user]} />
    </Panel>
  );
}
