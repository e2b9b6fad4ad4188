import { Button } from '@mantine/core';
import { IconCircleCheck, IconRefresh } from '@tabler/icons-react';
import { type Answer, api } from '../../api/client.ts';
import { renew, usePages } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { countText } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';

const PATH = '/v1/topics/{name}/dead';
type Dead = Answer<'GET', typeof PATH>['dead'][number];
const SHOWN_CHARACTERS = 300;

const COLUMNS: readonly Column<Dead>[] = [
  { key: 'since', phone: 'end', title: 'Since', width: '8.5rem', cell: ({ sinceMs }) => <Time at={sinceMs} /> },
  { key: 'to', phone: 'first', title: 'To', width: 'minmax(7rem, 1fr)', cell: ({ destination }) => destination },
  { key: 'attempts', title: 'Attempts', width: '5rem', align: 'right', wide: true, cell: ({ attempts }) => attempts },
  {
    key: 'error',
    phone: 'rest',
    title: 'What happened',
    width: 'minmax(7rem, 1.5fr)',
    cell: ({ error }) => <span title={error}>{error}</span>,
  },
  {
    key: 'body',
    title: 'Event',
    width: 'minmax(7rem, 2fr)',
    wide: true,
    cell: ({ body, bodyBase64 }) => <code>{(body ?? bodyBase64 ?? '').slice(0, SHOWN_CHARACTERS)}</code>,
  },
];

/** Deliveries to addresses and buckets that were given up. */
export function DeadDeliveries({ topic }: { topic: string }) {
  const pages = usePages(PATH, { path: { name: topic }, query: { limit: 100 } }, ({ dead }) => dead);
  const redrive = useDeed({
    change: () => api.post('/v1/topics/{name}/redrive', { path: { name: topic } }),
    touches: ['/v1/topics'],
    done: (_, { moved }) => `${countText(moved, 'delivery is', 'deliveries are')} tried again`,
    command: () => ['topic', 'redrive', topic],
  });
  return (
    <>
      <Panel
        title="Deliveries that were given up"
        flush
        aside={
          pages.items.length > 0 && (
            <>
              <May action="topic:manage" on={`topic:${topic}`}>
                <Button
                  size="compact-sm"
                  leftSection={<IconRefresh size={14} aria-hidden />}
                  loading={redrive.isPending}
                  onClick={() => redrive.act(undefined)}
                >
                  Redrive
                </Button>
              </May>
              <ConfirmButton
                action="topic:manage"
                on={`topic:${topic}`}
                label="Remove all"
                button={{ size: 'compact-sm' }}
                title="Remove all that were given up?"
                typed={topic}
                command={['topic', 'purge', topic]}
                onConfirm={async () => {
                  await api.post('/v1/topics/{name}/purge', { path: { name: topic } });
                  await renew('/v1/topics');
                  return 'What was given up is removed';
                }}
              >
                They are never delivered.
              </ConfirmButton>
            </>
          )
        }
      >
        <PagedTable
          pages={pages}
          what="The deliveries"
          label={`Deliveries of ${topic} that were given up`}
          rows={pages.items}
          columns={COLUMNS}
          rowKey={({ destination, sinceMs, body, bodyBase64 }) => `${destination} ${sinceMs} ${body ?? bodyBase64}`}
          empty={
            <EmptyState icon={IconCircleCheck} title="Nothing was given up">
              What cannot be delivered to an address or a bucket for a day waits here until somebody looks after it.
            </EmptyState>
          }
        />
      </Panel>
      <div style={{ height: '1rem' }} />
      <CommandLine words={['topic', 'dead', topic]} />
    </>
  );
}
