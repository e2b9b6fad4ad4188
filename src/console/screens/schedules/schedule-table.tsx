import { Anchor, Code } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link } from 'react-router';
import { api } from '../../api/client.ts';
import { useChange } from '../../api/hooks.ts';
import { ApiProblem, messageOf } from '../../api/problem.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { tell } from '../../ui/deed.tsx';
import { formatCount } from '../../ui/format.ts';
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx';
import { Time } from '../../ui/time.tsx';
import type { Schedule } from './calendar.ts';
import { ScheduleActions } from './schedule-actions.tsx';
import classes from './schedules.module.css';

const TONES: Readonly<Record<Schedule['state'], Tone>> = {
  running: 'good',
  connecting: 'busy',
  failed: 'bad',
  paused: 'notice',
};

/** How a run that somebody asked for ended. */
interface Ended {
  readonly function: string;
  readonly invocationId: string | undefined;
  readonly words: string;
}

/** All schedules: when each runs next, how it stands; pauses them, and runs their functions now. */
export function ScheduleTable({ schedules }: { schedules: readonly Schedule[] }) {
  const [running, setRunning] = useState<Schedule>();
  const [ended, setEnded] = useState<Ended>();
  const toggle = useChange(
    ({ name, enabled, revision }: Schedule) =>
      api.patch('/v1/triggers/{name}', {
        path: { name },
        body: { enabled: !enabled },
        headers: { 'If-Match': `"${revision}"` },
      }),
    ['/v1/triggers'],
  );
  const change = (schedule: Schedule) =>
    toggle.mutate(schedule, {
      onSuccess: ({ enabled }) =>
        tell(`${schedule.name} ${enabled ? 'runs again' : 'is paused'}`, [
          'trigger',
          enabled ? 'resume' : 'pause',
          schedule.name,
        ]),
      onError: (error) =>
        notifications.show({
          color: 'red',
          message:
            error instanceof ApiProblem && error.code === 'precondition_failed'
              ? `Somebody has just changed ${schedule.name}; what is shown now is theirs`
              : messageOf(error),
        }),
    });
  return (
    <>
      {ended !== undefined && (
        <p className={classes.ended} role="status">
          {ended.function} {ended.words}{' '}
          {ended.invocationId !== undefined && (
            <Anchor
              component={Link}
              inherit
              underline="always"
              to={`/invocations/${encodeURIComponent(ended.invocationId)}`}
            >
              See the invocation
            </Anchor>
          )}
        </p>
      )}
      <DataTable
        label="Schedules"
        rows={schedules}
        columns={columnsWith(change, setRunning)}
        rowKey={({ name }) => name}
        initialSort={{ key: 'next' }}
      />
      <Confirm
        opened={running !== undefined}
        onClose={() => setRunning(undefined)}
        title={`Run ${running?.function ?? ''} now?`}
        verb="Run it now"
        command={['trigger', 'test', running?.name ?? '']}
        harmless
        onConfirm={async () => {
          const { name, function: of } = running!;
          const { run } = await api.post('/v1/triggers/{name}/test', { path: { name }, body: {} });
          setEnded({
            function: of,
            invocationId: run?.invocationId,
            words:
              run === undefined
                ? 'was not run: its filter lets no sample through'
                : run.status === 'succeeded'
                  ? 'succeeded'
                  : `ended otherwise: ${run.error ?? run.status}`,
          });
        }}
      >
        It gets a sample of what the schedule {running?.name} sends. Its next run stays as it is.
      </Confirm>
    </>
  );
}

function columnsWith(change: (schedule: Schedule) => void, run: (schedule: Schedule) => void): Column<Schedule>[] {
  return [
    {
      key: 'function',
      phone: 'first',
      title: 'Function',
      width: 'minmax(7rem, 1.2fr)',
      sort: ({ function: name }) => name,
      cell: ({ function: name, qualifier }) => (
        <Anchor component={Link} to={`/functions/${encodeURIComponent(name)}/triggers`} inherit>
          {name}
          {qualifier === undefined ? '' : `:${qualifier}`}
        </Anchor>
      ),
    },
    {
      key: 'times',
      phone: 'rest',
      title: 'Times',
      width: 'minmax(7rem, 1.4fr)',
      cell: ({ summary }) => <Code title={summary}>{summary}</Code>,
    },
    {
      key: 'name',
      title: 'Schedule',
      width: 'minmax(7rem, 1.2fr)',
      wide: true,
      sort: ({ name }) => name,
      cell: ({ name }) => name,
    },
    {
      key: 'next',
      title: 'Next',
      width: '7.5rem',
      wide: true,
      sort: ({ next }) => next?.[0] ?? Number.MAX_SAFE_INTEGER,
      cell: ({ next, state }) => {
        if (next?.[0] !== undefined) return <Time at={next[0]} ago />;
        return state === 'paused' ? 'when resumed' : 'not any more';
      },
    },
    {
      key: 'state',
      phone: 'second',
      title: 'State',
      width: '6.5rem',
      sort: ({ state }) => state,
      cell: ({ state, lastError }) => (
        <span title={lastError?.message}>
          <StatusBadge tone={TONES[state]} plain>
            {state}
          </StatusBadge>
        </span>
      ),
    },
    {
      key: 'last',
      title: 'Ran last',
      width: '7rem',
      wide: 'very',
      sort: ({ lastEventAtMs }) => lastEventAtMs ?? 0,
      cell: ({ lastEventAtMs }) => lastEventAtMs !== undefined && <Time at={lastEventAtMs} ago />,
    },
    {
      key: 'delivered',
      title: 'Delivered',
      width: '6rem',
      align: 'right',
      wide: 'very',
      cell: ({ counts }) => `${formatCount(counts.delivered)}${counts.lost > 0 ? `, ✕ ${counts.lost}` : ''}`,
    },
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '4.25rem',
      align: 'right',
      cell: (schedule) => (
        <ScheduleActions schedule={schedule} onChange={() => change(schedule)} onRun={() => run(schedule)} />
      ),
    },
  ];
}
