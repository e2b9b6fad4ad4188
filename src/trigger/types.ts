import type { TriggerType } from './trigger-type.ts';
import type { TypeHost } from './type-host.ts';

type LoadType = (host: TypeHost) => Promise<TriggerType>;

/**
 * Every kind of trigger, one line each. A type's file is small: client libraries of brokers are loaded by its `start`, so that
 * a node without such triggers does without them.
 */
const TYPES: readonly LoadType[] = [
  async (host) => (await import('./schedule/schedule.ts')).createScheduleType(host),
  async () => (await import('./http/http.ts')).http,
  async () => (await import('./webhook/webhook.ts')).webhookTrigger,
  async (host) => (await import('./bucket/bucket.ts')).createBucketType(host),
  async () => (await import('./s3/s3.ts')).s3Trigger,
  async (host) => (await import('./queue/queue.ts')).createQueueType(host),
  async (host) => (await import('./topic/topic.ts')).createTopicType(host),
  async (host) => (await import('./completion/completion.ts')).createCompletionType(host),
  async () => (await import('./mqtt/mqtt.ts')).mqttTrigger,
  async () => (await import('./amqp/amqp.ts')).amqpTrigger,
  async () => (await import('./redis/redis.ts')).redisTrigger,
  async () => (await import('./nats/nats.ts')).natsTrigger,
  async () => (await import('./postgres/postgres.ts')).postgresTrigger,
  async () => (await import('./kafka/kafka.ts')).kafkaTrigger,
];

/** Makes all types, by their names. */
export async function loadTypes(host: TypeHost): Promise<ReadonlyMap<string, TriggerType>> {
  const types = await Promise.all(TYPES.map((load) => load(host)));
  return new Map(types.map((type) => [type.name, type]));
}
