import { ActionIcon, Anchor, Button, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { type Answer, api } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { ContentView } from '../../ui/content-view.tsx';
import { useDeed } from '../../ui/deed.tsx';
import { formatDuration } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { StatusBadge, toneOf, wordsOf } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import classes from './events.module.css';

type EventView = Answer<'GET', '/v1/events/{id}'>;
type Attempt = Answer<'GET', '/v1/invocations'>['invocations'][number];
const TOUCHED = ['/v1/lanes', '/v1/events', '/v1/functions/{name}/events'];

/** One event from its acceptance to its end: each attempt, what is in it, what can be done with it. */
export function EventLife({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useApi('/v1/events/{id}', { path: { id } });
  const attempts = useApi('/v1/invocations', { query: { eventId: id, limit: 50 } }).data?.invocations ?? [];
  const [dropping, setDropping] = useState(false);
  const retry = useDeed({
    change: () => api.post('/v1/events/{id}/retry', { path: { id } }),
    touches: TOUCHED,
    done: () => 'The event is delivered again',
    command: () => ['events', 'retry', id],
  });
  const state = query.data?.state;
  const isPending = state === 'waiting' || state === 'dead';
  return (
    <Panel
      title={`Event ${id}`}
      aside={
        <ActionIcon onClick={onClose} aria-label="Close the event">
          <IconX size={16} aria-hidden />
        </ActionIcon>
      }
    >
      <QueryView query={query} what="The event">
        {(event) => (
          <div className={classes.life}>
            <ol className={classes.steps}>
              <Step tone="info" word="accepted" atMs={event.acceptedAtMs}>
                {event.source !== undefined &&
                  `from ${event.source}${event.sourceId === undefined ? '' : `, ${event.sourceId}`}`}
              </Step>
              {attempts.toReversed().map((attempt) => (
                <AttemptStep key={attempt.invocationId} attempt={attempt} />
              ))}
              <End event={event} />
            </ol>
            <Content event={event} />
          </div>
        )}
      </QueryView>
      <Group gap="xs" mt="md">
        {isPending && (
          <>
            <May action="event:write" on={`function:${query.data?.function}`}>
              <Button loading={retry.isPending} onClick={() => retry.act(undefined)}>
                {state === 'dead' ? 'Redrive' : 'Deliver now'}
              </Button>
            </May>
            <May action="event:write" on={`function:${query.data?.function}`}>
              <Button variant="default" onClick={() => setDropping(true)}>
                Drop
              </Button>
            </May>
          </>
        )}
        <CommandLine words={isPending ? ['events', 'retry', id] : ['events', id]} />
      </Group>
      <Confirm
        opened={dropping}
        onClose={() => setDropping(false)}
        title="Drop this event?"
        verb="Drop"
        command={['events', 'drop', id]}
        onConfirm={async () => {
          await api.delete('/v1/events/{id}', { path: { id } });
          onClose();
        }}
      >
        It is never delivered. A record of it stays.
      </Confirm>
    </Panel>
  );
}

interface StepProps {
  readonly tone: Parameters<typeof StatusBadge>[0]['tone'];
  readonly word: string;
  readonly atMs?: number | undefined;
  readonly children?: React.ReactNode;
}

function Step({ tone, word, atMs, children }: StepProps) {
  return (
    <li>
      <StatusBadge tone={tone}>{word}</StatusBadge>
      <span>{children}</span>
      {atMs !== undefined && <Time at={atMs} />}
    </li>
  );
}

function AttemptStep({ attempt }: { attempt: Attempt }) {
  const {
    status,
    function: name,
    invocationId,
    startedAtMs,
    durationMs,
    errorType,
    errorMessage,
    attempt: number,
  } = attempt;
  return (
    <Step tone={toneOf(status)} word={wordsOf(status)} atMs={startedAtMs}>
      <Anchor
        component={Link}
        inherit
        underline="always"
        to={`/functions/${encodeURIComponent(name)}/invocations/${encodeURIComponent(invocationId)}`}
      >
        Attempt {number ?? ''}
      </Anchor>
      {`, ${formatDuration(durationMs)}`}
      {errorMessage !== undefined && `: ${[errorType, errorMessage].filter(Boolean).join(': ')}`}
    </Step>
  );
}

function End({ event: { state, endedAtMs, dueAtMs, message, reason, attempts } }: { event: EventView }) {
  if (state === 'waiting') {
    return (
      <Step tone="info" word="waiting">
        {dueAtMs !== undefined && (
          <>
            its next attempt is due <Time at={dueAtMs} ago />
          </>
        )}
      </Step>
    );
  }
  const words = message ?? (reason === undefined ? '' : wordsOf(reason));
  return (
    <Step tone={toneOf(state)} word={state} atMs={endedAtMs}>
      {state === 'dead'
        ? `given up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${words === '' ? '' : `: ${words}`}`
        : words}
    </Step>
  );
}

function Content({ event: { event, payload, state } }: { event: EventView }) {
  const content = event ?? payload;
  if (content === undefined) {
    return (
      <p className={classes.quiet}>
        {state === 'waiting' || state === 'dead' || state === 'running'
          ? 'You may not see what is in it.'
          : 'What is in an event is kept until it is delivered, and not after.'}
      </p>
    );
  }
  return <ContentView label="What is in the event" content={content} />;
}
