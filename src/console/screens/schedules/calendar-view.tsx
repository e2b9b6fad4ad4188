import { Link } from 'react-router';
import { Time } from '../../ui/time.tsx';
import type { Calendar, Run, Schedule } from './calendar.ts';
import classes from './schedules.module.css';

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const HOUR_MS = 3_600_000;
/** What a day, and what the list of frequent ones shows before it says how many more there are. */
const MOST = 15;

/** The coming days side by side, each with what runs on it in order; above them what runs all through them. */
export function CalendarView({ calendar: { frequent, days }, nowMs }: { calendar: Calendar; nowMs: number }) {
  return (
    <>
      {frequent.length > 0 && (
        <div className={classes.band}>
          <h3 className={classes.title}>All through the days</h3>
          <ul className={classes.frequent}>
            {frequent.slice(0, MOST).map((schedule) => (
              <li key={schedule.name}>
                <Entry schedule={schedule} /> <code>{schedule.summary}</code>
                {schedule.next?.[0] !== undefined && (
                  <>
                    {' next '}
                    <Time at={schedule.next[0]} ago />
                  </>
                )}
              </li>
            ))}
            {frequent.length > MOST && <li>and {frequent.length - MOST} more</li>}
          </ul>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways */}
      <div className={classes.calendar} role="region" aria-label="Coming runs by day" tabIndex={0}>
        <ol className={classes.days} style={{ '--days': days.length } as React.CSSProperties}>
          {days.map(({ startMs, runs }, at) => (
            <li
              className={classes.day}
              key={startMs}
              data-today={at === 0 || undefined}
              data-free={isFree(startMs) || undefined}
            >
              <h3 className={classes.title}>
                {at === 0 ? 'Today' : weekday.format(startMs)} <span>{date.format(startMs)}</span>
              </h3>
              <DayRuns runs={runs} nowMs={nowMs} />
            </li>
          ))}
        </ol>
      </div>
    </>
  );
}

function DayRuns({ runs, nowMs }: { runs: readonly Run[]; nowMs: number }) {
  if (runs.length === 0) return <p className={classes.nothing}>Nothing</p>;
  return (
    <ul className={classes.runs}>
      {runs.slice(0, MOST).map(({ atMs, schedule }) => (
        <li className={classes.run} key={`${schedule.name} ${atMs}`} data-soon={atMs - nowMs < HOUR_MS || undefined}>
          <time dateTime={new Date(atMs).toISOString()}>{clock.format(atMs)}</time>
          <Entry schedule={schedule} />
        </li>
      ))}
      {runs.length > MOST && <li className={classes.run}>and {runs.length - MOST} more</li>}
    </ul>
  );
}

function Entry({ schedule: { function: name, name: trigger } }: { schedule: Schedule }) {
  return (
    <Link to={`/functions/${encodeURIComponent(name)}/triggers`} title={trigger} className={classes.entry ?? ''}>
      {name}
    </Link>
  );
}

function isFree(ms: number): boolean {
  const day = new Date(ms).getDay();
  return day === 0 || day === 6;
}
