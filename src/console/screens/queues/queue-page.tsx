import { Anchor, Button, Menu } from '@mantine/core';
import { IconDots, IconRefresh, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useDue } from '../../api/due.ts';
import { renew, useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Figures } from '../../ui/figures.tsx';
import { formatCount } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useSeenRevision } from '../../ui/seen-revision.ts';
import { Age } from '../../ui/time.tsx';
import { ViewTabs } from '../../ui/view-tabs.tsx';
import { useWokenBy, Wakes } from '../../ui/wakes.tsx';
import { Messages } from './messages.tsx';
import type { Queue } from './queue-list.tsx';
import { QueueSettings } from './queue-settings.tsx';
import { Redrive } from './redrive.tsx';
import { SendMessage } from './send-message.tsx';

type Asking = 'send' | 'redrive' | 'purge' | 'remove';

/** One queue: how it stands, its messages, its settings. */
export default function QueuePage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/queues/{name}', { path: { name } });
  const nextDueInMs = query.data?.stats.nextDueInMs;
  useDue('/v1/queues', nextDueInMs && query.dataUpdatedAt + nextDueInMs, query.dataUpdatedAt);
  const woken = useWokenBy('queue', name);
  const all = useApi('/v1/queues').data?.queues ?? [];
  const [asking, setAsking] = useState<Asking>();
  const navigate = useNavigate();
  const seen = useSeenRevision(query.data?.revision);
  const close = () => setAsking(undefined);
  const origins = all.filter(({ settings }) => settings.deadLetter?.queue === name);
  return (
    <Page
      title={name}
      crumbs={[{ title: 'Queues', to: '/queues' }]}
      actions={
        <>
          <May action="queue:send" on={`queue:${name}`}>
            <Button leftSection={<IconSend size={16} aria-hidden />} onClick={() => setAsking('send')}>
              Send a message
            </Button>
          </May>
          {origins.length > 0 && (
            <May action="queue:manage" on={`queue:${name}`}>
              <Button
                variant="default"
                leftSection={<IconRefresh size={16} aria-hidden />}
                onClick={() => setAsking('redrive')}
              >
                Redrive
              </Button>
            </May>
          )}
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" aria-label="More that can be done with this queue" px="xs">
                <IconDots size={16} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <May action="queue:manage" on={`queue:${name}`}>
                <Menu.Item onClick={() => setAsking('purge')}>Remove all messages</Menu.Item>
              </May>
              <May action="queue:manage" on={`queue:${name}`}>
                <Menu.Item
                  onClick={() => {
                    seen.ask();
                    setAsking('remove');
                  }}
                >
                  Remove the queue
                </Menu.Item>
              </May>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <QueryView query={query} what={`The queue ${name}`}>
        {(queue) => (
          <>
            <Numbers queue={queue} readAtMs={query.dataUpdatedAt} />
            <Wakes triggers={woken} />
            <DeadLetters queue={queue} origins={origins.map((each) => each.name)} />
            <ViewTabs
              label={`Queue ${name}`}
              views={[
                { key: 'messages', title: 'Messages', body: () => <Messages queue={name} /> },
                { key: 'settings', title: 'Settings', body: () => <QueueSettings queue={queue} queues={all} /> },
              ]}
            />
            {asking === 'send' && <SendMessage queue={queue} onClose={close} />}
          </>
        )}
      </QueryView>
      <CommandLine words={['queue', 'stats', name]} />
      <Redrive queue={name} opened={asking === 'redrive'} onClose={close} />
      <Confirm
        opened={asking === 'purge'}
        onClose={close}
        title={`Remove all messages of ${name}?`}
        verb="Remove all messages"
        command={['queue', 'purge', name]}
        typed={name}
        onConfirm={async () => {
          await api.post('/v1/queues/{name}/purge', { path: { name } });
          await renew('/v1/queues');
        }}
      >
        They are gone for good.
      </Confirm>
      <Confirm
        opened={asking === 'remove'}
        onClose={close}
        title={`Remove the queue ${name}?`}
        verb="Remove the queue"
        command={['queue', 'rm', name]}
        typed={name}
        onConfirm={async () => {
          await seen.act((precondition) => api.delete('/v1/queues/{name}', { path: { name }, ...precondition }));
          navigate('/queues');
          await renew('/v1/queues');
        }}
      >
        Its messages go with it, for good.
      </Confirm>
    </Page>
  );
}

function Numbers({ queue: { stats, counts }, readAtMs }: { queue: Queue; readAtMs: number }) {
  return (
    <Figures
      figures={[
        { name: 'Ready', value: formatCount(stats.ready) },
        { name: 'Taken, not done with', value: formatCount(stats.leased) },
        { name: 'Held back', value: formatCount(stats.delayed) },
        {
          name: 'Oldest',
          value: stats.oldestAgeMs === 0 ? 'none' : <Age ms={stats.oldestAgeMs} readAtMs={readAtMs} />,
        },
        { name: 'Sent since the start', value: formatCount(counts.sent) },
        { name: 'Done with', value: formatCount(counts.deleted) },
        { name: 'Given up', value: formatCount(counts.deadLettered), bad: counts.deadLettered > 0 },
      ]}
    />
  );
}

function DeadLetters({ queue: { settings }, origins }: { queue: Queue; origins: readonly string[] }) {
  const { deadLetter } = settings;
  const link = (name: string) => (
    <Anchor component={Link} to={`/queues/${encodeURIComponent(name)}`} size="sm" underline="always" key={name}>
      {name}
    </Anchor>
  );
  if (deadLetter === undefined && origins.length === 0) return null;
  return (
    <p style={{ margin: 0, fontSize: '0.8125rem' }}>
      {deadLetter !== undefined && (
        <>
          What was received {deadLetter.maxReceives === 1 ? 'once' : `${deadLetter.maxReceives} times`} without being
          done goes to {link(deadLetter.queue)}.{' '}
        </>
      )}
      {origins.length > 0 && (
        <>It holds the dead letters of {origins.map((name, at) => [at > 0 && ', ', link(name)])}.</>
      )}
    </p>
  );
}
