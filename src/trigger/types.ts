import type { Logger } from 'pino';
import type { Engine, Events } from '../engine/api.ts';
import type { Completed } from '../engine/events/completions.ts';
import type { Clock } from '../model/clock.ts';
import type { Services } from '../service/services.ts';
import type { Store } from '../store/store.ts';
import type { TriggerType } from './trigger-type.ts';

/** What types of the platform's own sources are made of; the others need nothing. */
export interface TypeHost {
  readonly services: Pick<Services, 'buckets' | 'queues' | 'topics'>;
  readonly store: Pick<Store, 'queue' | 'keyValue' | 'journal' | 'audit' | 'commit'>;
  readonly events: Pick<Events, 'stats'> & Completed;
  readonly engine: Pick<Engine, 'find'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Hears how long after its time a schedule fired. */
  readonly onScheduleFired?: (lateMs: number) => void;
}

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
