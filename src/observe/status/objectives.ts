/** What a platform promises: so much of something is to be good. */
export interface Objective {
  readonly name: string;
  readonly title: string;
  /** What counts, in a sentence. */
  readonly promise: string;
  /** Share that is to be good. */
  readonly target: number;
}

/** An answer that takes the platform longer, beside the function's own time, is not good. */
export const OVERHEAD_MS = 100;
/** An event that begins to be delivered later after it is due is not good; a schedule that fires later is not. */
export const EVENT_MS = 30_000;
export const SCHEDULE_MS = 10_000;

export const OBJECTIVES = [
  {
    name: 'availability',
    title: 'Calls',
    promise: 'of calls are run: none is refused or lost by a fault of the platform',
    target: 0.999,
  },
  {
    name: 'overhead',
    title: 'Speed',
    promise: `of calls wait at most ${OVERHEAD_MS} ms for the platform, starts included`,
    target: 0.99,
  },
  {
    name: 'events',
    title: 'Events',
    promise: `of events begin to be delivered within ${EVENT_MS / 1_000} s of when they are due`,
    target: 0.99,
  },
  {
    name: 'schedules',
    title: 'Schedules',
    promise: `of schedules fire within ${SCHEDULE_MS / 1_000} s of their time`,
    target: 0.99,
  },
  { name: 'records', title: 'Records', promise: 'of records and log lines are kept: none is dropped', target: 0.9999 },
] as const satisfies readonly Objective[];
export type ObjectiveName = (typeof OBJECTIVES)[number]['name'];

export const WINDOWS = { '1h': 3_600_000, '24h': 86_400_000, '30d': 2_592_000_000 } as const;
export type WindowName = keyof typeof WINDOWS;

/** `unmeasured`: nothing happened that could be judged. */
export type ObjectiveState = 'good' | 'at_risk' | 'failing' | 'unmeasured';

export interface WindowView {
  readonly total: number;
  readonly bad: number;
  /** Share that was good; absent where nothing happened. */
  readonly share?: number;
  readonly met: boolean;
}

export interface ObjectiveView extends Objective {
  readonly state: ObjectiveState;
  readonly windows: Readonly<Record<WindowName, WindowView>>;
  /** Share of the faults that 30 days may have which is left; below 0 where there were more. Absent where nothing happened. */
  readonly budgetLeft?: number;
  /** How it stands now, in words, where there is more to say than shares. */
  readonly figure?: string;
  /** The last 30 days, the oldest first. */
  readonly days: readonly DayView[];
}

export interface DayView {
  readonly day: string;
  readonly state: ObjectiveState;
  readonly share?: number;
}

export interface StatusView {
  readonly state: 'operational' | 'degraded' | 'down';
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly objectives: readonly ObjectiveView[];
}

export interface Count {
  readonly good: number;
  readonly bad: number;
}

/** Below this share of the budget, an objective is at risk. */
const AT_RISK = 0.25;
/** Fewer in an hour say little: of a dozen calls, one slow start is no outage. */
const LEAST_TO_FAIL = 10;
const LEAST_BAD = 5;

/** How an objective stands, given what was counted. */
export function judge(
  objective: Objective,
  counts: Readonly<Record<WindowName, Count>>,
  days: readonly { day: string; count: Count }[],
  figure?: string,
): ObjectiveView {
  const { target } = objective;
  const windows = {
    '1h': windowView(counts['1h'], target),
    '24h': windowView(counts['24h'], target),
    '30d': windowView(counts['30d'], target),
  };
  const month = windows['30d'];
  const budgetLeft = month.total === 0 ? undefined : rounded(1 - month.bad / (month.total * (1 - target)));
  const hour = windows['1h'];
  const fails = !hour.met && hour.total >= LEAST_TO_FAIL && hour.bad >= LEAST_BAD;
  const state =
    month.total === 0 ? 'unmeasured' : fails ? 'failing' : !hour.met || budgetLeft! < AT_RISK ? 'at_risk' : 'good';
  return {
    ...objective,
    state,
    windows,
    ...(budgetLeft !== undefined && { budgetLeft }),
    ...(figure !== undefined && { figure }),
    days: days.map(({ day, count }) => {
      const view = windowView(count, target);
      return { day, state: dayState(view, target), ...(view.share !== undefined && { share: view.share }) };
    }),
  };
}

/** How the platform stands, given its objectives. */
export function overall(objectives: readonly ObjectiveView[]): StatusView['state'] {
  const calls = objectives.find(({ name }) => name === 'availability')?.windows['1h'];
  if (calls !== undefined && calls.total >= LEAST_TO_FAIL && calls.bad > calls.total / 2) return 'down';
  return objectives.some(({ state }) => state === 'failing') ? 'degraded' : 'operational';
}

function windowView({ good, bad }: Count, target: number): WindowView {
  const total = good + bad;
  if (total === 0) return { total, bad, met: true };
  const share = good / total;
  return { total, bad, share: rounded(share), met: share >= target };
}

function dayState({ total, bad, met }: WindowView, target: number): ObjectiveState {
  if (total === 0) return 'unmeasured';
  if (met) return 'good';
  return bad / total > 10 * (1 - target) ? 'failing' : 'at_risk';
}

function rounded(share: number): number {
  return Math.round(share * 1_000_000) / 1_000_000;
}
