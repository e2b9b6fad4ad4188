import { Problem } from '../../model/problem.ts';
import { parseCron } from './cron.ts';
import type { ScheduleOptions } from './options.ts';
import { TimeZone } from './time-zone.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const RATE = /^rate\(\s*(\d{1,9})\s+(second|minute|hour|day)s?\s*\)$/;
const AT = /^at\(\s*([^()]*?)\s*\)$/;
const LOCAL_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?$/i;

/** The times of a schedule. */
export interface Timetable {
  /** The first time after an instant, both in milliseconds since the Unix epoch; `undefined` where there is none any more. */
  next(afterMs: number): number | undefined;
}

/** Reads a schedule's times: cron, `rate(…)` or `at(…)`, in its zone, from its start to its end. Throws `invalid_request`. */
export function timetableOf(options: ScheduleOptions): Timetable {
  const zone = TimeZone.of(options.tz);
  const times = timesOf(options.expression.trim(), options, zone);
  const startMs = options.start === undefined ? undefined : parseTime(options.start, zone);
  const endMs = options.end === undefined ? undefined : parseTime(options.end, zone);
  if (startMs !== undefined && endMs !== undefined && startMs >= endMs) {
    throw new Problem('invalid_request', `the schedule ends (${options.end}) before it starts (${options.start})`);
  }
  return {
    next(afterMs) {
      const next = times.next(startMs === undefined ? afterMs : Math.max(afterMs, startMs - 1));
      return next === undefined || (endMs !== undefined && next >= endMs) ? undefined : next;
    },
  };
}

function timesOf(expression: string, { start }: ScheduleOptions, zone: TimeZone): Timetable {
  const at = AT.exec(expression)?.[1];
  if (at !== undefined) {
    const atMs = parseTime(at, zone);
    return { next: (afterMs) => (atMs > afterMs ? atMs : undefined) };
  }
  if (!/^rate\s*\(/.test(expression)) return parseCron(expression, zone);
  const [, count, unit] = RATE.exec(expression) ?? [];
  if (count === undefined || Number(count) === 0) {
    throw new Problem(
      'invalid_request',
      `"${expression.slice(0, 100)}" is no rate: write it like rate(5 minutes), with seconds, minutes, hours or days`,
    );
  }
  // On the clock, whoever counts: every node, and every start of one, comes to the same times.
  const everyMs = Number(count) * UNIT_MS[unit!]!;
  const anchorMs = start === undefined ? 0 : parseTime(start, zone);
  return { next: (afterMs) => anchorMs + (Math.floor((afterMs - anchorMs) / everyMs) + 1) * everyMs };
}

/** A time as people write it, in the zone where it names none itself. */
export function parseTime(text: string, zone: TimeZone): number {
  const found = LOCAL_TIME.exec(text.trim());
  const parsed = found === null ? Number.NaN : Date.parse(utcText(found));
  if (Number.isNaN(parsed)) {
    throw new Problem('invalid_request', `"${text.slice(0, 64)}" is no time: write it like 2026-12-01T09:00:00`);
  }
  if (found![7] !== undefined) return parsed;
  // The offset before a change of the clocks decides first: of two such times it gives the earlier one.
  const early = parsed - zone.offsetMs(parsed - UNIT_MS.day!);
  if (early + zone.offsetMs(early) === parsed) return early;
  return Math.max(parsed - zone.offsetMs(early), zone.changeAfter(parsed - UNIT_MS.day!)?.atMs ?? 0);
}

function utcText([, year, month, day, hour = '00', minute = '00', second = '00', offset = 'Z']: string[]): string {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${offset.toUpperCase()}`;
}
