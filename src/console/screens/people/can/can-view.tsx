import { Anchor, Autocomplete, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useFunctions } from '../../../api/functions.ts';
import { useApi } from '../../../api/hooks.ts';
import { useSession } from '../../../api/session.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { Panel } from '../../../ui/panel.tsx';
import { QueryView } from '../../../ui/query-view.tsx';
import type { Explanation } from '../explanation.ts';
import { PeoplePage } from '../people-page.tsx';
import { Verdict } from './verdict.tsx';

const OTHERS = ['anonymous', 'operator'];

/** Asks whether somebody may do something; the answer names the statement that decides, and what would be needed. */
export default function CanView() {
  const [params, setParams] = useSearchParams();
  const asked = {
    who: params.get('who') ?? '',
    action: params.get('action') ?? '',
    resource: params.get('resource') ?? '',
  };
  const [who, setWho] = useState(asked.who);
  const [action, setAction] = useState(asked.action);
  const [resource, setResource] = useState(asked.resource);
  const users = useApi('/v1/users');
  const teams = useApi('/v1/teams');
  const actions = useApi('/v1/actions', undefined, { staleTime: Number.POSITIVE_INFINITY });
  const functions = useFunctions();
  const { session } = useSession();
  const kind = actions.data?.actions.find((each) => each.action === action)?.on;
  const answer = useApi(
    '/v1/can',
    {
      query: {
        action: asked.action,
        ...(asked.who !== '' && { who: asked.who }),
        ...(asked.resource !== '' && { resource: asked.resource }),
      },
    },
    { enabled: asked.action !== '', keepPrevious: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ who, action, resource }))
      if (value.trim() !== '') next.set(name, value.trim());
    setParams(next, { replace: asked.action !== '' });
  };
  return (
    <PeoplePage
      title="Who may what"
      lead="Whether somebody may do something, which statement says so, and what would be needed"
    >
      <Panel>
        <form onSubmit={submit}>
          <Group align="flex-end" gap="sm">
            <Autocomplete
              label="May"
              placeholder="you, or a user or team"
              data={[
                { group: 'Users', items: users.data?.users.map(({ name }) => `user:${name}`) ?? [] },
                { group: 'Teams', items: teams.data?.teams.map(({ name }) => `team:${name}`) ?? [] },
                { group: 'Others', items: OTHERS },
              ]}
              limit={60}
              value={who}
              onChange={setWho}
              style={{ flex: '1 1 12rem' }}
            />
            <Autocomplete
              label="Do"
              required
              placeholder="function:invoke"
              data={actions.data?.actions.map((each) => each.action) ?? []}
              limit={80}
              value={action}
              onChange={setAction}
              style={{ flex: '1 1 12rem' }}
            />
            <Autocomplete
              label="To"
              placeholder="everything, or a name such as pay"
              data={
                kind === undefined || kind === 'function'
                  ? (functions.data?.map(({ name }) => `function:${name}`) ?? [])
                  : []
              }
              limit={60}
              value={resource}
              onChange={setResource}
              style={{ flex: '2 1 14rem' }}
            />
            <Button type="submit" disabled={action.trim() === ''}>
              Ask
            </Button>
          </Group>
        </form>
      </Panel>
      <Panel title="Answer">
        {asked.action === '' ? (
          <EmptyState icon={IconHelpCircle} title="Ask something">
            Such as whether{' '}
            <Anchor component={Link} to="?who=anonymous&action=function:invoke&resource=*" inherit>
              anybody without a credential may invoke functions
            </Anchor>
            .
          </EmptyState>
        ) : (
          <QueryView query={answer} what="The answer">
            {(found) => <Verdict answer={found as unknown as Explanation} />}
          </QueryView>
        )}
      </Panel>
      <Stack gap="xs">
        {asked.action !== '' && session !== undefined && (
          <CommandLine
            words={[
              ...['can', asked.who || (session.user ?? session.name), asked.action],
              ...(asked.resource === '' ? [] : [asked.resource]),
            ]}
          />
        )}
        <Text size="xs" c="dimmed">
          Access lists of functions are heard, too; functions themselves have grants: ask with <Code>function:</Code>{' '}
          and a name.
        </Text>
      </Stack>
    </PeoplePage>
  );
}
