import { createHash } from 'node:crypto';
import type { CloudEvent } from '../../event.ts';
import { bodyText, type QueueExtensions, textsAttribute } from '../event-data.ts';
import { ACCOUNT, arn, nameInSource, REGION } from './arn.ts';
import type { AwsShape } from './aws-shape.ts';

/** SQS's event. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const queueShape: AwsShape = (events) => ({ Records: events.map(record) });

function record(event: CloudEvent) {
  const { sentat, attempt, messagegroup, deduplicationid, sequence } = event as QueueExtensions;
  const sentAtMs = String(Date.parse(sentat ?? event.time ?? '') || 0);
  // SQS knows texts only: bytes come as base64.
  const body = bodyText(event) ?? event.data_base64 ?? '';
  return {
    messageId: event.id,
    receiptHandle: event.id,
    body,
    attributes: {
      ApproximateReceiveCount: String(attempt ?? 1),
      SentTimestamp: sentAtMs,
      SenderId: ACCOUNT,
      ApproximateFirstReceiveTimestamp: sentAtMs,
      ...(sequence !== undefined && { SequenceNumber: sequence }),
      ...(messagegroup !== undefined && { MessageGroupId: messagegroup }),
      ...(deduplicationid !== undefined && { MessageDeduplicationId: deduplicationid }),
    },
    messageAttributes: messageAttributes(event),
    md5OfBody: createHash('md5').update(body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: arn('sqs', nameInSource(event.source)),
    awsRegion: REGION,
  };
}

function messageAttributes(event: CloudEvent): Record<string, unknown> {
  return Object.fromEntries(
    textsAttribute(event, 'attributes').map(([name, text]) => [
      name,
      { stringValue: text, stringListValues: [], binaryListValues: [], dataType: 'String' },
    ]),
  );
}
