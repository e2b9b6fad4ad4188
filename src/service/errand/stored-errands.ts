import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { type Destination, parseDestination } from '../../model/destination.ts';
import { pause } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import { formatTrace, formatTraceparent, parseTrace, type TraceContext } from '../../model/trace.ts';
import type { LeasedMessage, NewMessage } from '../../store/queue.ts';
import type { Store } from '../../store/store.ts';
import { below } from '../../store/watchers.ts';
import { removeOld } from '../remove-old.ts';
import type { Attempt, Errand, Errands } from './errands.ts';
import { objectKey } from './object-key.ts';
import { createPoster } from './post.ts';
import type { Reach } from './reach.ts';
import { Turns } from './turns.ts';

const QUEUE = 'errand';
/** Not `dead/`, where the events of functions lie: one may be called `topic` or `errand`. */
const DEAD = 'errand/dead/';
const LEASE_MS = 120_000;
const WAIT_MS = 20_000;
const MAX_RUNNING = 64;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 3_600_000;
const MAX_AGE_MS = 86_400_000;
const DEAD_RETENTION_MS = 14 * 86_400_000;
const REDRIVE_BATCH = 100;
const MAX_MESSAGE_LENGTH = 1_000;

interface ErrandsOptions {
  readonly store: Pick<Store, 'queue' | 'audit' | 'commit'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reach: Reach;
  /** Puts an object into a bucket; rejects where it cannot. */
  putObject(bucket: string, key: string, body: Readable, options: PutObject): Promise<unknown>;
  /** Sends a message to a queue; rejects where it cannot. */
  sendMessage(queue: string, message: NewMessage, trace: TraceContext | undefined): Promise<unknown>;
}

interface PutObject {
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly trace?: TraceContext;
}

