import type { Clock } from '../../model/clock.ts';
import type { EventContent } from '../../model/event.ts';
import { pause } from '../../model/pause.ts';
import { Problem } from '../../model/problem.ts';
import type { StoredMessage } from '../../store/queue.ts';
import type { Store } from '../../store/store.ts';
import type { LaneStats, PendingEvent, PendingQuery } from '../api.ts';
import { decodeContent } from './content-codec.ts';
import type { Deliveries } from './deliveries.ts';
import { forgetFailures, readFailures } from './failures.ts';
import { cloudEventOf, type HeldEvent } from './held-event.ts';
import {
  acceptedAtMs,
  deadQueue,
  type LaneName,
  laneOfQueue,
  newMessage,
  readAttributes,
  waitingQueue,
} from './message.ts';

const LEASE_MS = 60_000;
/** Most events that a redrive moves in one commit. */
const REDRIVEN_AT_ONCE = 100;

interface PendingContext {
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'journal' | 'commit'>;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
}

interface Found {
  readonly lane: LaneName;
  readonly dead: boolean;
  readonly queue: string;
  readonly message: StoredMessage;
}

/** What people look at and do with events that have not ended, or are dead. */
export class Pending {
  private readonly store: PendingContext['store'];
  private readonly deliveries: Deliveries;
  private readonly clock: Clock;

