import type { CloudEvent } from '../../event.ts';
import { amqpShape } from './amqp.ts';
import type { AwsShape, AwsShapeOptions } from './aws-shape.ts';
import { bucketShape } from './bucket.ts';
import { completionShape } from './completion.ts';
import { httpShape } from './http.ts';
import { kafkaShape } from './kafka.ts';
import { mqttShape } from './mqtt.ts';
import { queueShape } from './queue.ts';
import { scheduleShape } from './schedule.ts';
import { cameByTopic, topicShape } from './topic.ts';
import { webhookShape } from './webhook.ts';

/** The shape of each kind of source, by how the types of its events begin. */
const SHAPES: readonly (readonly [typePrefix: string, shape: AwsShape])[] = [
  ['fob.schedule.', scheduleShape],
  ['fob.bucket.', bucketShape],
  ['fob.queue.', queueShape],
  ['fob.webhook.', webhookShape],
  ['fob.http.', httpShape],
  ['fob.mqtt.', mqttShape],
  ['fob.amqp.', amqpShape],
  ['fob.kafka.', kafkaShape],
  ['fob.completion.', completionShape],
];

/**
 * What a `handler(event, context)` gets of events: the AWS event of their source, field by field. One without a
 * counterpart is the CloudEvent itself; several of them are `{Records: […]}`. All events are of the first one's kind.
 */
export function awsShape(events: readonly CloudEvent[], options: AwsShapeOptions): unknown {
  if (events.some(cameByTopic)) return topicShape(events, options);
  const type = events[0]?.type ?? '';
  const found = SHAPES.find(([prefix]) => type.startsWith(prefix));
  if (found !== undefined) return found[1](events, options);
  return options.batch ? { Records: events } : events[0];
}
