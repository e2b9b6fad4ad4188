import { Code, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import { nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreating } from '../../ui/creating.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { countText } from '../../ui/format.ts';
import { NamedList } from '../../ui/named-list.tsx';
import { Page } from '../../ui/page.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { refusedUsers, type SecretView } from './secret.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { VaultPanel } from './vault-panel.tsx';

const COLUMNS: readonly Column<SecretView>[] = [
  nameColumn('/secrets', { width: 'minmax(6rem, 2fr)' }),
  {
    key: 'description',
    title: 'What it is for',
    wide: true,
    width: 'minmax(8rem, 3fr)',
    cell: ({ description }) => description,
  },
  {
    key: 'version',
    title: 'Version',
    width: '5rem',
    align: 'right',
    cell: ({ version }) => (version === 0 ? 'no value' : version),
    sort: ({ version }) => version,
  },
  {
    key: 'set',
    title: 'Set',
    wide: true,
    width: '8rem',
    cell: ({ versions, createdAt }) => <Time at={versions.at(-1)?.createdAt ?? createdAt} ago />,
    sort: ({ versions, createdAt }) => Date.parse(versions.at(-1)?.createdAt ?? createdAt),
  },
  { key: 'by', title: 'By', wide: true, width: 'minmax(5rem, 1fr)', cell: ({ versions }) => versions.at(-1)?.by ?? '' },
  {
    key: 'use',
    title: 'Used by',
    width: 'minmax(5rem, 1.2fr)',
    cell: (secret) => <Use secret={secret} />,
    sort: ({ usedBy }) => usedBy.length,
  },
];

/** Every secret that one may know of. */
export function SecretList() {
  const secrets = useApi('/v1/secrets');
  const { button, dialog } = useCreating('secret', { action: 'secret:write' });
  return (
    <Page
      title="Secrets"
      lead="Sealed values that functions get as environment variables; nothing ever shows them again"
      actions={button}
    >
      <NamedList
        query={secrets}
        rows={(answer) => answer.secrets}
        of="secret"
        to="/secrets"
        icon={IconKey}
        columns={COLUMNS}
        texts={({ name, description, versions, usedBy }) => [
          name,
          description,
          versions.at(-1)?.by ?? '',
          ...usedBy.map((use) => use.function),
        ]}
        hint="Name, function, person"
        action={button}
      >
        Put a password, a key or a token here, say which functions may have it, and give it to one of them by{' '}
        <Code>--secret DB_PASSWORD=db-password</Code>: it appears in its environment, and is taken out of its log.
      </NamedList>
      <VaultPanel />
      <CommandLine words={['secret', 'list']} />
      <SecretDialog {...dialog} />
    </Page>
  );
}

function Use({ secret }: { readonly secret: SecretView }) {
  const refused = refusedUsers(secret).length;
  if (refused > 0) {
    return (
      <StatusBadge tone="bad" plain>
        {`${refused} may not have it`}
      </StatusBadge>
    );
  }
  const functions = [...new Set(secret.usedBy.map((use) => use.function))];
  if (functions.length === 0)
    return (
      <Text span size="xs" c="dimmed">
        nobody
      </Text>
    );
  return functions.length === 1 ? functions[0] : countText(functions.length, 'function');
}