/** The errands over a store: each is a message of the store's queue `errand`; those that were given up lie in `errand/dead/<origin>`. */
export function createErrands(options: ErrandsOptions): Errands {
  const { store, clock, log } = options;
  const { queue } = store;
  const poster = createPoster(options.reach);
  const turns = new Turns(clock);
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const counts = { delivered: 0, failedAttempts: 0, dead: 0 };
  let loop: Promise<void> | undefined;

  const attempt = async (destination: Destination, message: LeasedMessage): Promise<Attempt> => {
    const { body, attributes, sentAtMs, messageId } = message;
    const { contentType = '', eventId = messageId } = attributes;
    const trace = parseTrace(attributes.trace);
    try {
      switch (destination.kind) {
        case 'url': {
          const headers = {
            'fob-event-id': encodeURIComponent(eventId),
            'fob-attempt': String(message.attempt),
            ...(trace !== undefined && { traceparent: formatTraceparent(trace) }),
            ...(trace?.state !== undefined && { tracestate: trace.state }),
          };
          return await poster.post({ url: destination.url, body, contentType, headers }, closing.signal);
        }
        case 'bucket': {
          const key = objectKey(destination.prefix, sentAtMs, eventId);
          const put = { bytes: body.length, headers: { 'content-type': contentType }, ...(trace && { trace }) };
          await options.putObject(destination.name, key, Readable.from([body], { objectMode: false }), put);
          return { done: true };
        }
        default: {
          const sent = {
            body,
            attributes: { 'content-type': contentType },
            deduplicationId: `errand/${messageId}`,
            ...(destination.name.endsWith('.fifo') && { group: attributes.origin ?? 'errand' }),
          };
          await options.sendMessage(destination.name, sent, trace);
          return { done: true };
        }
      }
    } catch (error) {
      return { done: false, message: messageOf(error) };
    }
  };

  const run = async (message: LeasedMessage): Promise<void> => {
    const { attributes, lease, sentAtMs } = message;
    const destination = parseDestination(attributes.destination ?? '');
    const place = turns.take(targetOf(destination));
    if (typeof place === 'number') {
      await queue.retry(lease, place);
      return;
    }
    const result = await attempt(destination, message).finally(place);
    if (result.done) {
      counts.delivered += 1;
      await queue.acknowledge(lease);
      return;
    }
    // What is cut off by the end of the node is no failure of its receiver.
    if (closing.signal.aborted) {
      await queue.retry(lease, 0);
      return;
    }
    counts.failedAttempts += 1;
    const ageMs = clock.now() - sentAtMs;
    if (result.final === true || ageMs >= MAX_AGE_MS) await giveUp(message, result.message);
    else await queue.retry(lease, result.retryAfterMs ?? delayAt(ageMs));
  };

  const giveUp = async ({ lease, body, attributes, attempt: attempts }: LeasedMessage, why: string): Promise<void> => {
    const { origin = 'errand/unknown', destination = '', eventId } = attributes;
    const error = why.slice(0, MAX_MESSAGE_LENGTH);
    const dead = { body, attributes: { ...attributes, error, attempts: String(attempts) } };
    const done = await store.commit([
      { kind: 'acknowledge', lease },
      { kind: 'send', queue: DEAD + origin, message: dead },
    ]);
    if (!done) return;
    counts.dead += 1;
    const details = { destination: withoutPassword(destination), eventId, attempts, error };
    store.audit.append({ timeMs: clock.now(), actor: 'fob', action: 'errand.dead', subject: origin, details });
  };

  const serve = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const max = MAX_RUNNING - running.size;
        if (max === 0) await Promise.race(running);
        else {
          const wait = { max, leaseMs: LEASE_MS, waitMs: WAIT_MS, signal: closing.signal };
          for (const message of await queue.receive(QUEUE, wait)) follow(run(message));
        }
      } catch (error) {
        if (closing.signal.aborted) return;
        log.error({ err: error }, 'errands cannot be read; trying again');
        await pause(clock, FIRST_DELAY_MS, closing.signal);
      }
    }
  };

  const follow = (work: Promise<void>): void => {
    const settled = work
      // Its lease runs out, and it is tried again then.
      .catch((error: unknown) => log.error({ err: error }, 'an errand could not be finished'))
      .finally(() => running.delete(settled));
    running.add(settled);
  };

  return {
    prepare: (errand) => ({ kind: 'send', queue: QUEUE, message: messageOfErrand(errand) }),
    start() {
      loop ??= serve();
    },
    async stats() {
      const { ready, delayed } = await queue.stats(QUEUE);
      return { waiting: ready + delayed, running: running.size, ...counts };
    },
    dead: (origin, page) => queue.list(DEAD + origin, page),
    async deadCount(origin) {
      const { ready, leased } = await queue.stats(DEAD + origin);
      return ready + leased;
    },
    async redrive(origin) {
      let left = (await queue.stats(DEAD + origin)).ready;
      let moved = 0;
      while (left > 0) {
        const messages = await queue.receive(DEAD + origin, { max: REDRIVE_BATCH, leaseMs: LEASE_MS });
        if (messages.length === 0) break;
        left -= messages.length;
        for (const { lease, body, attributes } of messages) {
          const { error: _error, attempts: _attempts, ...kept } = attributes;
          const done = await store.commit([
            { kind: 'acknowledge', lease },
            { kind: 'send', queue: QUEUE, message: { body, attributes: kept } },
          ]);
          if (done) moved += 1;
        }
      }
      return moved;
    },
    purge: (origin) => queue.purge(DEAD + origin),
    watchDead: (onChange) => queue.watch(below(DEAD, onChange)),
    async expire() {
      let expired = 0;
      for (const name of await queue.queues()) {
        if (!name.startsWith(DEAD)) continue;
        const { removed, oldestAgeMs } = await removeOld(queue, name, clock.now(), DEAD_RETENTION_MS);
        if (removed === 0) continue;
        expired += removed;
        const details = { errands: removed, oldestAgeMs, retentionMs: DEAD_RETENTION_MS };
        const subject = name.slice(DEAD.length);
        store.audit.append({ timeMs: clock.now(), actor: 'fob', action: 'errand.expire', subject, details });
      }
      return expired;
    },
    async close() {
      closing.abort();
      await loop;
      await Promise.all(running);
      poster.close();
    },
  };
}

function messageOfErrand({ body, delayMs, deduplicationId, ...errand }: Errand): NewMessage {
  const { destination, origin, eventId, contentType, trace } = errand;
  return {
    body,
    attributes: { destination, origin, eventId, contentType, ...(trace && { trace: formatTrace(trace) }) },
    ...(delayMs !== undefined && { delayMs }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
}

/** Pauses grow with the age: each is about as long as all before it together, from a second to an hour. */
function delayAt(ageMs: number): number {
  const delayMs = Math.min(Math.max(ageMs, FIRST_DELAY_MS), MAX_DELAY_MS);
  return delayMs * (0.75 + Math.random() / 2);
}

/** What shares the places of one target. */
function targetOf(destination: Destination): string {
  if (destination.kind !== 'url') return `${destination.kind}:${destination.name}`;
  return URL.canParse(destination.url) ? new URL(destination.url).host : destination.url;
}

function withoutPassword(destination: string): string {
  if (!URL.canParse(destination)) return destination;
  const url = new URL(destination);
  if (url.password !== '') url.password = '***';
  return url.href;
}
