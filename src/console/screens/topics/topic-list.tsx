import { Anchor, Button } from '@mantine/core';
import { IconBroadcast, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatCount } from '../../ui/format.ts';
import { NameForm } from '../../ui/name-form.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';

export type Topic = Answer<'GET', '/v1/topics'>['topics'][number];

/** No feed tells of what is published from elsewhere. */
export const REFRESH_MS = 5_000;

const path = (name: string) => `/topics/${encodeURIComponent(name)}`;
const COLUMNS: readonly Column<Topic>[] = [
  {
    key: 'name',
    title: 'Topic',
    width: 'minmax(8rem, 2fr)',
    sort: ({ name }) => name,
    cell: ({ name }) => (
      <Anchor component={Link} to={path(name)} inherit>
        {name}
      </Anchor>
    ),
  },
  {
    key: 'subscriptions',
    title: 'Subscriptions',
    width: '7rem',
    align: 'right',
    wide: true,
    sort: ({ subscriptions }) => subscriptions.length,
    cell: ({ subscriptions }) => formatCount(subscriptions.length),
  },
  {
    key: 'published',
    title: 'Published',
    width: '6rem',
    align: 'right',
    sort: ({ published }) => published,
    cell: ({ published }) => formatCount(published),
  },
  {
    key: 'dead',
    title: 'Given up',
    width: '6rem',
    align: 'right',
    sort: ({ dead }) => dead,
    cell: ({ dead }) =>
      dead === 0 ? (
        '0'
      ) : (
        <StatusBadge tone="bad" plain>
          {formatCount(dead)}
        </StatusBadge>
      ),
  },
  {
    key: 'created',
    title: 'Created',
    width: '9rem',
    wide: true,
    sort: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
];

/** All topics. */
export function TopicList() {
  const query = useApi('/v1/topics', undefined, { refetchInterval: REFRESH_MS });
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Create a topic
    </Button>
  );
  return (
    <Page title="Topics" lead="What is published to one goes to all its subscribers" actions={add}>
      <Panel flush>
        <QueryView query={query} what="The topics" rows={6}>
          {({ topics }) =>
            topics.length === 0 ? (
              <EmptyState icon={IconBroadcast} title="No topics yet" action={add}>
                Functions, queues, addresses and buckets subscribe to a topic; whoever publishes need not know them.
              </EmptyState>
            ) : (
              <DataTable
                label="Topics"
                rows={topics}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => navigate(path(name))}
              />
            )
          }
        </QueryView>
      </Panel>
      <CommandLine words={['topic', 'list']} />
      <NameForm
        opened={adding}
        onClose={() => setAdding(false)}
        title="Create a topic"
        command={(name) => ['topic', 'create', name]}
        onCreate={async (name) => {
          await api.put('/v1/topics/{name}', { path: { name } });
          await query.refetch();
          navigate(path(name));
        }}
      />
    </Page>
  );
}
