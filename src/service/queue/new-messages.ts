import { createHash } from 'node:crypto';
import { Problem } from '../../model/problem.ts';
import { formatTrace } from '../../model/trace.ts';
import type { NewMessage } from '../../store/queue.ts';
import type { Cause, QueueSettings } from './queues.ts';

/** Largest message, its attributes included (1 MiB, as SQS). */
export const MAX_MESSAGE_BYTES = 1_048_576;
const MAX_BATCH_MESSAGES = 10_000;
const MAX_BATCH_BYTES = 16_777_216;
const MAX_DELAY_MS = 14 * 86_400_000;
const MAX_ID_LENGTH = 256;
/** SQS's window of de-duplication in FIFO queues. */
const FIFO_WINDOW_MS = 300_000;
/** Attributes that the platform itself adds begin so; a message cannot bring them. */
const OWN_PREFIX = 'fob-';

/** Throws `invalid_request` where people's messages carry attributes that only the platform gives. */
export function checkForeignAttributes(messages: readonly NewMessage[]): void {
  const own = messages
    .flatMap(({ attributes = {} }) => Object.keys(attributes))
    .find((name) => name.startsWith(OWN_PREFIX));
  if (own === undefined) return;
  throw new Problem(
    'invalid_request',
    `"${own.slice(0, 100)}": attributes that begin with "${OWN_PREFIX}" are the platform's own`,
  );
}

/** A message that says how many functions called one another until it was sent, and which trace it is a part of. */
export function withCause(message: NewMessage, { hops, trace }: Cause): NewMessage {
  if (hops === undefined && trace === undefined) return message;
  const said = {
    ...(hops !== undefined && { 'fob-hops': String(hops) }),
    ...(trace !== undefined && { 'fob-trace': formatTrace(trace) }),
  };
  return { ...message, attributes: { ...message.attributes, ...said } };
}

/** Messages as the store keeps them under the settings of their queue. Throws `invalid_request` or `too_large`. */
export function storableMessages(name: string, settings: QueueSettings, messages: readonly NewMessage[]): NewMessage[] {
  if (messages.length === 0 || messages.length > MAX_BATCH_MESSAGES) {
    throw new Problem('invalid_request', `send 1 to ${MAX_BATCH_MESSAGES} messages at once, not ${messages.length}`);
  }
  let bytes = 0;
  return messages.map((message) => {
    const size = sizeOf(message);
    bytes += size;
    if (size > MAX_MESSAGE_BYTES || bytes > MAX_BATCH_BYTES) {
      throw new Problem(
        'too_large',
        size > MAX_MESSAGE_BYTES
          ? `a message has ${size} bytes with its attributes; ${MAX_MESSAGE_BYTES} are the most: keep what is large in a bucket and send its key`
          : `the messages have more than ${MAX_BATCH_BYTES} bytes together; send them in several batches`,
        { details: { maxBytes: size > MAX_MESSAGE_BYTES ? MAX_MESSAGE_BYTES : MAX_BATCH_BYTES } },
      );
    }
    return storable(name, settings, message);
  });
}

function storable(name: string, settings: QueueSettings, message: NewMessage): NewMessage {
  const { group, deduplicationId, delayMs = settings.delayMs } = message;
  if (!(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
    throw new Problem('invalid_request', `a delay is 0 to ${MAX_DELAY_MS} ms, not ${delayMs}`);
  }
  checkId('group', group);
  checkId('de-duplication id', deduplicationId);
  if (!settings.fifo) {
    if (group === undefined) return { ...message, delayMs };
    throw new Problem('invalid_request', `"${name}" is no FIFO queue, so its messages have no groups`);
  }
  if (group === undefined) {
    throw new Problem('invalid_request', `"${name}" is a FIFO queue: each message needs a group, whose order is kept`);
  }
  if (deduplicationId === undefined && !settings.contentDeduplication) {
    throw new Problem(
      'invalid_request',
      `"${name}" is a FIFO queue: give each message a de-duplication id, or switch the queue's contentDeduplication on`,
    );
  }
  return {
    ...message,
    delayMs,
    deduplicationId: deduplicationId ?? createHash('sha256').update(message.body).digest('hex'),
    deduplicationWindowMs: message.deduplicationWindowMs ?? FIFO_WINDOW_MS,
  };
}

function checkId(what: string, id: string | undefined): void {
  if (id === undefined || (id.length > 0 && id.length <= MAX_ID_LENGTH && id.isWellFormed() && !id.includes('\0')))
    return;
  throw new Problem('invalid_request', `a ${what} has 1 to ${MAX_ID_LENGTH} characters of well-formed text`);
}

function sizeOf({ body, attributes = {} }: NewMessage): number {
  let bytes = body.byteLength;
  for (const [name, value] of Object.entries(attributes)) {
    if (name === '' || !name.isWellFormed() || !value.isWellFormed()) {
      throw new Problem(
        'invalid_request',
        `"${name.slice(0, 100)}" cannot be an attribute of a message: a name is not empty, and it and its value are well-formed text`,
      );
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
}
