import { NativeSelect } from '@mantine/core';
import { IconCalendarClock } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { firstOf, useDue } from '../../api/due.ts';
import { useApi } from '../../api/hooks.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { CreateButton } from '../../ui/creating.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useNow } from '../../ui/time.tsx';
import { useWords } from '../../ui/words.ts';
import { AddSchedule } from './add-schedule.tsx';
import { calendarOf, midnights } from './calendar.ts';
import { CalendarView } from './calendar-view.tsx';
import { ScheduleTable } from './schedule-table.tsx';

const MINUTE_MS = 60_000;
/** Schedules may run every second, and the times of thousands are a large answer. */
const RUNS_EVERY_MS = 5_000;

/** What runs when: a calendar of the coming runs, and all schedules. */
export default function Schedules() {
  const [{ days: wanted }, setWords] = useWords(['days']);
  const days = wanted === '1' ? 1 : wanted === '14' ? 14 : 7;
  // What has run is the past; by the minute is often enough for a calendar.
  const nowMs = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const bounds = useMemo(() => midnights(nowMs, days), [nowMs, days]);
  const query = useApi(
    '/v1/triggers',
    { query: { type: 'schedule', nextUntil: String(bounds.at(-1)) } },
    { keepPrevious: true },
  );
  useDue(
    '/v1/triggers',
    firstOf((query.data?.triggers ?? []).map(({ next }) => next?.[0])),
    query.dataUpdatedAt,
    RUNS_EVERY_MS,
  );
  const [adding, setAdding] = useState(false);
  const add = <CreateButton of="schedule" action="trigger:write" onClick={() => setAdding(true)} />;
  return (
    <Page title="Schedules" lead="What runs when, in the time of this browser" actions={add}>
      <QueryView query={query} what="The schedules" rows={8}>
        {({ triggers }) =>
          triggers.length === 0 ? (
            <Panel>
              <EmptyState icon={IconCalendarClock} title="Nothing runs by the clock yet" action={add}>
                A schedule wakes a function at set times, such as at nine on weekdays, or every so often.
              </EmptyState>
            </Panel>
          ) : (
            <>
              <Panel
                title="Coming runs"
                flush
                aside={
                  <NativeSelect
                    size="xs"
                    aria-label="How many days"
                    value={String(days)}
                    data={[
                      { value: '1', label: 'Today' },
                      { value: '7', label: '7 days' },
                      { value: '14', label: '14 days' },
                    ]}
                    onChange={(event) =>
                      setWords({ days: event.currentTarget.value === '7' ? '' : event.currentTarget.value })
                    }
                  />
                }
              >
                <CalendarView calendar={calendarOf(triggers, bounds)} nowMs={nowMs} />
              </Panel>
              <Panel title="All schedules" flush>
                <ScheduleTable schedules={triggers} />
              </Panel>
            </>
          )
        }
      </QueryView>
      <CommandLine words={['trigger', 'list', '--type', 'schedule']} />
      {adding && <AddSchedule onClose={() => setAdding(false)} />}
    </Page>
  );
}
