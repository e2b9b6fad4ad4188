import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import type { SecretView } from './secret.ts';

type Version = SecretView['versions'][number];

/** The versions that are kept, the newest first; each can be gone back to. */
export function VersionPanel({ secret }: { readonly secret: SecretView }) {
  const { name, version: newest } = secret;
  const [target, setTarget] = useState<number>();
  const rollback = useChange(
    (version: number) => api.post('/v1/secrets/{name}/rollback', { path: { name }, body: { version } }),
    ['/v1/secrets'],
  );
  const columns: readonly Column<Version>[] = [
    {
      key: 'version',
      title: 'Version',
      width: 'minmax(6rem, 1fr)',
      cell: ({ version }) => (
        <>
          <Text span size="sm" fw={560} mr={8}>
            {version}
          </Text>
          {version === newest && (
            <StatusBadge tone="good" plain>
              newest
            </StatusBadge>
          )}
        </>
      ),
    },
    { key: 'set', title: 'Set', width: 'minmax(5.5rem, 1fr)', cell: ({ createdAt }) => <Time at={createdAt} ago /> },
    { key: 'by', title: 'By', width: 'minmax(5rem, 1fr)', wide: true, cell: ({ by }) => by },
    { key: 'bytes', title: 'Bytes', width: '5rem', wide: true, align: 'right', cell: ({ bytes }) => bytes },
    {
      key: 'from',
      title: 'Value',
      width: 'minmax(8rem, 1fr)',
      wide: true,
      cell: ({ restoredFrom }) => (restoredFrom === undefined ? 'its own' : `that of version ${restoredFrom} again`),
    },
    {
      key: 'back',
      title: '',
      width: '7rem',
      align: 'right',
      cell: ({ version }) =>
        version === newest ? null : (
          <May action="secret:write" on={`secret:${name}`} orAbsent>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconArrowBackUp size={13} aria-hidden />}
              aria-label={`Roll back to version ${version}`}
              onClick={() => setTarget(version)}
            >
              Roll back
            </Button>
          </May>
        ),
    },
  ];
  return (
    <Panel flush title="Versions">
      <DataTable
        label={`Versions of ${name}`}
        rows={secret.versions.toReversed()}
        columns={columns}
        rowKey={({ version }) => String(version)}
        maxHeight="24rem"
        empty={<EmptyState icon={IconArrowBackUp} title="It has no value yet" />}
      />
      <Confirm
        opened={target !== undefined}
        onClose={() => setTarget(undefined)}
        title={`Roll ${name} back to version ${target ?? ''}?`}
        verb="Roll back"
        command={['secret', 'rollback', name, '--to', String(target ?? '')]}
        harmless
        onConfirm={async () => {
          const view = await rollback.mutateAsync(target!);
          notifications.show({
            message: `Version ${view.version} of ${name} has the value of version ${target} again`,
          });
        }}
      >
        A new version gets the value of version {target}. Functions that use the newest get it when they are started
        next; “Recycle” has that happen now.
      </Confirm>
    </Panel>
  );
}
