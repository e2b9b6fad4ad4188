import { Button } from '@mantine/core';
import { IconSend, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Figures } from '../../ui/figures.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { ViewTabs } from '../../ui/view-tabs.tsx';
import { useWokenBy, Wakes } from '../../ui/wakes.tsx';
import { DeadDeliveries } from './dead-deliveries.tsx';
import { Publish } from './publish.tsx';
import { renewTopics } from './renew.ts';
import { Subscriptions } from './subscriptions.tsx';
import { REFRESH_MS } from './topic-list.tsx';

/** One topic: who hears of it, and what could not be delivered. */
export default function TopicPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/topics/{name}', { path: { name } }, { refetchInterval: REFRESH_MS });
  const woken = useWokenBy('topic', name);
  const [asking, setAsking] = useState<'publish' | 'remove'>();
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  return (
    <Page
      title={name}
      crumbs={[{ title: 'Topics', to: '/topics' }]}
      actions={
        <>
          <Button leftSection={<IconSend size={16} aria-hidden />} onClick={() => setAsking('publish')}>
            Publish
          </Button>
          <Button
            variant="default"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setAsking('remove')}
          >
            Remove
          </Button>
        </>
      }
    >
      <QueryView query={query} what={`The topic ${name}`}>
        {(topic) => (
          <>
            <Figures
              figures={[
                { name: 'Published since the start', value: formatCount(topic.published) },
                { name: 'Functions that it wakes', value: formatCount(woken.length) },
                { name: 'Other subscribers', value: formatCount(topic.subscriptions.length) },
                { name: 'Given up', value: formatCount(topic.dead), bad: topic.dead > 0 },
              ]}
            />
            <Wakes triggers={woken} />
            <ViewTabs
              label={`Topic ${name}`}
              views={[
                { key: 'subscriptions', title: 'Subscriptions', body: () => <Subscriptions topic={topic} /> },
                {
                  key: 'dead',
                  title: 'Given up',
                  ...(topic.dead > 0 && { count: topic.dead }),
                  body: () => <DeadDeliveries topic={name} />,
                },
              ]}
            />
          </>
        )}
      </QueryView>
      <CommandLine words={['topic', 'show', name]} />
      {asking === 'publish' && <Publish topic={name} onClose={close} />}
      <Confirm
        opened={asking === 'remove'}
        onClose={close}
        title={`Remove the topic ${name}?`}
        verb="Remove"
        typed={name}
        onConfirm={async () => {
          await api.delete('/v1/topics/{name}', { path: { name } });
          navigate('/topics');
          await renewTopics();
        }}
      >
        Its subscriptions go with it. <CommandLine words={['topic', 'rm', name]} />
      </Confirm>
    </Page>
  );
}
