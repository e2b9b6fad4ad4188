import { timeOfId } from '../../model/id.ts';
import { formatTrace, parseTrace, type TraceContext } from '../../model/trace.ts';
import type { Delivery } from '../../model/trigger.ts';
import type { NewMessage } from '../../store/queue.ts';
import type { PendingEvent } from '../api.ts';

/** How an event is kept as a message: each lane has a queue, and another one for its dead events. */

const WAITING = 'event/';
const DEAD = 'dead/';

export type LastError = NonNullable<PendingEvent['lastError']>;

/** A lane as its queues' names say it. */
export interface LaneName {
  readonly function: string;
  readonly lane: string;
}

export const waitingQueue = ({ function: name, lane }: LaneName): string => `${WAITING}${name}/${lane}`;
export const deadQueue = ({ function: name, lane }: LaneName): string => `${DEAD}${name}/${lane}`;

/** The lane that a queue belongs to; `undefined` where it is no queue of events. */
export function laneOfQueue(queue: string): (LaneName & { dead: boolean }) | undefined {
  const [kind, name, lane, ...rest] = queue.split('/');
  if ((kind !== 'event' && kind !== 'dead') || name === undefined || lane === undefined || rest.length > 0)
    return undefined;
  return { function: name, lane, dead: kind === 'dead' };
}

/** What is kept of an event beside its content. */
export interface EventAttributes {
  readonly eventId: string;
  readonly hops: number;
  /** How long it was held back at first, in milliseconds: its age counts from there. */
  readonly delayMs: number;
  readonly delivery: Delivery;
  /** The function that sent it, and the trace that it came in. */
  readonly caller?: string;
  readonly trace?: TraceContext;
  /** The version's number or the alias that it is for; absent: what serves. */
  readonly qualifier?: string;
  /** Ordering key. */
  readonly key?: string;
  /** Its idempotency key, whose record gets the result, until then: milliseconds since the Unix epoch. */
  readonly idempotency?: { readonly key: string; readonly untilMs: number };
  /** Of a dead one: how often it was tried, and what went wrong last. */
  readonly attempts?: number;
  readonly lastError?: LastError;
}

/** The message of a new event. */
export function newMessage(body: Uint8Array, attributes: EventAttributes, deduplicationId?: string): NewMessage {
  const { delayMs, key } = attributes;
  return {
    id: attributes.eventId,
    body,
    attributes: writeAttributes(attributes),
    ...(delayMs > 0 && { delayMs }),
    ...(key !== undefined && { group: key }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  };
}

/** The message of a dead event: what it was, and why it ended. Dead ones have no order to keep. */
export function deadMessage(body: Uint8Array, attributes: EventAttributes): NewMessage {
  return { id: attributes.eventId, body, attributes: writeAttributes(attributes) };
}

export function readAttributes(attributes: Readonly<Record<string, string>>): EventAttributes {
  const {
    eventId = '',
    hops,
    delayMs,
    delivery,
    qualifier,
    key,
    idempotency,
    attempts,
    lastError,
    caller,
  } = attributes;
  const trace = parseTrace(attributes.trace);
  return {
    eventId,
    hops: Number(hops ?? 0),
    delayMs: Number(delayMs ?? 0),
    delivery: delivery === undefined ? NO_DELIVERY : deliveryOf(delivery),
    ...(caller !== undefined && { caller }),
    ...(trace !== undefined && { trace }),
    ...(qualifier !== undefined && { qualifier }),
    ...(key !== undefined && { key }),
    ...(idempotency !== undefined && { idempotency: JSON.parse(idempotency) as { key: string; untilMs: number } }),
    ...(attempts !== undefined && { attempts: Number(attempts) }),
    ...(lastError !== undefined && { lastError: JSON.parse(lastError) as LastError }),
  };
}

function writeAttributes(attributes: EventAttributes): Record<string, string> {
  const { eventId, hops, delayMs, delivery, qualifier, key, idempotency, attempts, lastError, caller, trace } =
    attributes;
  return {
    eventId,
    ...(hops > 0 && { hops: String(hops) }),
    ...(delayMs > 0 && { delayMs: String(delayMs) }),
    ...(Object.keys(delivery).length > 0 && { delivery: JSON.stringify(delivery) }),
    ...(caller !== undefined && { caller }),
    ...(trace !== undefined && { trace: formatTrace(trace) }),
    ...(qualifier !== undefined && { qualifier }),
    ...(key !== undefined && { key }),
    ...(idempotency !== undefined && { idempotency: JSON.stringify(idempotency) }),
    ...(attempts !== undefined && { attempts: String(attempts) }),
    ...(lastError !== undefined && { lastError: JSON.stringify(lastError) }),
  };
}

const NO_DELIVERY: Delivery = {};
let lastText = '';
let lastDelivery: Delivery = NO_DELIVERY;

/** Events of a lane nearly always have the same one: it is read once, and equal ones are the same object. */
function deliveryOf(text: string): Delivery {
  if (text !== lastText) {
    lastDelivery = JSON.parse(text) as Delivery;
    lastText = text;
  }
  return lastDelivery;
}

/** When an event was accepted, which its id says: milliseconds since the Unix epoch. */
export const acceptedAtMs = timeOfId;
