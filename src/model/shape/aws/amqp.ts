import type { CloudEvent } from '../../event.ts';
import { type AmqpExtensions, bodyBytes, objectAttribute } from '../event-data.ts';
import { arn, nameInSource } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';

interface RabbitMessage {
  readonly basicProperties: Record<string, unknown>;
  readonly redelivered: boolean;
  readonly data: string;
}

/** Amazon MQ's event of a RabbitMQ broker. https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html */
export const amqpShape: AwsShape = (events) => {
  const rmqMessagesByQueue: Record<string, RabbitMessage[]> = {};
  for (const event of events) {
    const queue = `${event.subject ?? ''}::${(event as AmqpExtensions).virtualhost ?? '/'}`;
    rmqMessagesByQueue[queue] ??= [];
    rmqMessagesByQueue[queue].push(messageOf(event));
  }
  const broker = nameInSource(events[0]!.source);
  return { eventSource: 'aws:rmq', eventSourceArn: arn('mq', `broker:${broker}:${broker}`), rmqMessagesByQueue };
};

function messageOf(event: CloudEvent): RabbitMessage {
  const body = bodyBytes(event);
  const given = objectAttribute(event, 'properties');
  const property = (name: string) => given[name] ?? null;
  return {
    basicProperties: {
      contentType: property('contentType'),
      contentEncoding: property('contentEncoding'),
      headers: headerValue(given.headers ?? {}),
      deliveryMode: property('deliveryMode'),
      priority: property('priority'),
      correlationId: property('correlationId'),
      replyTo: property('replyTo'),
      expiration: property('expiration'),
      messageId: property('messageId'),
      timestamp: typeof given.timestamp === 'number' ? inWords(given.timestamp * 1_000) : null,
      type: property('type'),
      userId: property('userId'),
      appId: property('appId'),
      clusterId: property('clusterId'),
      bodySize: body.length,
    },
    redelivered: (event as AmqpExtensions).redelivered ?? false,
    data: body.toString('base64'),
  };
}

/** Texts in headers are AMQP's long strings, which come as their bytes. */
function headerValue(value: unknown): unknown {
  if (typeof value === 'string') return { bytes: [...Buffer.from(value)] };
  if (Array.isArray(value)) return value.map(headerValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, headerValue(each)]));
}

const words = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** As `Jan 1, 1970, 12:33:41 AM`; a sender may say a time that is none. */
function inWords(timeMs: number): string | null {
  if (Number.isNaN(new Date(timeMs).getTime())) return null;
  return words.format(timeMs).replaceAll('\u202f', ' ');
}
