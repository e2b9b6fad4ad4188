import type { Clock } from '../../model/clock.ts';
import { pause } from '../../model/pause.ts';
import type { LeasedMessage, NewMessage } from '../../store/queue.ts';
import type { Store } from '../../store/store.ts';

/** Where a message was that its dead-letter queue got, under which id, and how often it was received there. */
const ORIGIN_QUEUE = 'fob-origin-queue';
const ORIGIN_MESSAGE = 'fob-origin-message';
const ORIGIN_RECEIVES = 'fob-origin-receives';
const LEASE_MS = 60_000;
const MAX_BATCH = 100;
/** Messages that can go nowhere are held until the end, so that they are not met again; not more than so many. */
const MAX_HELD = 10_000;

/** A message as its dead-letter queue keeps it. */
export function withOrigin(queue: string, message: LeasedMessage): NewMessage {
  const { body, attributes, group, messageId, attempt } = message;
  const origin = {
    [ORIGIN_QUEUE]: queue,
    [ORIGIN_MESSAGE]: messageId,
    // The delivery under way is no receipt of anybody's.
    [ORIGIN_RECEIVES]: String(attempt - 1),
  };
  return { body, attributes: { ...attributes, ...origin }, ...(group !== undefined && { group }) };
}

interface Redrive {
  readonly store: Pick<Store, 'queue' | 'commit'>;
  readonly clock: Clock;
  /** The store's name of the queue to empty. */
  readonly queue: string;
  readonly ratePerSecond: number;
  readonly signal?: AbortSignal;
  /** The store's name of the queue that a message goes to, and its group there; `undefined` where there is none. */
  target(message: LeasedMessage, origin: string | undefined): { queue: string; group: string | undefined } | undefined;
}

/** Moves what is due in a queue now, each message in one commit, and returns how many went. */
export async function moveBack(redrive: Redrive): Promise<number> {
  const { store, clock, queue, ratePerSecond, target, signal = new AbortController().signal } = redrive;
  const held: LeasedMessage[] = [];
  // What comes back meanwhile is not moved a second time.
  let left = (await store.queue.stats(queue)).ready;
  let moved = 0;
  const batch = Math.max(1, Math.min(MAX_BATCH, Math.floor(ratePerSecond / 10)));
  try {
    while (left > 0 && !signal.aborted && held.length < MAX_HELD) {
      const messages = await store.queue.receive(queue, { max: Math.min(batch, left), leaseMs: LEASE_MS });
      if (messages.length === 0) break;
      left -= messages.length;
      for (const message of messages) {
        const {
          [ORIGIN_QUEUE]: origin,
          [ORIGIN_MESSAGE]: _id,
          [ORIGIN_RECEIVES]: _n,
          ...attributes
        } = message.attributes;
        const to = target(message, origin);
        if (to === undefined) {
          held.push(message);
          continue;
        }
        const copy = { body: message.body, attributes, ...(to.group !== undefined && { group: to.group }) };
        const done = await store.commit([
          { kind: 'acknowledge', lease: message.lease },
          { kind: 'send', queue: to.queue, message: copy },
        ]);
        if (done) moved += 1;
      }
      if (left > 0) await pause(clock, (messages.length / ratePerSecond) * 1_000, signal);
    }
  } finally {
    await Promise.all(held.map(({ lease }) => store.queue.retry(lease, 0)));
  }
  return moved;
}
