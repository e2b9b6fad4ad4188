import { Anchor, Button, Switch } from '@mantine/core';
import { IconInbox, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useApi } from '../../api/hooks.ts';
import type { Lane } from '../../api/things.ts';
import { countColumn } from '../../ui/columns.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Figures } from '../../ui/figures.tsx';
import { formatCount } from '../../ui/format.ts';
import { May } from '../../ui/may.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Age } from '../../ui/time.tsx';
import { TypedInput } from '../../ui/typed-input.tsx';
import { useWords } from '../../ui/words.ts';
import { Redrive } from './redrive.tsx';

/** How all lanes stand: what waits, what runs, what is dead. */
export function Lanes() {
  const query = useApi('/v1/lanes');
  const [{ find, only }, setWords] = useWords(['find', 'only']);
  const [redriving, setRedriving] = useState<Lane>();
  const navigate = useNavigate();
  const isOpen = ({ waiting, delayed, running, dead }: Lane) => waiting + delayed + running + dead > 0;
  return (
    <Page title="Events" lead="What waits to be delivered to functions, and what could not be">
      <QueryView query={query} what="The lanes" rows={6}>
        {({ lanes }) => {
          const text = find.toLowerCase();
          const shown = lanes.filter(
            (lane) => (only === '' || isOpen(lane)) && `${lane.function} ${lane.lane}`.toLowerCase().includes(text),
          );
          return (
            <>
              <Totals lanes={lanes} readAtMs={query.dataUpdatedAt} />
              <Panel
                title="Lanes"
                flush
                aside={
                  <>
                    <Switch
                      size="sm"
                      label="Only where something waits, runs or is dead"
                      checked={only !== ''}
                      onChange={(event) => setWords({ only: event.currentTarget.checked ? 'open' : '' })}
                    />
                    <TypedInput
                      aria-label="Find a lane"
                      placeholder="Function or trigger"
                      leftSection={<IconSearch size={15} aria-hidden />}
                      value={find}
                      onText={(find) => setWords({ find })}
                    />
                  </>
                }
              >
                {shown.length === 0 ? (
                  <EmptyState icon={IconInbox} title={lanes.length === 0 ? 'No events yet' : 'No lane fits'}>
                    {lanes.length === 0
                      ? 'Each trigger of a function has a lane, and so have invocations that nobody waits for. They appear with their first event.'
                      : 'Look for something else, or show the lanes where nothing waits, too.'}
                  </EmptyState>
                ) : (
                  <DataTable
                    label="Lanes"
                    rows={shown}
                    columns={columnsWith(setRedriving, query.dataUpdatedAt)}
                    rowKey={keyOf}
                    initialSort={{ key: 'dead', descending: true }}
                    onOpen={(lane) => navigate(pathOf(lane, lane.dead > 0 ? 'dead' : ''))}
                  />
                )}
              </Panel>
            </>
          );
        }}
      </QueryView>
      <CommandLine words={['events']} />
      <Redrive lane={redriving} onClose={() => setRedriving(undefined)} />
    </Page>
  );
}

function keyOf({ function: name, qualifier = '', lane }: Lane): string {
  return `${name} ${qualifier} ${lane}`;
}

function pathOf({ function: name, lane }: Lane, state: string): string {
  return `/events?${new URLSearchParams({ function: name, lane, ...(state !== '' && { state }) })}`;
}

function Totals({ lanes, readAtMs }: { lanes: readonly Lane[]; readAtMs: number }) {
  const sum = (of: (lane: Lane) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  const dead = sum((lane) => lane.dead);
  const oldestMs = Math.max(0, ...lanes.map(({ oldestAgeMs }) => oldestAgeMs));
  return (
    <Figures
      figures={[
        { name: 'Waiting', value: formatCount(sum((lane) => lane.waiting)) },
        { name: 'Held back', value: formatCount(sum((lane) => lane.delayed)) },
        { name: 'Running', value: formatCount(sum((lane) => lane.running)) },
        { name: 'Dead', value: formatCount(dead), bad: dead > 0 },
        { name: 'Oldest that is due', value: oldestMs === 0 ? 'none' : <Age ms={oldestMs} readAtMs={readAtMs} /> },
      ]}
    />
  );
}

function columnsWith(redrive: (lane: Lane) => void, readAtMs: number): Column<Lane>[] {
  return [
    {
      key: 'function',
      phone: 'first',
      title: 'Function',
      width: 'minmax(7rem, 1.4fr)',
      sort: ({ function: name }) => name,
      cell: (lane) => (
        <Anchor component={Link} to={pathOf(lane, '')} inherit>
          {lane.function}
          {lane.qualifier === undefined ? '' : `:${lane.qualifier}`}
        </Anchor>
      ),
    },
    {
      key: 'lane',
      title: 'Lane',
      width: 'minmax(7rem, 1.4fr)',
      wide: true,
      sort: ({ lane }) => lane,
      cell: ({ lane }) => (lane === 'direct' ? 'direct invocations' : lane),
    },
    countColumn('waiting', 'Waiting', ({ waiting }) => waiting, { width: '4rem' }),
    countColumn('delayed', 'Held back', ({ delayed }) => delayed, { width: '5.5rem', wide: 'very' }),
    countColumn('running', 'Running', ({ running }) => running, { width: '5rem', wide: true }),
    countColumn('dead', 'Dead', ({ dead }) => dead, { width: '4rem', bad: true }),
    {
      key: 'oldest',
      title: 'Oldest',
      width: '5.5rem',
      align: 'right',
      wide: true,
      sort: ({ oldestAgeMs }) => oldestAgeMs,
      cell: ({ oldestAgeMs }) => (oldestAgeMs === 0 ? '' : <Age ms={oldestAgeMs} readAtMs={readAtMs} />),
    },
    countColumn('delivered', 'Delivered', ({ delivered }) => delivered, { width: '6rem', wide: 'very' }),
    countColumn('attempts', 'Failed attempts', ({ failedAttempts }) => failedAttempts, {
      width: '7.5rem',
      wide: 'very',
    }),
    {
      key: 'do',
      phone: 'end',
      title: '',
      width: '5rem',
      align: 'right',
      cell: (lane) =>
        lane.dead > 0 && (
          <May action="event:write" on={`function:${lane.function}`} orAbsent>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Redrive the dead events of ${lane.function}, ${lane.lane}`}
              onClick={() => redrive(lane)}
            >
              Redrive
            </Button>
          </May>
        ),
    },
  ];
}