  constructor({ store, deliveries, clock }: PendingContext) {
    this.store = store;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  async list(query: PendingQuery): Promise<{ items: PendingEvent[]; cursor?: string }> {
    const queues = await this.queuesOf(query);
    let [start, cursor] = query.cursor === undefined ? ['', undefined] : readCursor(query.cursor);
    const items: PendingEvent[] = [];
    for (const queue of queues.filter((name) => placeOf(name) >= placeOf(start))) {
      if (queue !== start) cursor = undefined;
      const lane = laneOfQueue(queue)!;
      do {
        const limit = query.limit - items.length;
        if (limit <= 0) return { items, cursor: writeCursor(queue, cursor) };
        const page = await this.store.queue.list(queue, { limit, ...(cursor !== undefined && { cursor }) });
        const seen = await Promise.all(
          page.items.map((message) => this.view({ lane, dead: lane.dead, queue, message })),
        );
        items.push(...seen.filter((event) => event.eventId !== '' && (query.state ?? event.state) === event.state));
        cursor = page.cursor;
      } while (cursor !== undefined);
      start = '';
    }
    return { items };
  }

  async find(eventId: string): Promise<PendingEvent | undefined> {
    const found = await this.locate(eventId);
    return found && this.view(found);
  }

  async retry(eventId: string): Promise<boolean> {
    const found = await this.locate(eventId);
    if (found === undefined) return false;
    const { queue, message, lane } = found;
    if (!found.dead) return this.store.queue.hasten(queue, message.messageId);
    // Sent before it is removed: a crash between leaves it twice, never lost, and sending it again changes nothing then.
    const again = { ...revived(message), deduplicationId: `redrive/${message.messageId}` };
    await this.store.queue.send(waitingQueue(lane), again);
    await this.store.queue.remove(queue, message.messageId);
    this.deliveries.wake(lane);
    return true;
  }

  async drop(eventId: string, by: string): Promise<boolean> {
    const found = await this.locate(eventId);
    const held = this.deliveries.held(eventId);
    if (found === undefined || (!found.dead && held?.running)) return false;
    const { queue, message, lane } = found;
    if (held !== undefined && !found.dead) held.dropped = true;
    if (!(await this.store.queue.remove(queue, message.messageId))) return false;
    const { attempts } = await this.failuresOf(found);
    if (!found.dead && attempts > 0) await this.store.commit([forgetFailures(lane, eventId)]);
    this.recordDrop(found, attempts, by);
    return true;
  }

  async redrive(query: {
    function: string;
    lane?: string;
    ratePerSecond: number;
    signal?: AbortSignal;
  }): Promise<number> {
    const { ratePerSecond, signal = new AbortController().signal } = query;
    if (!(ratePerSecond > 0))
      throw new Problem('invalid_request', 'the rate of a redrive is more than 0 events a second');
    // What dies again while others are redriven waits for the next time.
    const beforeMs = this.clock.now();
    const max = Math.max(1, Math.min(REDRIVEN_AT_ONCE, Math.floor(ratePerSecond)));
    let redriven = 0;
    for (const queue of await this.queuesOf({ ...query, state: 'dead' })) {
      const lane = laneOfQueue(queue)!;
      for (let more = true; more && !signal.aborted; ) {
        const messages = await this.store.queue.receive(queue, { max, leaseMs: LEASE_MS });
        more = messages.length > 0;
        for (const message of messages) {
          if (message.sentAtMs >= beforeMs || message.attributes.eventId === undefined) {
            more = false;
            await this.store.queue.retry(message.lease, 0);
            continue;
          }
          const done = await this.store.commit([
            { kind: 'acknowledge', lease: message.lease },
            { kind: 'send', queue: waitingQueue(lane), message: revived(message) },
          ]);
          if (done) redriven++;
        }
        this.deliveries.wake(lane);
        if (more) await pause(this.clock, (messages.length * 1_000) / ratePerSecond, signal);
      }
    }
    return redriven;
  }

  async stats(name?: string, lane?: string): Promise<LaneStats[]> {
    if (name !== undefined && lane !== undefined) return [await this.laneStats({ function: name, lane })];
    const holding = (await this.store.queue.queues()).flatMap((queue) => laneOfQueue(queue) ?? []);
    const lanes = new Map<string, LaneName>();
    for (const lane of [...this.deliveries.knownLanes(), ...holding])
      if (name === undefined || lane.function === name) lanes.set(waitingQueue(lane), lane);
    const ordered = [...lanes].sort(([a], [b]) => (a < b ? -1 : 1));
    return Promise.all(ordered.map(([, lane]) => this.laneStats(lane)));
  }

  private async laneStats(name: LaneName): Promise<LaneStats> {
    const [waits, dead] = await Promise.all([
      this.store.queue.stats(waitingQueue(name)),
      this.store.queue.stats(deadQueue(name)),
    ]);
    const { accepted, delivered, failedAttempts, lost, ...counters } = this.deliveries.countersOf(name).view();
    const running = Math.min(counters.running, waits.leased);
    const waiting = waits.ready + waits.leased - running;
    const drainMs = this.deliveries.countersOf(name).drainMs(waiting + running);
    return {
      function: name.function,
      lane: name.lane,
      waiting,
      delayed: waits.delayed,
      running,
      dead: dead.ready + dead.leased,
      oldestAgeMs: waits.oldestAgeMs,
      ...(drainMs !== undefined && { drainMs }),
      accepted,
      delivered,
      failedAttempts,
      lost,
    };
  }

  /** Queues with events of a function, in the order in which they are listed: those that wait before the dead. */
  private async queuesOf(query: Pick<PendingQuery, 'function' | 'lane' | 'state'>): Promise<string[]> {
    return (await this.store.queue.queues())
      .filter((queue) => {
        const lane = laneOfQueue(queue);
        return (
          lane?.function === query.function &&
          (query.lane === undefined || query.lane === lane.lane) &&
          (query.state === undefined || (query.state === 'dead') === lane.dead)
        );
      })
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  }

  private async locate(eventId: string): Promise<Found | undefined> {
    const place = await this.store.queue.locate(eventId);
    const lane = place && laneOfQueue(place.queue);
    if (place === undefined || lane === undefined) return undefined;
    const message = await this.store.queue.find(place.queue, place.messageId);
    return message && { lane, dead: lane.dead, queue: place.queue, message };
  }

  private async failuresOf({ lane, dead, message }: Found): Promise<Pick<PendingEvent, 'attempts' | 'lastError'>> {
    const { eventId, attempts = 0, lastError } = readAttributes(message.attributes);
    if (dead) return { attempts, ...(lastError && { lastError }) };
    return message.attempts === 0 ? { attempts } : readFailures(this.store.keyValue, lane, eventId);
  }

  private async view(found: Found): Promise<PendingEvent> {
    const { lane, dead, message } = found;
    const { eventId, qualifier } = readAttributes(message.attributes);
    const { attempts, lastError } = await this.failuresOf(found);
    const running = message.state === 'leased' && this.deliveries.held(eventId)?.running === true;
    return {
      eventId,
      function: lane.function,
      ...(qualifier !== undefined && { qualifier }),
      lane: lane.lane,
      state: dead ? 'dead' : running ? 'running' : 'waiting',
      attempts,
      acceptedAtMs: acceptedAtMs(eventId),
      ...(!dead && !running && { dueAtMs: message.dueAtMs }),
      ...(lastError && { lastError }),
      content: contentOf(message.body),
    };
  }

  private recordDrop({ lane, dead, message }: Found, attempts: number, by: string): void {
    const { eventId } = readAttributes(message.attributes);
    const content = contentOf(message.body);
    const event = cloudEventOf({ content } as HeldEvent);
    // A dead one was counted when it died.
    if (!dead) this.deliveries.countersOf(lane).ended(false);
    this.store.journal.appendEvent({
      eventId,
      function: lane.function,
      lane: lane.lane,
      state: 'dropped',
      attempts,
      acceptedAtMs: acceptedAtMs(eventId),
      endedAtMs: this.clock.now(),
      reason: by,
      ...(event && { source: event.source, sourceId: event.id }),
    });
  }
}

/** Where a queue stands in a listing: the waiting lanes by name, then the dead ones. */
function placeOf(queue: string): string {
  return queue === '' ? '' : `${laneOfQueue(queue)?.dead ? 1 : 0}/${queue}`;
}

/** A dead event as a new message of its lane: with its id, and as if it had never been tried. */
function revived({ body, attributes }: { body: Buffer; attributes: Readonly<Record<string, string>> }) {
  const { attempts, lastError, ...fresh } = readAttributes(attributes);
  return newMessage(body, { ...fresh, delayMs: 0 });
}

/** One that cannot be read is shown as the bytes that it is. */
function contentOf(body: Buffer): EventContent {
  try {
    return decodeContent(body);
  } catch {
    return { kind: 'payload', payload: body, payloadKind: 'binary' };
  }
}

function writeCursor(queue: string, cursor: string | undefined): string {
  return Buffer.from(JSON.stringify([queue, cursor ?? null])).toString('base64url');
}

function readCursor(text: string): [queue: string, cursor: string | undefined] {
  try {
    const [queue, cursor] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    if (typeof queue === 'string' && (cursor === null || typeof cursor === 'string'))
      return [queue, cursor ?? undefined];
  } catch {
    // Falls through to the refusal.
  }
  throw new Problem('invalid_request', `'${text.slice(0, 100)}' is no cursor; pass the one that the page before gave`);
}
