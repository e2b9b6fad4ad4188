import { Button, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useApi } from '../../api/hooks.ts';
import { DifferenceTable } from '../../ui/difference-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { countText } from '../../ui/format.ts';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge } from '../../ui/status-badge.tsx';
import { ThingLink } from '../../ui/thing-link.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './repositories.module.css';

/** What one of each section of a project file is called by the API. */
export const KINDS: Readonly<Record<string, string>> = {
  policies: 'policy',
  buckets: 'bucket',
  queues: 'queue',
  topics: 'topic',
  keyValues: 'kv',
  secrets: 'secret',
  roles: 'execution-role',
  functions: 'function',
  aliases: 'alias',
  triggers: 'trigger',
};

/** What somebody changed by hand since a project was applied: as it was applied, and as it is. */
export function DriftPanel({ name, revision }: { readonly name: string; readonly revision: number }) {
  const query = useApi('/v1/projects/{name}/drift', { path: { name } }, { staleTime: 0 });
  const found = query.data?.drift;
  return (
    <Panel
      title="Changed outside of its file"
      aside={
        <>
          {found !== undefined && (
            <StatusBadge tone={found.length === 0 ? 'good' : 'notice'}>
              {found.length === 0 ? 'nothing' : countText(found.length, 'thing')}
            </StatusBadge>
          )}
          <Button size="xs" variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
            Compare again
          </Button>
        </>
      }
    >
      <QueryView query={query} what="What was changed" key={revision}>
        {({ drift }) =>
          drift.length === 0 ? (
            <EmptyState icon={IconCircleCheck} title="Everything is as it was applied" />
          ) : (
            drift.map(({ section, name: thing, removed, by, at, differences }) => (
              <div key={`${section} ${thing}`} className={classes.drift}>
                <div>
                  <Text span size="sm" fw={600}>
                    <ThingLink thing={`${KINDS[section] ?? section}:${thing}`} />
                  </Text>{' '}
                  <Text span size="sm" c="dimmed">
                    {removed ? 'was removed' : by !== undefined ? `by ${by}` : ''}{' '}
                    {at !== undefined && <Time at={at} ago />}
                  </Text>
                </div>
                {differences.length > 0 && (
                  <DifferenceTable
                    label={`What was changed of ${thing}`}
                    differences={differences.map(({ path, before, after }) => ({ path, before, after }))}
                    before="As applied"
                    after="As it is"
                  />
                )}
              </div>
            ))
          )
        }
      </QueryView>
    </Panel>
  );
}
