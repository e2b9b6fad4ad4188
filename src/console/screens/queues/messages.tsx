import { ActionIcon } from '@mantine/core';
import { IconStack2, IconX } from '@tabler/icons-react';
import type { Answer } from '../../api/client.ts';
import { usePages } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { ContentView } from '../../ui/content-view.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Facts } from '../../ui/facts.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { useWords } from '../../ui/words.ts';

const PATH = '/v1/queues/{name}/messages';
type Message = Answer<'GET', typeof PATH>['messages'][number];

const STATES: Readonly<Record<Message['state'], readonly [Tone, string]>> = {
  ready: ['good', 'ready'],
  delayed: ['quiet', 'held back'],
  leased: ['busy', 'taken'],
};
const SHOWN_CHARACTERS = 300;

const COLUMNS: readonly Column<Message>[] = [
  { key: 'sent', phone: 'end', title: 'Sent', width: '8.5rem', cell: ({ sentAtMs }) => <Time at={sentAtMs} /> },
  {
    key: 'state',
    phone: 'first',
    title: 'State',
    width: '6.5rem',
    cell: ({ state }) => (
      <StatusBadge tone={STATES[state][0]} plain>
        {STATES[state][1]}
      </StatusBadge>
    ),
  },
  { key: 'attempts', title: 'Received', width: '5rem', align: 'right', wide: true, cell: ({ attempts }) => attempts },
  { key: 'group', title: 'Group', width: '7rem', wide: true, cell: ({ group }) => group ?? '' },
  {
    key: 'body',
    phone: 'rest',
    title: 'Message',
    width: 'minmax(7rem, 3fr)',
    cell: (message) => <code>{visible(bodyOf(message).slice(0, SHOWN_CHARACTERS))}</code>,
  },
];

/** The messages of a queue in the order of sending, looked at without being received. */
export function Messages({ queue }: { queue: string }) {
  const [{ message: chosen }, setWords] = useWords(['message']);
  const pages = usePages(PATH, { path: { name: queue }, query: { limit: 100 } }, ({ messages }) => messages);
  const message = pages.items.find(({ messageId }) => messageId === chosen);
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: '0.875rem' }}>
      {message !== undefined && <MessageView message={message} onClose={() => setWords({ message: '' })} />}
      <Panel flush>
        <PagedTable
          pages={pages}
          what="The messages"
          label={`Messages of ${queue}`}
          rows={pages.items}
          columns={COLUMNS}
          rowKey={({ messageId }) => messageId}
          onOpen={({ messageId }) => setWords({ message: messageId })}
          empty={
            <EmptyState icon={IconStack2} title="The queue is empty">
              All that was sent to it has been done with. What comes appears here by itself.
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine words={['queue', 'peek', queue]} />
    </div>
  );
}

function MessageView({ message, onClose }: { message: Message; onClose: () => void }) {
  const { messageId, attributes, attempts, group, sentAtMs, dueAtMs, state } = message;
  return (
    <Panel
      title={`Message ${messageId}`}
      aside={
        <ActionIcon onClick={onClose} aria-label="Close the message">
          <IconX size={16} aria-hidden />
        </ActionIcon>
      }
    >
      <div style={{ display: 'grid', gap: '0.875rem' }}>
        <Facts
          facts={[
            ['Sent', <Time key="sent" at={sentAtMs} />],
            [
              state === 'leased' ? 'Comes back' : 'Due',
              state === 'ready' ? undefined : <Time key="due" at={dueAtMs} ago />,
            ],
            ['Received', `${attempts} times`],
            ['Group', group],
            ...Object.entries(attributes),
          ]}
        />
        <ContentView label="The message" content={bodyOf(message)} />
      </div>
    </Panel>
  );
}

function bodyOf({ body, bodyBase64 }: Pick<Message, 'body' | 'bodyBase64'>): string {
  return body ?? `bytes that are no text, in Base64: ${bodyBase64 ?? ''}`;
}
