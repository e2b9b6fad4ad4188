import { Cron } from 'croner';
import { messageOf, Problem } from '../../model/problem.ts';
import type { TimeZone } from './time-zone.ts';

const SECOND_MS = 1_000;
const MAX_RECENT = 100;
const EVERY_HOUR = new Set(['*', '*/1', '0/1', '?']);
/** AWS writes six fields with the year last, weekdays from 1 (Sunday), and steps such as `0/5`. */
const AWS_FORM = /^cron\(([^()]*)\)$/;

/** The times of a cron expression in a time zone. */
interface CronTimes {
  /** The first time after an instant; `undefined` where there is none any more. */
  next(afterMs: number): number | undefined;
}

/**
 * Reads a cron expression: five fields, six with seconds first, or AWS's `cron(…)`. Throws `invalid_request`.
 *
 * The calendar is walked on the zone's wall clock, and what it says is turned into instants here, so that the rule for
 * days on which the clocks change is ours:
 * - An expression for every hour (`*`) follows time as it passes: an hour that comes twice counts twice.
 * - Any other one names hours of the day: where such a time is left out it fires once, when the clocks have been put
 *   forward, and where it comes twice it fires the first time.
 */
export function parseCron(expression: string, zone: TimeZone): CronTimes {
  const aws = AWS_FORM.exec(expression)?.[1];
  const fields = (aws ?? expression).trim().split(/\s+/);
  const hours = fields.length === 6 && aws === undefined ? fields[2] : fields[1];
  const walls = aws === undefined ? standard(expression, fields) : amazon(expression, fields);
  const isEveryHour = expression === '@hourly' || EVERY_HOUR.has(hours ?? '');
  return { next: (afterMs) => (isEveryHour ? nextPassing(walls, zone, afterMs) : nextNamed(walls, zone, afterMs)) };
}

/** Wall-clock times, as instants of UTC: the first after one. */
type Walls = (afterWallMs: number) => number | undefined;

function standard(expression: string, fields: readonly string[]): Walls {
  if (expression.startsWith('@') ? fields.length !== 1 : fields.length !== 5 && fields.length !== 6) {
    throw unreadable(expression, 'it needs five fields (minute hour day month weekday), or six with seconds first');
  }
  return walls(expression, () => new Cron(expression, { utcOffset: 0, paused: true, mode: 'auto' }));
}

function amazon(expression: string, fields: readonly string[]): Walls {
  if (fields.length !== 6) throw unreadable(expression, 'cron(…) needs six fields: minute hour day month weekday year');
  const [, , day, , weekday] = fields;
  if ((day === '?') === (weekday === '?')) {
    throw unreadable(expression, 'either the day or the weekday of cron(…) is ?, and not both');
  }
  const options = {
    utcOffset: 0,
    paused: true,
    mode: '7-part',
    alternativeWeekdays: true,
    sloppyRanges: true,
  } as const;
  return walls(expression, () => new Cron(`0 ${fields.join(' ')}`, options));
}

function walls(expression: string, make: () => Cron): Walls {
  const cron = (): Cron => {
    const known = recent.get(expression);
    const found = known ?? make();
    // Asked for last, to be forgotten last.
    recent.delete(expression);
    recent.set(expression, found);
    if (recent.size > MAX_RECENT) recent.delete(recent.keys().next().value!);
    return found;
  };
  try {
    cron();
  } catch (cause) {
    throw unreadable(expression, messageOf(cause).replace(/^CronPattern: /, ''), cause);
  }
  return (afterWallMs) => cron().nextRun(new Date(afterWallMs))?.getTime();
}

/** A parsed expression takes 80 KB and is parsed in 30 µs: only those are kept that are asked for again and again. */
const recent = new Map<string, Cron>();

/** Every hour that passes: within a stretch of one offset the wall clock runs as time does. */
function nextPassing(walls: Walls, zone: TimeZone, afterMs: number): number | undefined {
  let fromMs = afterMs;
  for (;;) {
    const offsetMs = zone.offsetMs(fromMs);
    const wallMs = walls(fromMs + offsetMs);
    if (wallMs === undefined) return undefined;
    const atMs = wallMs - offsetMs;
    const change = zone.changeAfter(fromMs);
    if (change === undefined || atMs < change.atMs) return atMs;
    // On the other side of the change the wall clock says something else; its first second counts.
    const first = walls(change.atMs + change.offsetMs - SECOND_MS);
    if (first === change.atMs + change.offsetMs) return change.atMs;
    fromMs = change.atMs;
  }
}

/** Times of the day, each day once. */
function nextNamed(walls: Walls, zone: TimeZone, afterMs: number): number | undefined {
  let wallMs = afterMs + zone.offsetMs(afterMs);
  for (;;) {
    const next = walls(wallMs);
    if (next === undefined) return undefined;
    const atMs = instantOf(next, zone);
    if (atMs > afterMs) return atMs;
    // It fired before: when the clocks showed it first, or had been put forward beyond it.
    wallMs = next;
  }
}

/** The instant at which the wall clock says this: the first of two; where it never does, when it was put forward beyond it. */
function instantOf(wallMs: number, zone: TimeZone): number {
  // The offsets around it: no clock is a day away from UTC.
  const before = zone.offsetMs(wallMs - 86_400_000);
  const early = wallMs - before;
  const change = zone.changeAfter(wallMs - 86_400_000);
  if (change === undefined || early < change.atMs) return early;
  return Math.max(wallMs - change.offsetMs, change.atMs);
}

function unreadable(expression: string, why: string, cause?: unknown): Problem {
  return new Problem('invalid_request', `"${expression.slice(0, 200)}" is no cron expression: ${why}`, { cause });
}
