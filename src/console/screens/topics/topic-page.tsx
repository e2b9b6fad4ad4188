import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSend } from '@tabler/icons-react';
import { useParams } from 'react-router';
import { api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { RemoveButton } from '../../ui/confirm-button.tsx';
import { Figures } from '../../ui/figures.tsx';
import { formatCount } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { ViewTabs } from '../../ui/view-tabs.tsx';
import { useWokenBy, Wakes } from '../../ui/wakes.tsx';
import { DeadDeliveries } from './dead-deliveries.tsx';
import { Publish } from './publish.tsx';
import { Subscriptions } from './subscriptions.tsx';

/** One topic: who hears of it, and what could not be delivered. */
export default function TopicPage() {
  const { name = '' } = useParams();
  const query = useApi('/v1/topics/{name}', { path: { name } });
  const woken = useWokenBy('topic', name);
  const [isPublishing, publishing] = useDisclosure(false);
  return (
    <Page
      title={name}
      crumbs={[{ title: 'Topics', to: '/topics' }]}
      actions={
        <>
          <May action="topic:publish" on={`topic:${name}`}>
            <Button leftSection={<IconSend size={16} aria-hidden />} onClick={publishing.open}>
              Publish
            </Button>
          </May>
          <RemoveButton
            of="topic"
            name={name}
            action="topic:manage"
            on={`topic:${name}`}
            to="/topics"
            command={['topic', 'rm', name]}
            revision={query.data?.revision}
            remove={(precondition) => api.delete('/v1/topics/{name}', { path: { name }, ...precondition })}
            touches={['/v1/topics']}
          >
            Its subscriptions go with it.
          </RemoveButton>
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
      {isPublishing && <Publish topic={name} onClose={publishing.close} />}
    </Page>
  );
}
