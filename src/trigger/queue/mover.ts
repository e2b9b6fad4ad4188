import type { CloudEvent } from '../../model/event.ts';
import { withTrace } from '../../model/event-trace.ts';
import { backOffMs, pause } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import { EVENT_TYPES, messageData } from '../../model/shape/event-data.ts';
import { parseTrace } from '../../model/trace.ts';
import { type Prepared, together } from '../../store/prepared.ts';
import type { LeasedMessage } from '../../store/queue.ts';
import { isUnfit } from '../hand-over.ts';
import type { LocalSourceContext, SourceEvent } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';
import type { QueueOptions } from './options.ts';

const RECEIVE_WAIT_MS = 10_000;
const LEASE_MS = 15_000;
const MAX_MOVED = 1_000;
/** The lane is kept so short, so that the queue's own depth and age stay what people look at. */
const LANE_EVENTS = 200;
/** In any case so many fit: one that is run, one that is settled, and those that are moved meanwhile. */
const LANE_BATCHES = 4;
const FIRST_LOOK_MS = 20;
const MAX_LOOK_MS = 1_000;
const BACK_OFF = { firstMs: 1_000, maxMs: 30_000 };

/** Attributes of a message that are the platform's own begin so; the function sees the others. */
const OWN_ATTRIBUTE = /^(?:fob-|content-type$)/;

/** Moves messages of a queue into a lane, each by one commit that takes it out here and puts it in there. */
export class Mover {
  private readonly context: LocalSourceContext<QueueOptions>;
  private readonly host: Pick<TypeHost, 'store' | 'events'>;
  private moving: Promise<void> = Promise.resolve();

  constructor(context: LocalSourceContext<QueueOptions>, host: Pick<TypeHost, 'store' | 'events'>) {
    this.context = context;
    this.host = host;
  }

  start(): void {
    this.moving = this.run();
  }

  /** Resolves when the last commit is over; the context's signal says when that is wanted. */
  ended(): Promise<void> {
    return this.moving;
  }

  private async run(): Promise<void> {
    const { signal, clock, report, log } = this.context;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const room = await this.room();
        if (room > 0) await this.move(Math.min(room, MAX_MOVED));
        if (failures > 0) report('running');
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        report('failed', messageOf(error));
        log.warn({ err: error }, 'messages of a queue could not be moved; trying again');
        await pause(clock, backOffMs(failures++, BACK_OFF), signal);
      }
    }
  }

  /** How many events the lane takes now; waits until it takes any. */
  private async room(): Promise<number> {
    const { trigger, clock, signal } = this.context;
    const { batchSize = 1 } = trigger.delivery ?? {};
    const most = Math.max(LANE_EVENTS, LANE_BATCHES * batchSize);
    for (let lookMs = FIRST_LOOK_MS; !signal.aborted; lookMs = Math.min(MAX_LOOK_MS, lookMs * 2)) {
      const [lane] = await this.host.events.stats(trigger.function, trigger.name);
      const room = most - (lane === undefined ? 0 : lane.waiting + lane.delayed + lane.running);
      if (room > 0) return room;
      await pause(clock, lookMs, signal);
    }
    return 0;
  }

  private async move(max: number): Promise<void> {
    const { store } = this.host;
    const { options, signal } = this.context;
    const queue = `queue/${options.queue}`;
    const messages = await store.queue.receive(queue, { max, leaseMs: LEASE_MS, waitMs: RECEIVE_WAIT_MS, signal });
    if (messages.length === 0) return;
    try {
      // A lease that was lost meanwhile, such as by a purge, undoes the whole commit: then each goes by itself.
      if (await this.moveTogether(messages)) return;
      for (const message of messages) await this.moveTogether([message]);
    } catch (error) {
      await Promise.all(messages.map(({ lease }) => store.queue.retry(lease, 0).catch(() => false)));
      throw error;
    }
  }

  private async moveTogether(messages: readonly LeasedMessage[]): Promise<boolean> {
    const prepared = this.prepare(messages);
    const acknowledged = messages.map(({ lease }) => ({ kind: 'acknowledge', lease }) as const);
    if (!(await this.host.store.commit([...acknowledged, ...prepared.parts]))) return false;
    prepared.committed();
    return true;
  }

  private prepare(messages: readonly LeasedMessage[]): Prepared {
    const { prepare, options } = this.context;
    const events = messages.map((message) => ({
      event: eventOf(options.queue, message),
      ...(message.group !== undefined && { key: message.group }),
    }));
    try {
      return prepare(events);
    } catch (error) {
      if (!isUnfit(error)) throw error;
      // What the lane can never take keeps no other message from it.
      return together(events.map((event) => this.prepareOne(event)));
    }
  }

  private prepareOne(event: SourceEvent): Prepared {
    const { prepare, prepareQuarantine } = this.context;
    try {
      return prepare([event]);
    } catch (error) {
      if (!isUnfit(error)) throw error;
      return prepareQuarantine([event.event], error.message);
    }
  }
}

function eventOf(queue: string, { messageId, body, attributes, group, attempt, sentAtMs }: LeasedMessage): CloudEvent {
  const own = Object.fromEntries(Object.entries(attributes).filter(([name]) => !OWN_ATTRIBUTE.test(name)));
  const sentat = new Date(sentAtMs).toISOString();
  const hops = attributes['fob-hops'];
  const event: CloudEvent = {
    specversion: '1.0',
    id: messageId,
    source: `fob:queue/${queue}`,
    type: EVENT_TYPES.queueMessage,
    time: sentat,
    sentat,
    attempt,
    ...messageData(body, attributes['content-type']),
    ...(Object.keys(own).length > 0 && { attributes: JSON.stringify(own) }),
    ...(group !== undefined && { messagegroup: group }),
    ...(hops !== undefined && { fobhops: Number(hops) }),
  };
  return withTrace(event, parseTrace(attributes['fob-trace']));
}
