import { Anchor, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { signIn } from '../api/session.ts';
import { Failure } from '../ui/failure.tsx';
import classes from './sign-in.module.css';

/** Where a person says who they are: by name and password, or by a token. */
export function SignIn() {
  const client = useQueryClient();
  const [byToken, setByToken] = useState(false);
  const [failure, setFailure] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Flock of Birds';
  }, []);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const said = (name: string) => String(form.get(name) ?? '');
    setBusy(true);
    setFailure('');
    try {
      await signIn(
        byToken ? { token: said('token').trim() } : { user: said('user').trim(), password: said('password') },
      );
      await client.resetQueries();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <Paper className={classes.card ?? ''} withBorder>
        <form onSubmit={(event) => void submit(event)}>
          <Stack gap="md">
            <div>
              <img src="/console/icon.svg" alt="" width={40} height={40} />
              <Title order={1} mt="sm">
                Sign in
              </Title>
              <Text c="dimmed" size="sm">
                to the node <span className={classes.host}>{window.location.host}</span>
              </Text>
            </div>
            {byToken ? (
              <PasswordInput
                name="token"
                label="Token"
                description="One of yours, or the value of the node's setting “token”"
                autoComplete="off"
                required
                autoFocus
                key="token"
                visibilityToggleButtonProps={{ 'aria-label': 'Show the token' }}
              />
            ) : (
              <>
                <TextInput name="user" label="User" autoComplete="username" required autoFocus key="user" />
                <PasswordInput
                  name="password"
                  label="Password"
                  autoComplete="current-password"
                  required
                  visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
                />
              </>
            )}
            <Failure error={failure || undefined} />
            <Button type="submit" loading={busy} fullWidth size="md">
              Sign in
            </Button>
            <Anchor component="button" type="button" size="sm" onClick={() => setByToken(!byToken)}>
              {byToken ? 'Sign in with a password instead' : 'Sign in with a token instead'}
            </Anchor>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
