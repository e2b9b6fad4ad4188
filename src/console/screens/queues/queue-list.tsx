import { Anchor } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { firstOf, useDue } from '../../api/due.ts';
import { useApi } from '../../api/hooks.ts';
import { countColumn, nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreating } from '../../ui/creating.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { NAME } from '../../ui/name-field.tsx';
import { NamedList } from '../../ui/named-list.tsx';
import { Page } from '../../ui/page.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';
import { Age } from '../../ui/time.tsx';

export type Queue = Answer<'GET', '/v1/queues'>['queues'][number];

const columnsOf = (readAtMs: number): readonly Column<Queue>[] => [
  nameColumn('/queues', { title: 'Queue' }),
  countColumn('ready', 'Ready', ({ stats }) => stats.ready, { width: '5rem' }),
  countColumn('leased', 'Taken', ({ stats }) => stats.leased, { width: '5rem' }),
  countColumn('delayed', 'Held back', ({ stats }) => stats.delayed, { wide: true }),
  {
    key: 'oldest',
    title: 'Oldest',
    width: '5.5rem',
    align: 'right',
    wide: true,
    sort: ({ stats }) => stats.oldestAgeMs,
    cell: ({ stats }) => (stats.oldestAgeMs === 0 ? '' : <Age ms={stats.oldestAgeMs} readAtMs={readAtMs} />),
  },
  countColumn('sent', 'Sent', ({ counts }) => counts.sent, { wide: true }),
  {
    key: 'dead',
    title: 'Dead letters go to',
    width: 'minmax(7rem, 1fr)',
    wide: true,
    cell: ({ settings: { deadLetter } }) =>
      deadLetter && (
        <Anchor component={Link} to={`/queues/${encodeURIComponent(deadLetter.queue)}`} inherit>
          {deadLetter.queue}
        </Anchor>
      ),
  },
];

/** All queues and how they stand. */
export function QueueList() {
  const query = useApi('/v1/queues');
  const { data, dataUpdatedAt } = query;
  const nextDueInMs = firstOf((data?.queues ?? []).map(({ stats }) => stats.nextDueInMs));
  useDue('/v1/queues', nextDueInMs && dataUpdatedAt + nextDueInMs, dataUpdatedAt);
  const columns = useMemo(() => columnsOf(dataUpdatedAt), [dataUpdatedAt]);
  const { button, dialog } = useCreating('queue', { action: 'queue:manage' });
  return (
    <Page title="Queues" lead="Messages that wait until somebody has done what they ask for" actions={button}>
      <NamedList
        query={query}
        rows={({ queues }) => queues}
        of="queue"
        to="/queues"
        icon={IconStack2}
        columns={columns}
        texts={({ name, settings }) => [name, settings.deadLetter?.queue ?? '']}
        hint="Name, queue of dead letters"
        action={button}
      >
        A queue keeps messages until a function, or a worker elsewhere, has done with them.
      </NamedList>
      <CommandLine words={['queue', 'list']} />
      <ThingDialog
        {...dialog}
        of="queue"
        rule={NAME.dotted}
        description="One that ends in .fifo keeps the order of its messages"
        command={(name) => ['queue', 'create', name]}
        save={async (name) => {
          await api.put('/v1/queues/{name}', { path: { name }, body: {} });
        }}
        touches={['/v1/queues']}
        to="/queues"
      />
    </Page>
  );
}
