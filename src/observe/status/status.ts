import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { PROBLEMS, type ProblemCode } from '../../model/problem.ts';
import type { InvocationRecord, Journal } from '../../store/journal.ts';
import type { Registry } from '../../store/registry.ts';
import type { Metrics } from '../metrics/metrics.ts';
import {
  EVENT_MS,
  judge,
  OBJECTIVES,
  type ObjectiveName,
  OVERHEAD_MS,
  overall,
  SCHEDULE_MS,
  type StatusView,
  WINDOWS,
} from './objectives.ts';
import { Tally } from './tally.ts';

const DAYS = 30;

/** How the platform keeps its objectives, from what really happened on this node. */
export interface Status {
  view(): StatusView;
}

export interface RunningStatus extends Status {
  /** An invocation ended, or was refused. Called for each: it adds to counters. */
  invocation(record: InvocationRecord): void;
  /** An event began to be delivered, so long after it was due, by no fault of its function. */
  eventStarted(waitMs: number): void;
  /** A schedule fired, so long after its time. */
  scheduleFired(lateMs: number): void;
  start(): void;
  close(): Promise<void>;
}

interface StatusOptions {
  readonly registry: Registry;
  readonly journal: Pick<Journal, 'stats'>;
  readonly metrics: Pick<Metrics, 'recent'>;
  readonly clock: Clock;
  readonly log: Logger;
}

export async function openStatus({ registry, journal, metrics, clock, log }: StatusOptions): Promise<RunningStatus> {
  const tally = await Tally.open(registry, clock, log);
  const startedAtMs = clock.now();
  let dropped = (await journal.stats()).dropped;

  const countDropped = async (): Promise<void> => {
    const now = (await journal.stats()).dropped;
    if (now > dropped) tally.count('records', false, now - dropped);
    dropped = now;
  };

  return {
    invocation(record) {
      tally.count('records', true);
      if (record.status === 'rejected') {
        if (isFault(record.reason)) tally.count('availability', false);
        return;
      }
      tally.count('availability', true);
      // Loading runs the function's own code.
      tally.count('overhead', record.queuedMs - (record.loadMs ?? 0) <= OVERHEAD_MS);
    },
    eventStarted: (waitMs) => tally.count('events', waitMs <= EVENT_MS),
    scheduleFired: (lateMs) => tally.count('schedules', lateMs <= SCHEDULE_MS),
    view() {
      const queuedMs = metrics.recent({ metric: 'queued', statistic: 'p99', windowMs: WINDOWS['1h'] });
      const objectives = OBJECTIVES.map((objective) => {
        const { name } = objective;
        const counts = {
          '1h': tally.sum(name, WINDOWS['1h']),
          '24h': tally.sum(name, WINDOWS['24h']),
          '30d': tally.sum(name, WINDOWS['30d']),
        };
        return judge(objective, counts, tally.days(name, DAYS), figureOf(name, queuedMs));
      });
      return { state: overall(objectives), atMs: clock.now(), startedAtMs, objectives };
    },
    start: () => tally.start(countDropped),
    async close() {
      await countDropped().catch((error: unknown) => log.error({ err: error }, 'dropped records were not counted'));
      await tally.close();
    },
  };
}

function figureOf(name: ObjectiveName, queuedMs: number | undefined): string | undefined {
  if (name !== 'overhead' || queuedMs === undefined) return undefined;
  const words =
    queuedMs < 1
      ? 'less than 1 ms'
      : queuedMs < 1_000
        ? `${Math.round(queuedMs)} ms`
        : `${(queuedMs / 1_000).toFixed(1)} s`;
  return `99 of 100 calls waited ${words} or less in the last hour`;
}

/** Whether a refusal is the platform's own fault: not the caller's, not a limit, not a loop of functions. */
function isFault(reason: string | undefined): boolean {
  if (reason === undefined || reason === 'loop_detected' || !Object.hasOwn(PROBLEMS, reason)) return false;
  return PROBLEMS[reason as ProblemCode].status >= 500;
}
