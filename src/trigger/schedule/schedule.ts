import { createHash } from 'node:crypto';
import type { CloudEvent } from '../../model/event.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { EVENT_TYPES, type ScheduleData } from '../../model/shape/event-data.ts';
import type { LocalSourceContext, SourceContext, SourceEvent, TriggerType } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';
import { Agenda, type Appointment } from './agenda.ts';
import { dueTimes } from './catch-up.ts';
import { type ScheduleOptions, ScheduleOptionsSchema } from './options.ts';
import { type Timetable, timetableOf } from './timetable.ts';

const REPLAY_BATCH = 1_000;
/** After events were refused, such as because the function is gone. */
const REFUSED_MS = 30_000;

type Context = LocalSourceContext<ScheduleOptions>;

/** Times as events: cron, rates, and once. All schedules of a node share one timer. */
export function createScheduleType(
  host: Pick<TypeHost, 'store' | 'clock' | 'log' | 'onScheduleFired'>,
): TriggerType<ScheduleOptions> {
  const agenda = new Agenda(host.store, host.clock, host.log, host.onScheduleFired);
  return {
    name: 'schedule',
    summary: 'cron, a rate such as rate(5 minutes), or once: at(2026-12-01T09:00:00)',
    options: ScheduleOptionsSchema,
    usualWords: ['rate(5 minutes)'],
    parseWords(words) {
      if (words.length === 0) {
        throw new Problem(
          'invalid_request',
          "a schedule needs its times, such as 'rate(5 minutes)' or '0 9 * * MON-FRI'",
        );
      }
      return { expression: words.join(' ') };
    },
    describe: ({ expression, tz }) => (tz === 'UTC' ? expression : `${expression} ${tz}`),
    check(options) {
      timetableOf(options);
    },
    sample: ({ expression }) => firing('sample', expression, host.clock.now()),
    next(options, afterMs, count, untilMs = Number.POSITIVE_INFINITY) {
      const timetable = timetableOf(options);
      const times: number[] = [];
      let next = timetable.next(afterMs);
      while (next !== undefined && next <= untilMs && times.length < count) {
        times.push(next);
        next = timetable.next(next);
      }
      return times;
    },
    async start(context) {
      const appointment = new Schedule(context as Context, host);
      if (await appointment.open()) agenda.add(appointment);
      return { stop: () => agenda.remove(appointment) };
    },
    replay,
    close: () => agenda.close(),
  };
}

async function* replay(
  { trigger, options }: SourceContext<ScheduleOptions>,
  range: { fromMs: number; toMs: number },
): AsyncGenerator<SourceEvent[]> {
  const timetable = timetableOf(options);
  let batch: SourceEvent[] = [];
  for (
    let next = timetable.next(range.fromMs - 1);
    next !== undefined && next < range.toMs;
    next = timetable.next(next)
  ) {
    batch.push({ event: firing(trigger.name, options.expression, next) });
    if (batch.length < REPLAY_BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The event of one time: whoever makes it, and however often, it has the same id. */
function firing(name: string, expression: string, atMs: number): CloudEvent {
  const time = new Date(atMs).toISOString();
  const data: ScheduleData = { scheduledTime: time, expression };
  return {
    specversion: '1.0',
    id: `${name}/${time}`,
    source: `fob:schedule/${name}`,
    type: EVENT_TYPES.scheduleFired,
    time,
    datacontenttype: 'application/json',
    data,
  };
}

/** One schedule: which of its times have been stored, and which comes next. */
class Schedule implements Appointment {
  dueMs = 0;
  private readonly context: Context;
  private readonly host: Pick<TypeHost, 'store'>;
  private readonly timetable: Timetable;
  /** All its firings are late by so much, the same on every node. */
  private readonly delayMs: number;
  /** Times up to this one are done with. */
  private lastMs = 0;
  private refusedAtMs: number | undefined;

  constructor(context: Context, host: Pick<TypeHost, 'store'>) {
    this.context = context;
    this.host = host;
    this.timetable = timetableOf(context.options);
    const { jitterMs } = context.options;
    const digest = createHash('sha256').update(context.trigger.name).digest();
    this.delayMs = digest.readUInt32BE() % (jitterMs + 1);
  }

  /** Reads where it stands; false where there is nothing to come. */
  async open(): Promise<boolean> {
    const { cursor, sinceMs, clock } = this.context;
    const kept = (await cursor.load()) as { lastMs?: number } | undefined | null;
    this.lastMs = Math.max(sinceMs, kept?.lastMs ?? 0);
    const nowMs = clock.now();
    this.clockWentBack(nowMs);
    return this.plan(nowMs);
  }

  prepare(nowMs: number) {
    const { options, trigger } = this.context;
    const upToMs = nowMs - this.delayMs;
    const { times, skipped } = dueTimes(this.timetable, options.catchUp, this.lastMs, upToMs);
    if (times.length === 0 && skipped.count === 0) return undefined;
    const lastMs = times.at(-1) ?? upToMs;
    const events = times.map((atMs) => ({ event: firing(trigger.name, options.expression, atMs) }));
    try {
      const prepared = this.context.prepare(events, { cursor: { lastMs } });
      this.refusedAtMs = undefined;
      return {
        parts: prepared.parts,
        committed: () => {
          prepared.committed();
          if (skipped.count > 0) this.tellSkipped(skipped, this.lastMs, lastMs, nowMs);
          else this.context.report('running');
          this.lastMs = lastMs;
        },
      };
    } catch (error) {
      this.refusedAtMs = nowMs;
      this.failed(error);
      return undefined;
    }
  }

  plan(nowMs: number): boolean {
    const next = this.timetable.next(this.lastMs);
    if (next === undefined) return false;
    this.dueMs = this.refusedAtMs === undefined ? next + this.delayMs : Math.max(nowMs, this.refusedAtMs) + REFUSED_MS;
    return true;
  }

  failed(error: unknown): void {
    this.context.report('failed', messageOf(error));
  }

  /** Times that fired before come again, with their ids: the lane knows them, and takes each once. */
  clockWentBack(nowMs: number): void {
    this.lastMs = Math.min(this.lastMs, nowMs);
  }

  private tellSkipped(
    { count, atLeast }: { count: number; atLeast: boolean },
    fromMs: number,
    toMs: number,
    nowMs: number,
  ): void {
    const { trigger, options, report, log } = this.context;
    const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
    const times = `${atLeast ? 'at least ' : ''}${count} time${count === 1 ? '' : 's'}`;
    report('running', `${times} between ${from} and ${to} passed over (catchUp: ${options.catchUp})`);
    log.warn({ count, from, to }, 'times of a schedule were passed over');
    this.host.store.audit.append({
      timeMs: nowMs,
      actor: 'fob',
      action: 'trigger.skip',
      subject: `trigger/${trigger.name}`,
      details: { count, atLeast, from, to, catchUp: options.catchUp },
    });
  }
}
