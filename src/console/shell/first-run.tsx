import { Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { IconShieldLock } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../api/client.ts';
import { messageOf } from '../api/problem.ts';
import { signIn, useSession } from '../api/session.ts';
import { CommandLine } from '../ui/command-line.tsx';
import { Failure } from '../ui/failure.tsx';
import classes from './first-run.module.css';

/** On a node that asks nobody who they are: offers to make its first administrator. */
export function FirstRun() {
  const { session } = useSession();
  const [isOpen, form] = useDisclosure(false);
  const [isLater, setLater] = useLocalStorage({
    key: 'fob-first-run-later',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  if (session === undefined || session.credentialsDemanded) return null;
  return (
    <>
      {!isLater && (
        <section className={classes.bar} aria-label="First administrator">
          <IconShieldLock size={20} stroke={1.6} aria-hidden />
          <p className={classes.words}>
            <b>Whoever reaches this node is its operator.</b> Make the first administrator: from then on the node asks
            everybody who they are.
          </p>
          <Group gap="xs">
            <Button size="xs" onClick={form.open}>
              Make the first administrator
            </Button>
            <Button size="xs" variant="default" onClick={() => setLater(true)}>
              Later
            </Button>
          </Group>
        </section>
      )}
      <Modal
        opened={isOpen}
        onClose={form.close}
        title="The first administrator"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <FirstAdministrator />
      </Modal>
    </>
  );
}

function FirstAdministrator() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get('password'));
    if (password !== form.get('again')) {
      setFailure('The two passwords differ.');
      return;
    }
    setBusy(true);
    setFailure('');
    try {
      await api.post('/v1/users', { body: { name, roles: ['administrator'], password } });
      await signIn({ user: name, password });
      await client.resetQueries();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="What you sign in with: letters, digits, _ . @ and -"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          required
          data-autofocus
        />
        <PasswordInput
          name="password"
          label="Password"
          description="Ten characters or more"
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        />
        <PasswordInput
          name="again"
          label="The password again"
          autoComplete="new-password"
          required
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password again' }}
        />
        <Failure error={failure || undefined} />
        <Button type="submit" loading={busy}>
          Create it, and sign in
        </Button>
        {name !== '' && <CommandLine words={['user', 'create', name, '--admin']} />}
      </Stack>
    </form>
  );
}
