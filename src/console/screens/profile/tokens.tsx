import { Button, CopyButton, Select, Text, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { useApi, useChange } from '../../api/hooks.ts';
import type { Token } from '../../api/things.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Failure } from '../../ui/failure.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './profile.module.css';

const DAY_MS = 86_400_000;
const LIVES = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Until it is revoked' },
];

/** One's tokens and sessions: makes one, shows its secret this once, revokes. */
export function Tokens() {
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('90');
  const tokens = useApi('/v1/tokens');
  const [secret, setSecret] = useState('');
  const [revoking, setRevoking] = useState<Token>();
  const make = useChange(
    () =>
      api.post('/v1/tokens', {
        body: {
          label,
          ...(days !== '' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
        },
      }),
    ['/v1/tokens'],
  );
  const revoke = useChange((id: string) => api.delete('/v1/tokens/{id}', { path: { id } }), ['/v1/tokens']);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    make.mutate(undefined, {
      onSuccess: (issued) => {
        setSecret(issued.token);
        setLabel('');
      },
    });
  };
  return (
    <Panel title="Tokens and sessions">
      {secret !== '' && (
        <div className={classes.secret} role="status">
          <Text size="sm" fw={600}>
            Copy the token now: it is not shown again
          </Text>
          <code data-secret>{secret}</code>{' '}
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label="What it is for"
          placeholder="Laptop, pipeline …"
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          required
        />
        <Select
          label="Good for"
          data={LIVES}
          value={days}
          onChange={(next) => setDays(next ?? '')}
          allowDeselect={false}
        />
        <Button type="submit" loading={make.isPending}>
          Create a token
        </Button>
      </form>
      <Failure error={make.error ?? revoke.error} />
      <QueryView query={tokens} what="Your tokens">
        {({ tokens: found }) => (
          <DataTable
            label="Tokens and sessions"
            rows={found}
            columns={[
              ...COLUMNS,
              {
                key: 'revoke',
                phone: 'end',
                title: '',
                width: '5.5rem',
                align: 'right',
                cell: (token) => (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Revoke ${token.label || token.id}`}
                    onClick={() => setRevoking(token)}
                  >
                    Revoke
                  </Button>
                ),
              },
            ]}
            rowKey={({ id }) => id}
            empty={
              <EmptyState icon={IconKey} title="You have no tokens">
                A token lets a program do what you may do.
              </EmptyState>
            }
          />
        )}
      </QueryView>
      <div className={classes.command}>
        <CommandLine
          words={
            label === ''
              ? ['token', 'list']
              : ['token', 'create', label, '--expires', days === '' ? 'never' : `${days}d`]
          }
        />
      </div>
      <Confirm
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title="Revoke this token?"
        verb="Revoke"
        command={['token', 'rm', revoking?.id ?? '']}
        onConfirm={() => revoke.mutateAsync(revoking!.id)}
      >
        “{revoking?.label || revoking?.id}” is refused from then on. This cannot be undone.
      </Confirm>
    </Panel>
  );
}

const COLUMNS: readonly Column<Token>[] = [
  {
    key: 'label',
    phone: 'first',
    title: 'What for',
    width: 'minmax(7rem, 2fr)',
    sort: ({ label }) => label.toLowerCase(),
    cell: ({ label, id, session }) => label || (session ? 'A session by password' : id),
  },
  {
    key: 'created',
    title: 'Made',
    wide: true,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} ago />,
  },
  {
    key: 'used',
    phone: 'named',
    title: 'Last used',
    width: 'minmax(5.5rem, 1fr)',
    cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : <Time at={lastUsedAt} ago />),
  },
  {
    key: 'ends',
    title: 'Ends',
    wide: true,
    cell: ({ expiresAt }) => (expiresAt === undefined ? 'never' : <Time at={expiresAt} ago />),
  },
];
