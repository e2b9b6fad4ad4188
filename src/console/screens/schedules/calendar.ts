import type { Answer } from '../../api/client.ts';

export type Schedule = Answer<'GET', '/v1/triggers'>['triggers'][number];

/** One run to come. */
export interface Run {
  readonly atMs: number;
  readonly schedule: Schedule;
}

export interface Calendar {
  /** Schedules that fire so often that single runs say nothing, the soonest first. */
  readonly frequent: readonly Schedule[];
  readonly days: readonly { readonly startMs: number; readonly runs: readonly Run[] }[];
}

/** More runs of one schedule on one day make it a frequent one. */
const MOST_A_DAY = 4;

/** When the first of the days begins, and each after it, and the last ends: midnights here, across changes of the clocks. */
export function midnights(fromMs: number, days: number): number[] {
  const from = new Date(fromMs);
  return Array.from({ length: days + 1 }, (_, at) =>
    new Date(from.getFullYear(), from.getMonth(), from.getDate() + at).getTime(),
  );
}

/** What runs on each of the coming days. */
export function calendarOf(schedules: readonly Schedule[], bounds: readonly number[]): Calendar {
  const days = bounds.slice(0, -1).map((startMs) => ({ startMs, runs: [] as Run[] }));
  const frequent: Schedule[] = [];
  for (const schedule of schedules) {
    const byDay = bounds
      .slice(0, -1)
      .map((startMs, at) => (schedule.next ?? []).filter((time) => time >= startMs && time < bounds[at + 1]!));
    if (schedule.nextCut || byDay.some(({ length }) => length > MOST_A_DAY)) frequent.push(schedule);
    else for (const [at, times] of byDay.entries()) days[at]!.runs.push(...times.map((atMs) => ({ atMs, schedule })));
  }
  for (const { runs } of days) runs.sort((a, b) => a.atMs - b.atMs);
  return { frequent: frequent.sort((a, b) => (a.next?.[0] ?? 0) - (b.next?.[0] ?? 0)), days };
}
