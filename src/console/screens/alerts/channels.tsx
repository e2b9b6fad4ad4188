import { ActionIcon, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSend, IconTrash } from '@tabler/icons-react';
import { type Answer, api } from '../../api/client.ts';
import { renew, useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { CreateButton } from '../../ui/creating.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useRemoving } from '../../ui/removing.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { ChannelForm } from './channel-form.tsx';
import { Routing } from './routing.tsx';

type Channel = Answer<'GET', '/v1/alerts/channels'>['channels'][number];

/** Who is told, and how. */
export function Channels() {
  const query = useApi('/v1/alerts/channels');
  const [isCreating, creating] = useDisclosure(false);
  const removing = useRemoving<Channel>({
    isSame: (one, other) => one.name === other.name,
    reload: async () => (await query.refetch()).data?.channels,
  });
  const test = useDeed({
    change: (name: string) => api.post('/v1/alerts/channels/{name}/test', { path: { name } }),
    touches: ['/v1/alerts/channels'],
    done: (name) => `A message is on its way by ${name}`,
    command: (name) => ['alert', 'test', name],
  });
  const columns: Column<Channel>[] = [
    {
      key: 'name',
      phone: 'first',
      title: 'Channel',
      width: 'minmax(6rem, 1fr)',
      sort: ({ name }) => name,
      cell: ({ name }) => name,
    },
    { key: 'kind', title: 'Kind', width: '6rem', wide: true, cell: ({ kind }) => kind },
    {
      key: 'target',
      phone: 'rest',
      title: 'Leads to',
      width: 'minmax(7rem, 2fr)',
      cell: ({ target }) => <span title={target}>{target}</span>,
    },
    { key: 'least', title: 'From', width: '6rem', wide: true, cell: ({ least }) => least },
    {
      key: 'state',
      title: 'Last message',
      width: 'minmax(8rem, 1.6fr)',
      wide: true,
      cell: ({ lastError, deliveredAtMs, waiting }) =>
        lastError !== undefined ? (
          <StatusBadge tone="bad" plain>
            {lastError.message}
          </StatusBadge>
        ) : deliveredAtMs !== undefined ? (
          <>
            delivered <Time at={deliveredAtMs} ago />
          </>
        ) : waiting > 0 ? (
          `${waiting} waiting`
        ) : (
          'none since the node started'
        ),
    },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '4.5rem',
      align: 'right',
      cell: (channel) => (
        <Group gap={2} justify="flex-end" wrap="nowrap">
          <May action="alert:write" orAbsent>
            <ActionIcon
              size="sm"
              aria-label={`Send a message by ${channel.name}`}
              onClick={() => test.act(channel.name)}
            >
              <IconSend size={15} aria-hidden />
            </ActionIcon>
          </May>
          <May action="alert:write" orAbsent>
            <ActionIcon size="sm" aria-label={`Remove ${channel.name}`} onClick={() => removing.ask(channel)}>
              <IconTrash size={15} aria-hidden />
            </ActionIcon>
          </May>
        </Group>
      ),
    },
  ];
  const add = <CreateButton of="channel" variant="default" action="alert:write" on="*" onClick={creating.open} />;
  return (
    <div style={{ display: 'grid', gap: '1rem' }}>
      <Panel title="Channels" aside={add} flush>
        <QueryView query={query} what="The channels">
          {({ channels }) =>
            channels.length === 0 ? (
              <EmptyState icon={IconSend} title="Nobody is told yet" action={add}>
                Alerts appear here. Create a channel to be told in Slack, by e-mail, at an address of your own or by a
                function; then route it.
              </EmptyState>
            ) : (
              <DataTable
                orderWord="sort-channels"
                label="Channels"
                rows={channels}
                columns={columns}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
              />
            )
          }
        </QueryView>
      </Panel>
      <Routing channels={(query.data?.channels ?? []).map(({ name }) => name)} />
      <CommandLine words={['alert', 'channel', 'list']} />
      <ChannelForm opened={isCreating} onClose={creating.close} />
      <Confirm
        opened={removing.asked !== undefined}
        onClose={removing.close}
        title={`Remove the channel ${removing.asked?.name ?? ''}?`}
        verb="Remove"
        command={['alert', 'channel', 'rm', removing.asked?.name ?? '']}
        onConfirm={async () => {
          await removing.remove(({ name }, precondition) =>
            api.delete('/v1/alerts/channels/{name}', { path: { name }, ...precondition }),
          );
          await renew('/v1/alerts');
        }}
      >
        Nobody is told by it any more.
      </Confirm>
    </div>
  );
}
