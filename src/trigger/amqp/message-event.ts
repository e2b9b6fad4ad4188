import type { ConsumeMessage } from 'amqplib';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { EVENT_TYPES, messageData } from '../../model/shape/event-data.ts';
import type { AmqpOptions } from './options.ts';

/**
 * A message as an event. Its id is the sender's `messageId`. Without one AMQP has nothing to tell messages by: neither delivery tags
 * nor bodies do, as two messages may be equal; then each delivery has an id of its own.
 */
export function eventOf(
  trigger: string,
  { queue, vhost }: Pick<AmqpOptions, 'queue' | 'vhost'>,
  { content, fields, properties }: ConsumeMessage,
  nowMs: number,
): CloudEvent {
  const { messageId, contentType, timestamp } = properties;
  return {
    specversion: '1.0',
    id: messageId || formatId(newId(nowMs)),
    source: `fob:amqp/${trigger}`,
    type: EVENT_TYPES.amqpMessage,
    subject: queue,
    time: timeOf(timestamp) ?? new Date(nowMs).toISOString(),
    virtualhost: vhost,
    exchange: fields.exchange,
    routingkey: fields.routingKey,
    redelivered: fields.redelivered,
    properties: JSON.stringify(plain(properties)),
    ...messageData(content, contentType),
  };
}

/** AMQP's timestamps are seconds; a sender may say any number. */
function timeOf(seconds: unknown): string | undefined {
  const time = new Date(typeof seconds === 'number' ? seconds * 1_000 : Number.NaN);
  return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? undefined : time.toISOString();
}

/** What JSON has no words for, in headers: bytes become base64. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
