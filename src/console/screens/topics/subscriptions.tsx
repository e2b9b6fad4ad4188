import { ActionIcon, Anchor, Button, Code, Textarea, TextInput } from '@mantine/core';
import { IconBroadcast, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import type { Topic } from './topic-list.tsx';

type Subscription = Topic['subscriptions'][number];

/** Queues, addresses and buckets that get what is published. Functions hear of it by triggers. */
export function Subscriptions({ topic: { name, subscriptions } }: { topic: Topic }) {
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Subscription>();
  const columns: Column<Subscription>[] = [
    {
      key: 'destination',
      phone: 'first',
      title: 'Goes to',
      width: 'minmax(9rem, 2fr)',
      sort: ({ destination }) => destination,
      cell: ({ destination }) => <Destination destination={destination} />,
    },
    {
      key: 'filter',
      phone: 'rest',
      title: 'Only what matches',
      width: 'minmax(6rem, 2fr)',
      cell: ({ filter }) => (filter === undefined ? 'everything' : <Code>{JSON.stringify(filter)}</Code>),
    },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '2.5rem',
      align: 'right',
      cell: (subscription) => (
        <May action="topic:manage" on={`topic:${name}`} orAbsent>
          <ActionIcon
            size="sm"
            aria-label={`End the subscription of ${subscription.destination}`}
            onClick={() => setRemoving(subscription)}
          >
            <IconTrash size={15} aria-hidden />
          </ActionIcon>
        </May>
      ),
    },
  ];
  const add = (
    <May action="topic:manage" on={`topic:${name}`}>
      <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
        Subscribe
      </Button>
    </May>
  );
  return (
    <>
      <Panel title="Queues, addresses and buckets" aside={add} flush>
        {subscriptions.length === 0 ? (
          <EmptyState icon={IconBroadcast} title="No queue, address or bucket subscribes">
            A queue keeps what is published until it is dealt with; an address gets each event by POST; a bucket keeps
            each as an object.
          </EmptyState>
        ) : (
          <DataTable label="Subscriptions" rows={subscriptions} columns={columns} rowKey={({ id }) => id} />
        )}
      </Panel>
      {adding && <Subscribe topic={name} onClose={() => setAdding(false)} />}
      <Confirm
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title="End this subscription?"
        verb="End it"
        command={['topic', 'unsubscribe', name, removing?.id ?? '']}
        onConfirm={async () => {
          await api.delete('/v1/topics/{name}/subscriptions/{id}', {
            path: { name, id: removing!.id },
          });
          await renew('/v1/topics');
        }}
      >
        {removing?.destination} gets nothing of {name} any more.
      </Confirm>
    </>
  );
}

function Destination({ destination }: { destination: string }) {
  const [, kind, name] = /^(queue|bucket):([^/]+)/.exec(destination) ?? [];
  if (kind === undefined || name === undefined) return destination;
  return (
    <Anchor component={Link} to={`/${kind}s/${encodeURIComponent(name)}`} inherit>
      {destination}
    </Anchor>
  );
}

function Subscribe({ topic, onClose }: { topic: string; onClose: () => void }) {
  const [destination, setDestination] = useState('queue:');
  const [filter, setFilter] = useState('');
  const pattern = patternOf(filter);
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Subscribe to ${topic}`}
      verb="Subscribe"
      isReady={pattern !== false && destination !== ''}
      command={['topic', 'subscribe', topic, destination, ...(filter === '' ? [] : ['--filter', filter])]}
      onSubmit={async () => {
        const body = { destination, ...(typeof pattern === 'object' && { filter: pattern }) };
        await api.post('/v1/topics/{name}/subscriptions', { path: { name: topic }, body });
        await renew('/v1/topics');
      }}
    >
      <TextInput
        label="Goes to"
        description="queue:<name>, an http(s) address, or bucket:<name>/<prefix>"
        required
        value={destination}
        onChange={(event) => setDestination(event.currentTarget.value)}
        data-autofocus
      />
      <Textarea
        label="Only what matches"
        description='An event pattern as JSON, such as {"type": ["order.paid"]}; empty: everything'
        autosize
        minRows={2}
        styles={{ input: { fontFamily: 'var(--fob-mono)', fontSize: '0.8125rem' } }}
        value={filter}
        error={pattern === false && 'This is no JSON object'}
        onChange={(event) => setFilter(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** The pattern; `undefined` where there is none, false where it is no JSON object. */
function patternOf(text: string): Record<string, unknown> | undefined | false {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : false;
  } catch {
    return false;
  }
}
