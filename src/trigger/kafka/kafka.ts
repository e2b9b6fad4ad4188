import { messageData } from '../../model/shape/event-data.ts';
import type { TriggerType } from '../trigger-type.ts';
import { checkKafkaOptions, type KafkaOptions, KafkaOptionsSchema, kafkaWords } from './options.ts';

/** Records of Kafka topics, read as a member of a consumer group. */
export const kafkaTrigger: TriggerType<KafkaOptions> = {
  name: 'kafka',
  summary: 'records of Kafka topics, such as kafka://localhost:9092/orders',
  options: KafkaOptionsSchema,
  batches: true,
  usualWords: ['kafka://localhost:9092/orders'],
  parseWords: kafkaWords,
  describe: ({ brokers, topics, group }) => `${topics.join(', ')} of ${brokers}${group && ` as ${group}`}`,
  check: checkKafkaOptions,
  sample: ({ brokers, topics }) => ({
    specversion: '1.0',
    id: `${topics[0]}/0/0`,
    source: 'fob:kafka/sample',
    type: 'fob.kafka.record',
    subject: topics[0]!,
    time: '2026-01-01T00:00:00.000Z',
    partition: 0,
    offset: '0',
    keybase64: Buffer.from('key').toString('base64'),
    brokers,
    ...messageData(Buffer.from('{"order":1}')),
  }),
  start: async (context) => (await import('./group-member.ts')).readTopics(context),
};
