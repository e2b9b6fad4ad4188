import type { Clock } from '../../model/clock.ts';
import { DIRECT_LANE, type EventContent } from '../../model/event.ts';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { formatId, newId } from '../../model/id.ts';
import { noFunction } from '../../model/no-function.ts';
import { Problem } from '../../model/problem.ts';
import { parseTarget } from '../../model/target.ts';
import type { CommitPart } from '../../store/commit.ts';
import type { NewMessage } from '../../store/queue.ts';
import type { Store } from '../../store/store.ts';
import type { AcceptedEvent, Engine, NewEvent } from '../api.ts';
import type { Admission } from '../hooks.ts';
import { contentFingerprint, DEFAULT_WINDOW_MS, decode, encode, idempotencySpace } from '../idempotency-record.ts';
import { encodeContent } from './content-codec.ts';
import { type LaneName, newMessage, waitingQueue } from './message.ts';

const lanePattern = new RegExp(FUNCTION_NAME_PATTERN);
/** 15 days. */
const MAX_DELAY_MS = 1_296_000_000;
const MAX_KEY_LENGTH = 256;
/** How often a claim of idempotency keys is tried again that others were faster with. */
const MAX_CLAIMS = 10;

export interface AcceptContext {
  readonly engine: Pick<Engine, 'find' | 'check'>;
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'commit'>;
  readonly clock: Clock;
  /** Refuses events of functions whose team has too many that wait. */
  readonly admission?: Admission | undefined;
  /** Largest event, in bytes. */
  readonly maxEventBytes: number;
}

/** An event that may be stored. */
export interface Arrival {
  readonly lane: LaneName;
  readonly eventId: string;
  readonly message: NewMessage;
  readonly claim?: Claim;
}

/** The idempotency key that an event claims for itself. */
interface Claim {
  readonly key: string;
  readonly fingerprint: string;
  readonly untilMs: number;
  readonly windowMs: number;
}

/** Looks whether an event can be accepted, and makes the message of it. Throws `not_found`, `invalid_request`, `too_large`. */
export function arrivalOf(event: NewEvent, context: AcceptContext): Arrival {
  const { engine, clock, maxEventBytes } = context;
  const found = engine.find(event.function);
  if (found === undefined) throw noFunction(event.function);
  const { qualifier } = parseTarget(event.function);
  if (qualifier !== undefined) engine.check(event.function);
  const lane = { function: found.document.name, lane: event.lane ?? DIRECT_LANE };
  if (!lanePattern.test(lane.lane)) throw new Problem('invalid_request', `'${lane.lane}' is no name of a lane`);
  const { delayMs = 0, key, deduplicationId, hops = 0, delivery = {}, caller, trace } = event;
  if (!Number.isFinite(delayMs) || delayMs < 0 || delayMs > MAX_DELAY_MS)
    throw new Problem('invalid_request', `an event is delayed by 0 to ${MAX_DELAY_MS} ms, not by ${delayMs}`);
  for (const text of [key, deduplicationId, event.idempotency?.key]) checkKey(text);
  const body = encodeContent(event.content);
  if (body.length > maxEventBytes)
    throw new Problem('too_large', `the event has ${body.length} bytes; ${maxEventBytes} are the most`);
  const nowMs = clock.now();
  const eventId = formatId(newId(nowMs));
  const claim = event.idempotency && claimOf(event.idempotency, event.content, nowMs);
  const attributes = {
    eventId,
    hops,
    delayMs,
    delivery,
    ...(caller !== undefined && { caller }),
    ...(trace !== undefined && { trace }),
    ...(qualifier !== undefined && { qualifier }),
    ...(key !== undefined && { key }),
    ...(claim !== undefined && { idempotency: { key: claim.key, untilMs: claim.untilMs } }),
  };
  return { lane, eventId, message: newMessage(body, attributes, deduplicationId), ...(claim && { claim }) };
}

/** Throws `quota_exceeded` where a function is to get no more events for now. */
export function checkAdmitted({ lane }: Arrival, { engine, admission }: AcceptContext): void {
  if (admission?.refuseEvent === undefined) return;
  const fn = engine.find(lane.function)?.document;
  const refused = fn === undefined ? undefined : admission.refuseEvent(fn);
  if (refused !== undefined) throw refused;
}

