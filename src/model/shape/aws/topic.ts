import type { CloudEvent } from '../../event.ts';
import { bodyText, EVENT_TYPES, type TopicExtensions, textsAttribute } from '../event-data.ts';
import { arn, nameInSource } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';

const NO_SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
/** Parts of an event that are no attribute of its message. */
const NOT_ATTRIBUTES = new Set(['data', 'data_base64', 'datatext', 'fobtopic', 'attributes']);

/** Whether an event came by way of a topic, whatever its own type is. */
export function cameByTopic(event: CloudEvent): boolean {
  return typeof (event as Partial<TopicExtensions>).fobtopic === 'string' || event.type === EVENT_TYPES.topicMessage;
}

/** SNS's event. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const topicShape: AwsShape = (events) => ({ Records: events.map(record) });

function record(event: CloudEvent) {
  const topic = (event as Partial<TopicExtensions>).fobtopic ?? nameInSource(event.source);
  const topicArn = arn('sns', topic);
  return {
    EventSource: 'aws:sns',
    EventVersion: '1.0',
    EventSubscriptionArn: `${topicArn}:${NO_SUBSCRIPTION}`,
    Sns: {
      Type: 'Notification',
      MessageId: event.id,
      TopicArn: topicArn,
      Subject: event.subject ?? null,
      // SNS knows texts only: bytes come as base64.
      Message: bodyText(event) ?? event.data_base64 ?? '',
      Timestamp: event.time,
      SignatureVersion: '1',
      Signature: '',
      SigningCertUrl: '',
      UnsubscribeUrl: '',
      MessageAttributes: messageAttributes(event),
    },
  };
}

/** The message's own attributes; of a CloudEvent from elsewhere, its context attributes too, as `ce_<name>`. */
function messageAttributes(event: CloudEvent): Record<string, { Type: string; Value: string }> {
  const own = textsAttribute(event, 'attributes');
  const context =
    event.type === EVENT_TYPES.topicMessage
      ? []
      : Object.entries(event)
          .filter(([name, value]) => !NOT_ATTRIBUTES.has(name) && value !== undefined)
          .map(([name, value]) => [`ce_${name}`, value] as const);
  return Object.fromEntries([...context, ...own].map(([name, value]) => [name, { Type: 'String', Value: `${value}` }]));
}
