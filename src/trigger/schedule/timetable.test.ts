import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import type { ScheduleOptions } from './options.ts';
import { timetableOf } from './timetable.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const options = (expression: string, tz = 'UTC', more: Partial<ScheduleOptions> = {}): ScheduleOptions => ({
  expression,
  tz,
  jitterMs: 0,
  catchUp: 'last',
  ...more,
});

/** The first times after an instant, as texts. */
function times(from: string, count: number, ...schedule: Parameters<typeof options>): string[] {
  const timetable = timetableOf(options(...schedule));
  const found: string[] = [];
  for (
    let next = timetable.next(Date.parse(from));
    next !== undefined && found.length < count;
    next = timetable.next(next)
  )
    found.push(new Date(next).toISOString().replace(/:00\.000Z$/, 'Z'));
  return found;
}

describe('the times of a schedule', () => {
  const cases: readonly (readonly [expression: string, from: string, times: readonly string[]])[] = [
    ['*/20 * * * *', '2026-01-15T10:00', ['2026-01-15T10:20Z', '2026-01-15T10:40Z', '2026-01-15T11:00Z']],
    ['30 0 10 * * *', '2026-01-15T10:01Z', ['2026-01-16T10:00:30.000Z']],
    ['0 9 * * MON-FRI', '2026-01-16T10:00Z', ['2026-01-19T09:00Z', '2026-01-20T09:00Z']],
    ['0 9 L * *', '2026-01-31T10:00Z', ['2026-02-28T09:00Z', '2026-03-31T09:00Z']],
    ['0 9 15W * *', '2026-01-31T10:00Z', ['2026-02-16T09:00Z', '2026-03-16T09:00Z']],
    ['0 9 * * FRI#2', '2026-01-31T10:00Z', ['2026-02-13T09:00Z', '2026-03-13T09:00Z']],
    ['0 9 * * 5L', '2026-01-31T10:00Z', ['2026-02-27T09:00Z']],
    ['0 0 29 FEB *', '2026-01-31T10:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['@daily', '2026-01-31T10:00Z', ['2026-02-01T00:00Z']],
    ['0 0 31 2 *', '2026-01-31T10:00Z', []],
    ['cron(0 9 ? * MON-FRI *)', '2026-01-16T10:00Z', ['2026-01-19T09:00Z']],
    ['cron(0 9 ? * 2 *)', '2026-01-16T10:00Z', ['2026-01-19T09:00Z']],
    ['cron(0/30 9 LW * ? 2026-2027)', '2026-01-16T10:00Z', ['2026-01-30T09:00Z', '2026-01-30T09:30Z']],
    ['cron(0 9 1 1 ? 2027)', '2026-01-16T10:00Z', ['2027-01-01T09:00Z']],
    ['rate(90 minutes)', '1970-01-01T00:00Z', ['1970-01-01T01:30Z', '1970-01-01T03:00Z']],
    ['rate(1 day)', '2026-01-16T10:00Z', ['2026-01-17T00:00Z', '2026-01-18T00:00Z']],
    ['at(2026-12-01T09:00:00)', '2026-01-16T10:00Z', ['2026-12-01T09:00Z']],
    ['at(2026-12-01T09:00:00+02:00)', '2026-01-16T10:00Z', ['2026-12-01T07:00Z']],
    ['at(2026-12-01)', '2026-12-01T00:00Z', []],
  ];
  for (const [expression, from, expected] of cases) {
    test(expression, () => assert.deepEqual(times(from, Math.max(1, expected.length), expression), expected));
  }

  test('begin and end where it says, in its zone', () => {
    const within = { start: '2026-06-01T10:00', end: '2026-06-01T12:00' };
    const expected = ['2026-06-01T08:00Z', '2026-06-01T09:00Z'];
    assert.deepEqual(times('2026-01-01T00:00Z', 9, '0 * * * *', 'Europe/Berlin', within), expected);
    const fromStart = times('2026-01-01T00:00Z', 9, 'rate(45 minutes)', 'Europe/Berlin', within);
    assert.deepEqual(fromStart, ['2026-06-01T08:00Z', '2026-06-01T08:45Z', '2026-06-01T09:30Z']);
  });

  test('of the day on which the clocks are put forward: what is left out fires once, right after', () => {
    const named = ['2026-03-28T01:30Z', '2026-03-29T01:00Z', '2026-03-30T00:30Z'];
    assert.deepEqual(times('2026-03-28T00:00Z', 3, '30 2 * * *', 'Europe/Berlin'), named);
    const several = ['2026-03-08T05:30Z', '2026-03-08T07:00Z', '2026-03-08T07:30Z'];
    assert.deepEqual(times('2026-03-08T05:00Z', 3, '30 0,2,3 * * *', 'America/New_York'), several);
    assert.deepEqual(times('2026-03-29T00:00Z', 2, '30 * * * *', 'Europe/Berlin'), [
      '2026-03-29T00:30Z',
      '2026-03-29T01:30Z',
    ]);
    assert.deepEqual(times('2026-03-28T00:00Z', 2, 'at(2026-03-29T02:30)', 'Europe/Berlin'), ['2026-03-29T01:00Z']);
  });

  test('of the day on which they are put back: what comes twice fires once, but every hour is an hour', () => {
    const named = ['2026-10-24T00:30Z', '2026-10-25T00:30Z', '2026-10-26T01:30Z'];
    assert.deepEqual(times('2026-10-24T00:00Z', 3, '30 2 * * *', 'Europe/Berlin'), named);
    const hours = ['2026-11-01T05:00Z', '2026-11-01T06:00Z', '2026-11-01T07:00Z'];
    assert.deepEqual(times('2026-11-01T04:00Z', 3, '0 * * * *', 'America/New_York'), hours);
    assert.deepEqual(times('2026-10-24T00:00Z', 2, 'at(2026-10-25T02:30)', 'Europe/Berlin'), ['2026-10-25T00:30Z']);
  });

  test('of a day that a place left out altogether', () => {
    const expected = ['2011-12-29T22:00Z', '2011-12-30T10:00Z', '2011-12-30T22:00Z'];
    assert.deepEqual(times('2011-12-29T00:00Z', 3, '0 12 * * *', 'Pacific/Apia'), expected);
  });

  test('what cannot be read is refused, saying why', () => {
    const refused = (says: RegExp, ...schedule: Parameters<typeof options>) =>
      assert.throws(
        () => timetableOf(options(...schedule)),
        (error) => error instanceof Problem && error.code === 'invalid_request' && says.test(error.message),
      );
    refused(/five fields/, '* * *');
    refused(/minute: 61/, '61 * * * *');
    refused(/is no cron expression/, '0 9 * * FOO');
    refused(/is no rate/, 'rate(0 minutes)');
    refused(/is no rate/, 'rate(5 parsecs)');
    refused(/is no time/, 'at(tomorrow)');
    refused(/is no time/, 'at(2026-13-01T00:00)');
    refused(/either the day or the weekday/, 'cron(0 9 1 * MON *)');
    refused(/six fields/, 'cron(0 9 * * *)');
    refused(/is no time zone/, '0 9 * * *', 'Mars/Olympus');
    refused(/ends .* before it starts/, '0 9 * * *', 'UTC', { start: '2027-01-01', end: '2026-01-01' });
  });
});

/** A field of a cron expression and what it means, written down twice. */
interface Field {
  readonly text: string;
  readonly has: (value: number) => boolean;
}

const list = (minimum: number, maximum: number): fc.Arbitrary<Field> =>
  fc.uniqueArray(fc.integer({ min: minimum, max: maximum }), { minLength: 1, maxLength: 4 }).map((values) => ({
    text: values.join(','),
    has: (value) => values.includes(value),
  }));
const step = (minimum: number, steps: readonly number[]): fc.Arbitrary<Field> =>
  fc.constantFrom(...steps).map((each) => ({ text: `*/${each}`, has: (value) => (value - minimum) % each === 0 }));
const any: Field = { text: '*', has: () => true };

/** A stretch of time in one zone, minute by minute: what the clock on the wall says. */
interface Stretch {
  readonly zone: string;
  readonly walls: { readonly atMs: number; readonly wallMs: number }[];
}

function stretch(zone: string, from: string, days: number): Stretch {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const startMs = Date.parse(from);
  const walls = Array.from({ length: days * 1_440 }, (_, minute) => {
    const atMs = startMs + minute * MINUTE_MS;
    return { atMs, wallMs: Date.parse(`${format.format(atMs).replace(' ', 'T')}Z`) };
  });
  return { zone, walls };
}

describe('the times of a schedule, beside a walk through every minute', () => {
  const stretches = [
    stretch('Europe/Berlin', '2026-03-27T00:00Z', 4),
    stretch('Europe/Berlin', '2027-10-29T00:00Z', 4),
    stretch('Europe/Berlin', '2024-02-27T00:00Z', 4),
    stretch('America/New_York', '2026-03-07T00:00Z', 3),
    stretch('America/New_York', '2025-11-01T00:00Z', 3),
    stretch('America/New_York', '2031-12-30T00:00Z', 4),
    // Half an hour, in the south.
    stretch('Australia/Lord_Howe', '2026-04-03T00:00Z', 4),
    stretch('Australia/Lord_Howe', '2026-10-02T00:00Z', 4),
    // At midnight, so that a day begins at one.
    stretch('America/Santiago', '2026-09-05T00:00Z', 3),
    stretch('Asia/Kathmandu', '2026-01-01T00:00Z', 2),
  ];

  test('are the same', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stretches),
        fc.oneof(fc.constant(any), list(0, 59), step(0, [7, 15, 20])),
        fc.oneof(fc.constant(any), list(0, 23), list(1, 3), step(0, [2, 5])),
        fc.oneof(fc.constant(any), list(1, 31), step(1, [2])),
        fc.oneof(fc.constant(any), list(0, 6)),
        ({ zone, walls }, minute, hour, day, weekday) => {
          const fits = (wallMs: number): boolean => {
            const wall = new Date(wallMs);
            const [dayFits, weekdayFits] = [day.has(wall.getUTCDate()), weekday.has(wall.getUTCDay())];
            // As cron has it: where both are restricted, either will do.
            const either = day.text !== '*' && weekday.text !== '*';
            const isDay = either ? dayFits || weekdayFits : dayFits && weekdayFits;
            return isDay && minute.has(wall.getUTCMinutes()) && hour.has(wall.getUTCHours());
          };
          const expected = hour.text === '*' ? everyHour(walls, fits) : namedHours(walls, fits);
          const timetable = timetableOf(options(`${minute.text} ${hour.text} ${day.text} * ${weekday.text}`, zone));
          const [first, last] = [walls[0]!.atMs, walls.at(-1)!.atMs];
          const found: number[] = [];
          for (let next = timetable.next(first - 1); next !== undefined && next <= last; next = timetable.next(next))
            found.push(next);
          assert.deepEqual(
            found.map((atMs) => new Date(atMs).toISOString()),
            expected.map((atMs) => new Date(atMs).toISOString()),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  test('do not depend on where one begins to look', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...stretches),
        fc.constantFrom('30 2 * * *', '*/15 * * * *', '0,30 1-3 * * *', '0 */2 * * *'),
        fc.nat({ max: 2 * DAY_MS }),
        ({ zone, walls }, expression, offsetMs) => {
          const timetable = timetableOf(options(expression, zone));
          const startMs = walls[0]!.atMs;
          let walked = timetable.next(startMs)!;
          while (walked <= startMs + offsetMs) walked = timetable.next(walked)!;
          assert.equal(timetable.next(startMs + offsetMs), walked);
        },
      ),
    );
  });
});

function everyHour(walls: Stretch['walls'], fits: (wallMs: number) => boolean): number[] {
  return walls.filter(({ wallMs }) => fits(wallMs)).map(({ atMs }) => atMs);
}

/** Each minute of the calendar once: when it is shown first, or, where it never is, when a later one is. */
function namedHours(walls: Stretch['walls'], fits: (wallMs: number) => boolean): number[] {
  const firstShown = new Map<number, number>();
  for (const { atMs, wallMs } of walls) if (!firstShown.has(wallMs)) firstShown.set(wallMs, atMs);
  const found = new Set<number>();
  const lastWallMs = walls.at(-1)!.wallMs;
  for (let wallMs = walls[0]!.wallMs; wallMs <= lastWallMs; wallMs += MINUTE_MS) {
    if (!fits(wallMs)) continue;
    let shownMs = wallMs;
    while (!firstShown.has(shownMs)) shownMs += MINUTE_MS;
    found.add(firstShown.get(shownMs)!);
  }
  return [...found].sort((a, b) => a - b);
}
