import { Anchor, Button } from '@mantine/core';
import { IconPlus, IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { NameForm } from '../../ui/name-form.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';

export type Queue = Answer<'GET', '/v1/queues'>['queues'][number];

/** No feed tells of messages that come from elsewhere. */
export const REFRESH_MS = 5_000;

const path = (name: string) => `/queues/${encodeURIComponent(name)}`;
const COLUMNS: readonly Column<Queue>[] = [
  {
    key: 'name',
    title: 'Queue',
    width: 'minmax(8rem, 2fr)',
    sort: ({ name }) => name,
    cell: ({ name }) => (
      <Anchor component={Link} to={path(name)} inherit>
        {name}
      </Anchor>
    ),
  },
  {
    key: 'ready',
    title: 'Ready',
    width: '5rem',
    align: 'right',
    sort: ({ stats }) => stats.ready,
    cell: ({ stats }) => formatCount(stats.ready),
  },
  {
    key: 'leased',
    title: 'Taken',
    width: '5rem',
    align: 'right',
    sort: ({ stats }) => stats.leased,
    cell: ({ stats }) => formatCount(stats.leased),
  },
  {
    key: 'delayed',
    title: 'Held back',
    width: '5.5rem',
    align: 'right',
    wide: true,
    sort: ({ stats }) => stats.delayed,
    cell: ({ stats }) => formatCount(stats.delayed),
  },
  {
    key: 'oldest',
    title: 'Oldest',
    width: '5.5rem',
    align: 'right',
    wide: true,
    sort: ({ stats }) => stats.oldestAgeMs,
    cell: ({ stats }) => (stats.oldestAgeMs === 0 ? '' : formatDuration(stats.oldestAgeMs)),
  },
  {
    key: 'sent',
    title: 'Sent',
    width: '5.5rem',
    align: 'right',
    wide: true,
    sort: ({ counts }) => counts.sent,
    cell: ({ counts }) => formatCount(counts.sent),
  },
  {
    key: 'dead',
    title: 'Dead letters go to',
    width: 'minmax(7rem, 1fr)',
    wide: true,
    cell: ({ settings: { deadLetter } }) =>
      deadLetter && (
        <Anchor component={Link} to={path(deadLetter.queue)} inherit>
          {deadLetter.queue}
        </Anchor>
      ),
  },
];

/** All queues and how they stand. */
export function QueueList() {
  const query = useApi('/v1/queues', undefined, { refetchInterval: REFRESH_MS });
  const [adding, setAdding] = useState(false);
  const navigate = useNavigate();
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Create a queue
    </Button>
  );
  return (
    <Page title="Queues" lead="Messages that wait until somebody has done what they ask for" actions={add}>
      <Panel flush>
        <QueryView query={query} what="The queues" rows={6}>
          {({ queues }) =>
            queues.length === 0 ? (
              <EmptyState icon={IconStack2} title="No queues yet" action={add}>
                A queue keeps messages until a function, or a worker elsewhere, has done with them.
              </EmptyState>
            ) : (
              <DataTable
                label="Queues"
                rows={queues}
                columns={COLUMNS}
                rowKey={({ name }) => name}
                initialSort={{ key: 'name' }}
                onOpen={({ name }) => navigate(path(name))}
              />
            )
          }
        </QueryView>
      </Panel>
      <CommandLine words={['queue', 'list']} />
      <NameForm
        opened={adding}
        onClose={() => setAdding(false)}
        title="Create a queue"
        hint="A name that ends in .fifo makes a queue that keeps the order of its messages"
        command={(name) => ['queue', 'create', name]}
        onCreate={async (name) => {
          await api.put('/v1/queues/{name}', { path: { name }, body: {} });
          await query.refetch();
          navigate(path(name));
        }}
      />
    </Page>
  );
}
