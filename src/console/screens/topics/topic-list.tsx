import { IconBroadcast } from '@tabler/icons-react';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { countColumn, createdColumn, nameColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { useCreating } from '../../ui/creating.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { NAME } from '../../ui/name-field.tsx';
import { NamedList } from '../../ui/named-list.tsx';
import { Page } from '../../ui/page.tsx';
import { ThingDialog } from '../../ui/thing-dialog.tsx';

export type Topic = Answer<'GET', '/v1/topics'>['topics'][number];

const COLUMNS: readonly Column<Topic>[] = [
  nameColumn('/topics', { title: 'Topic' }),
  countColumn('subscriptions', 'Subscriptions', ({ subscriptions }) => subscriptions.length, {
    width: '7rem',
    wide: true,
  }),
  countColumn('published', 'Published', ({ published }) => published, { width: '6rem' }),
  countColumn('dead', 'Given up', ({ dead }) => dead, { width: '6rem', bad: true }),
  createdColumn(),
];

/** All topics. */
export function TopicList() {
  const query = useApi('/v1/topics');
  const { button, dialog } = useCreating('topic', { action: 'topic:manage' });
  return (
    <Page title="Topics" lead="What is published to one goes to all its subscribers" actions={button}>
      <NamedList
        query={query}
        rows={({ topics }) => topics}
        of="topic"
        to="/topics"
        icon={IconBroadcast}
        columns={COLUMNS}
        texts={({ name, subscriptions }) => [name, ...subscriptions.map(({ destination }) => destination)]}
        hint="Name, subscriber"
        action={button}
      >
        Functions, queues, addresses and buckets subscribe to a topic; whoever publishes need not know them.
      </NamedList>
      <CommandLine words={['topic', 'list']} />
      <ThingDialog
        {...dialog}
        of="topic"
        rule={NAME.dotted}
        command={(name) => ['topic', 'create', name]}
        save={async (name) => {
          await api.put('/v1/topics/{name}', { path: { name } });
        }}
        touches={['/v1/topics']}
        to="/topics"
      />
    </Page>
  );
}
