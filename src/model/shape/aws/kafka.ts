import type { CloudEvent } from '../../event.ts';
import { bodyBytes, jsonAttribute, type KafkaExtensions } from '../event-data.ts';
import type { AwsShape } from './aws-shape.ts';

interface KafkaRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: 'CREATE_TIME';
  readonly key?: string;
  readonly value?: string;
  readonly headers: Record<string, number[]>[];
}

/** A self-managed Kafka's event. https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html */
export const kafkaShape: AwsShape = (events) => {
  const records: Record<string, KafkaRecord[]> = {};
  for (const event of events) {
    const record = recordOf(event);
    const name = `${record.topic}-${record.partition}`;
    records[name] ??= [];
    records[name].push(record);
  }
  const { brokers = '' } = events[0] as KafkaExtensions;
  return { eventSource: 'SelfManagedKafka', bootstrapServers: brokers, records };
};

function recordOf(event: CloudEvent): KafkaRecord {
  const { partition = 0, offset = '0', keybase64 } = event as KafkaExtensions;
  const headers = jsonAttribute(event, 'headers');
  const isTombstone = event.data === undefined && event.data_base64 === undefined;
  return {
    topic: event.subject ?? '',
    partition,
    offset: Number(offset),
    timestamp: Date.parse(event.time ?? '') || 0,
    timestampType: 'CREATE_TIME',
    ...(keybase64 !== undefined && { key: keybase64 }),
    ...(!isTombstone && { value: bodyBytes(event).toString('base64') }),
    headers: Array.isArray(headers) ? headers.map(headerOf) : [],
  };
}

/** A header as its bytes. */
function headerOf(pair: unknown): Record<string, number[]> {
  const [name, base64] = Array.isArray(pair) ? pair : [];
  return { [String(name)]: [...Buffer.from(String(base64 ?? ''), 'base64')] };
}
