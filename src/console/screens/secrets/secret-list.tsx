import { Button, Code, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FilterField, matches } from '../../ui/filter-field.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { useParam } from '../../ui/use-param.ts';
import { refusedUsers, type SecretView } from './secret.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { VaultPanel } from './vault-panel.tsx';

const COLUMNS: readonly Column<SecretView>[] = [
  {
    key: 'name',
    title: 'Name',
    width: 'minmax(6rem, 2fr)',
    cell: ({ name }) => (
      <Text span size="sm" fw={560}>
        {name}
      </Text>
    ),
    sort: ({ name }) => name,
  },
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
  const navigate = useNavigate();
  const [filter] = useParam('q');
  const [isMaking, dialog] = useDisclosure(false);
  const making = (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={dialog.open}>
      New secret
    </Button>
  );
  return (
    <Page
      title="Secrets"
      lead="Sealed values that functions get as environment variables; nothing ever shows them again"
      actions={making}
    >
      <QueryView query={secrets} what="The secrets">
        {({ secrets: found }) =>
          found.length === 0 ? (
            <Panel>
              <EmptyState icon={IconKey} title="There is no secret yet" action={making}>
                Put a password, a key or a token here, say which functions may have it, and give it to one of them by{' '}
                <Code>--secret DB_PASSWORD=db-password</Code>: it appears in its environment, and is taken out of its
                log.
              </EmptyState>
            </Panel>
          ) : (
            <Panel
              flush
              title={
                <Group gap="xs">
                  Secrets <Text span c="dimmed" size="sm">{`${found.length}`}</Text>
                </Group>
              }
              aside={<FilterField label="Filter secrets" placeholder="Name, function, person" />}
            >
              <DataTable
                label="Secrets"
                rows={found.filter(({ name, description, versions, usedBy }) =>
                  matches(
                    filter,
                    name,
                    description,
                    versions.at(-1)?.by ?? '',
                    usedBy.map((use) => use.function).join(' '),
                  ),
                )}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                onOpen={({ name }) => void navigate(`/secrets/${encodeURIComponent(name)}`)}
                initialSort={{ key: 'name' }}
                empty={<EmptyState icon={IconKey} title={`No secret fits “${filter}”`} />}
              />
            </Panel>
          )
        }
      </QueryView>
      <VaultPanel />
      <CommandLine words={['secret', 'list']} />
      <SecretDialog
        opened={isMaking}
        onClose={dialog.close}
        onDone={(name) => void navigate(`/secrets/${encodeURIComponent(name)}`)}
      />
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
  return functions.length === 1 ? functions[0] : `${functions.length} functions`;
}