/** Stores events, all or none; resolves when they are on disk, with those that stand for them. */
export async function store(arrivals: readonly Arrival[], context: AcceptContext): Promise<AcceptedEvent[]> {
  const queues = new Set(arrivals.map(({ lane }) => waitingQueue(lane)));
  const [queue] = queues;
  if (queue === undefined) return [];
  if (queues.size === 1 && arrivals.every(({ claim }) => claim === undefined)) {
    const results = await context.store.queue.sendBatch(
      queue,
      arrivals.map(({ message }) => message),
    );
    return results.map(({ id, duplicate }, place) => ({ eventId: id ?? arrivals[place]!.eventId, duplicate }));
  }
  return commitAll(arrivals, context);
}

/** The parts that accept an event within a commit. */
export function sendPart({ lane, message }: Arrival): CommitPart {
  return { kind: 'send', queue: waitingQueue(lane), message };
}

async function commitAll(arrivals: readonly Arrival[], context: AcceptContext): Promise<AcceptedEvent[]> {
  for (let claims = 0; claims < MAX_CLAIMS; claims++) {
    const accepted: AcceptedEvent[] = [];
    const parts: CommitPart[] = [];
    const claimed = new Map<string, { fingerprint: string; eventId: string }>();
    for (const arrival of arrivals) {
      const { claim, eventId, lane } = arrival;
      const place = claim && `${lane.function}/${claim.key}`;
      const earlier = place === undefined ? undefined : (claimed.get(place) ?? (await claimant(arrival, context)));
      if (earlier !== undefined && claim !== undefined) {
        if (earlier.fingerprint !== claim.fingerprint) throw conflict(claim.key);
        accepted.push({ eventId: earlier.eventId, duplicate: true });
        continue;
      }
      if (claim !== undefined && place !== undefined) {
        claimed.set(place, { fingerprint: claim.fingerprint, eventId });
        parts.push(claimPart(lane, claim, eventId));
      }
      parts.push(sendPart(arrival));
      accepted.push({ eventId, duplicate: false });
    }
    if (parts.length === 0 || (await context.store.commit(parts))) return accepted;
  }
  throw new Problem('unavailable', 'others use the same idempotency keys at this moment: try again shortly');
}

/** Who has claimed an event's key before. */
async function claimant(
  { lane, claim }: Arrival,
  { store }: AcceptContext,
): Promise<{ fingerprint: string; eventId: string } | undefined> {
  const entry = await store.keyValue.get(idempotencySpace(lane.function), claim!.key);
  if (entry === undefined) return undefined;
  const { record } = decode(entry.value);
  const { fingerprint } = record;
  if (record.state === 'accepted') return { fingerprint, eventId: record.eventId };
  if (record.state === 'done') return { fingerprint, eventId: record.eventId ?? record.report.invocationId };
  if (fingerprint !== claim!.fingerprint) throw conflict(claim!.key);
  throw new Problem('conflict', `a call with the idempotency key '${claim!.key}' runs at this moment: try again later`);
}

function claimPart(lane: LaneName, claim: Claim, eventId: string): CommitPart {
  const { key, fingerprint, untilMs, windowMs } = claim;
  const value = encode({ state: 'accepted', fingerprint, eventId, windowMs });
  const options = { expectedRevision: 0, expiresAtMs: untilMs };
  return { kind: 'put', space: idempotencySpace(lane.function), key, value, options };
}

function claimOf(wanted: NonNullable<NewEvent['idempotency']>, content: EventContent, nowMs: number): Claim {
  const { key, windowMs = DEFAULT_WINDOW_MS } = wanted;
  return { key, windowMs, untilMs: nowMs + windowMs, fingerprint: contentFingerprint(content) };
}

function checkKey(text: string | undefined): void {
  if (text === undefined || (text.length > 0 && text.length <= MAX_KEY_LENGTH && text.isWellFormed())) return;
  throw new Problem('invalid_request', `a key of an event has 1 to ${MAX_KEY_LENGTH} characters`);
}

function conflict(key: string): Problem {
  return new Problem(
    'idempotency_conflict',
    `the idempotency key '${key}' was used with another payload; use a new key for a new request`,
  );
}
