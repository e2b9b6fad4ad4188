import { Anchor, Button, NativeSelect } from '@mantine/core';
import { IconInbox, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Answer } from '../../api/client.ts';
import { usePages } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import type { Column } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { PagedTable } from '../../ui/paged-table.tsx';
import { Panel } from '../../ui/panel.tsx';
import { StatusBadge, toneOf } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { useWords } from '../../ui/words.ts';
import { EventLife } from './event-life.tsx';
import classes from './events.module.css';
import { Redrive } from './redrive.tsx';

const PATH = '/v1/functions/{name}/events';
type EventView = Answer<'GET', typeof PATH>['events'][number];
type State = EventView['state'];

const STATES: readonly { value: State | ''; label: string }[] = [
  { value: '', label: 'Not delivered yet' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'running', label: 'Running' },
  { value: 'dead', label: 'Dead' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'expired', label: 'Expired' },
  { value: 'dropped', label: 'Dropped' },
];

const COLUMNS: readonly Column<EventView>[] = [
  {
    key: 'accepted',
    phone: 'end',
    title: 'Accepted',
    width: '8.5rem',
    cell: ({ acceptedAtMs }) => <Time at={acceptedAtMs} />,
  },
  {
    key: 'state',
    phone: 'first',
    title: 'State',
    width: '6.5rem',
    cell: ({ state }) => (
      <StatusBadge tone={toneOf(state)} plain>
        {state}
      </StatusBadge>
    ),
  },
  { key: 'attempts', title: 'Attempts', width: '5rem', align: 'right', wide: 'very', cell: ({ attempts }) => attempts },
  { key: 'lane', title: 'Lane', width: 'minmax(7rem, 1fr)', wide: 'very', cell: ({ lane }) => lane },
  {
    key: 'from',
    title: 'From',
    width: 'minmax(7rem, 1.2fr)',
    wide: true,
    cell: ({ source, sourceId }) => source && `${source} ${sourceId ?? ''}`,
  },
  {
    key: 'message',
    phone: 'rest',
    title: 'What happened',
    width: 'minmax(6rem, 2fr)',
    cell: ({ message, dueAtMs, state }) =>
      message !== undefined ? (
        <span title={visible(message)}>{visible(message)}</span>
      ) : state === 'waiting' && dueAtMs !== undefined ? (
        <>
          due <Time at={dueAtMs} ago />
        </>
      ) : (
        ''
      ),
  },
];

/** The events of one function, by state; one of them with its life. */
export function EventList({ name }: { name: string }) {
  const [{ state, lane, event }, setWords] = useWords(['state', 'lane', 'event']);
  const [redriving, setRedriving] = useState(false);
  const query = { limit: 100, ...(state !== '' && { state: state as State }), ...(lane !== '' && { lane }) };
  const pages = usePages(PATH, { path: { name }, query }, ({ events }) => events);
  const lanes = pages.data?.pages[0]?.lanes ?? [];
  const dead = lanes.filter((each) => lane === '' || each.lane === lane).reduce((sum, each) => sum + each.dead, 0);
  return (
    <Page
      title={`Events of ${name}`}
      crumbs={[{ title: 'Events', to: '/events' }]}
      lead={
        <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}`} size="sm">
          The function
        </Anchor>
      }
      actions={
        dead > 0 && (
          <May action="event:write" on={`function:${name}`}>
            <Button leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => setRedriving(true)}>
              Redrive all that are dead
            </Button>
          </May>
        )
      }
    >
      <div className={classes.bar}>
        <NativeSelect
          aria-label="State"
          data={STATES.map(({ value, label }) => ({ value, label }))}
          value={state}
          onChange={(change) => setWords({ state: change.currentTarget.value, event: '' })}
        />
        <NativeSelect
          aria-label="Lane"
          data={[
            { value: '', label: 'All lanes' },
            ...[...new Set([...lanes.map((each) => each.lane), ...(lane === '' ? [] : [lane])])].map((each) => ({
              value: each,
              label: each === 'direct' ? 'Direct invocations' : each,
            })),
          ]}
          value={lane}
          onChange={(change) => setWords({ lane: change.currentTarget.value, event: '' })}
        />
      </div>
      {event !== '' && <EventLife key={event} id={event} onClose={() => setWords({ event: '' })} />}
      <Panel flush>
        <PagedTable
          pages={pages}
          what={`The events of ${name}`}
          label={`Events of ${name}`}
          rows={pages.items}
          columns={COLUMNS}
          rowKey={({ eventId }) => eventId}
          onOpen={({ eventId }) => setWords({ event: eventId }, true)}
          empty={
            <EmptyState icon={IconInbox} title={state === '' ? 'Nothing waits' : 'There are none'}>
              {state === ''
                ? 'All events that were accepted have been delivered. Choose a state to see those that ended.'
                : 'No event of this function is in this state, or their records are too old.'}
            </EmptyState>
          }
        />
      </Panel>
      <CommandLine
        words={['events', name, ...(state === '' ? [] : ['--state', state]), ...(lane === '' ? [] : ['--lane', lane])]}
      />
      <Redrive
        lane={redriving ? { function: name, dead, ...(lane !== '' && { lane }) } : undefined}
        onClose={() => setRedriving(false)}
      />
    </Page>
  );
}
