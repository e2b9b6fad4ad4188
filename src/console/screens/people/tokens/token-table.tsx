import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';
import { api } from '../../../api/client.ts';
import { useChange } from '../../../api/hooks.ts';
import type { Token } from '../../../api/things.ts';
import { Confirm } from '../../../ui/confirm.tsx';
import { type Column, DataTable } from '../../../ui/data-table.tsx';
import { May } from '../../../ui/may.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { ThingLink } from '../../../ui/thing-link.tsx';
import { Time } from '../../../ui/time.tsx';

const SOON_MS = 7 * 86_400_000;

interface TokenTableProps {
  readonly tokens: readonly Token[];
  readonly withOwner?: boolean;
  readonly empty: ReactNode;
}

/** Tokens without their secrets; each can be revoked. */
export function TokenTable({ tokens, withOwner = false, empty }: TokenTableProps) {
  const [target, setTarget] = useState<Token>();
  const revoke = useChange((id: string) => api.delete('/v1/tokens/{id}', { path: { id } }), ['/v1/tokens']);
  return (
    <>
      <DataTable
        label="Tokens and sessions"
        rows={tokens}
        columns={columnsOf(withOwner, setTarget)}
        rowKey={({ id }) => id}
        initialSort={{ key: 'created', descending: true }}
        empty={empty}
      />
      <Confirm
        opened={target !== undefined}
        onClose={() => setTarget(undefined)}
        title={`Revoke the ${target?.session ? 'session' : 'token'} ${target?.label || target?.id}?`}
        verb="Revoke"
        command={['token', 'rm', target?.id ?? '']}
        onConfirm={async () => {
          await revoke.mutateAsync(target!.id);
          notifications.show({ message: `${target!.label || target!.id} is revoked` });
        }}
      >
        Whoever has it is refused from then on. It cannot be brought back.
      </Confirm>
    </>
  );
}

function columnsOf(withOwner: boolean, onRevoke: (token: Token) => void): readonly Column<Token>[] {
  return [
    {
      key: 'label',
      phone: 'first',
      title: 'What for',
      width: 'minmax(4.5rem, 1.6fr)',
      cell: ({ label, session, id }) => label || (session ? 'a session' : id),
      sort: ({ label }) => label.toLowerCase(),
    },
    ...(withOwner
      ? [
          {
            key: 'owner',
            phone: 'second' as const,
            title: 'Whose',
            width: 'minmax(4.5rem, 1.2fr)',
            cell: ({ user, team }: Token) => <ThingLink thing={user === undefined ? `team:${team}` : `user:${user}`} />,
            sort: ({ user, team }: Token) => user ?? team ?? '',
          },
        ]
      : []),
    {
      key: 'scope',
      title: 'May',
      width: 'minmax(5rem, 1.6fr)',
      wide: true,
      cell: ({ scopes }) => scopeText(scopes),
    },
    {
      key: 'used',
      title: 'Last used',
      width: '7rem',
      wide: true,
      cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : <Time at={lastUsedAt} ago />),
      sort: ({ lastUsedAt }) => lastUsedAt ?? '',
    },
    {
      key: 'created',
      title: 'Created',
      width: 'minmax(6rem, 1fr)',
      wide: true,
      cell: ({ createdAt }) => <Time at={createdAt} ago />,
      sort: ({ createdAt }) => createdAt,
    },
    {
      key: 'end',
      phone: 'named',
      title: 'Ends',
      width: 'minmax(4.5rem, 7.5rem)',
      cell: (token) => <End token={token} />,
    },
    {
      key: 'revoke',
      phone: 'end',
      title: '',
      width: '4.75rem',
      align: 'right',
      cell: (token) => (
        <May action="identity:write" orAbsent>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Revoke ${token.label || token.id}`}
            onClick={() => onRevoke(token)}
          >
            Revoke
          </Button>
        </May>
      ),
    },
  ];
}

function End({ token: { expiresAt } }: { readonly token: Token }) {
  if (expiresAt === undefined) return 'never';
  const leftMs = Date.parse(expiresAt) - Date.now();
  if (leftMs <= 0) {
    return (
      <StatusBadge tone="quiet" plain>
        ended
      </StatusBadge>
    );
  }
  if (leftMs > SOON_MS) return <Time at={expiresAt} ago />;
  return (
    <span style={{ color: 'var(--fob-notice)' }}>
      <Time at={expiresAt} ago />
    </span>
  );
}

/** What a token is narrowed to, in words. */
export function scopeText(scopes: Token['scopes']): string {
  if (scopes === undefined) return 'all that its owner may';
  return [...(scopes.roles ?? []).map((role) => `role ${role}`), ...(scopes.actions ?? [])].join(', ');
}
