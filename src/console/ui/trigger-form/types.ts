import {
  IconApi,
  IconBrandAws,
  IconBroadcast,
  IconBucket,
  IconCalendarClock,
  IconDatabase,
  IconGitMerge,
  IconPlugConnected,
  IconRouter,
  IconStack2,
  IconWebhook,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useApi } from '../../api/hooks.ts';
import type { OptionSchema } from './schema.ts';

/** A kind of trigger as the API lists it. */
export interface TriggerKind {
  readonly name: string;
  readonly summary: string;
  readonly options: OptionSchema;
  readonly batches: boolean;
  readonly called: boolean;
}

/** The kinds of triggers of the node; they change with the node's version alone. */
export function useTriggerKinds() {
  const query = useApi('/v1/trigger-types', {}, { staleTime: Number.POSITIVE_INFINITY });
  return { ...query, kinds: query.data?.types as readonly TriggerKind[] | undefined };
}

interface Look {
  readonly title: string;
  /** A word on when one wants it. */
  readonly lead: string;
  readonly icon: ComponentType<{ size?: number | string; stroke?: number | string; 'aria-hidden'?: boolean }>;
  /** Whether its source is a part of this node. */
  readonly own: boolean;
  /** Options that are asked for first, in this order. */
  readonly first: readonly string[];
}

const LOOKS: Readonly<Record<string, Look>> = {
  bucket: {
    title: 'Bucket',
    lead: 'A file is uploaded or removed',
    icon: IconBucket,
    own: true,
    first: ['bucket', 'events', 'prefix', 'suffix'],
  },
  schedule: {
    title: 'Schedule',
    lead: 'At set times, or every so often',
    icon: IconCalendarClock,
    own: true,
    first: ['expression', 'tz'],
  },
  http: {
    title: 'HTTP route',
    lead: 'A request to a path; the answer is the function’s',
    icon: IconApi,
    own: true,
    first: ['methods', 'path', 'auth', 'key'],
  },
  webhook: {
    title: 'Webhook',
    lead: 'GitHub, GitLab, Slack, Stripe and others call',
    icon: IconWebhook,
    own: true,
    first: ['provider', 'secret'],
  },
  queue: { title: 'Queue', lead: 'Messages that wait for work', icon: IconStack2, own: true, first: ['queue'] },
  topic: {
    title: 'Topic',
    lead: 'What is published, to each subscriber',
    icon: IconBroadcast,
    own: true,
    first: ['topic'],
  },
  completion: {
    title: 'Another function',
    lead: 'It succeeded, or failed, with an event',
    icon: IconGitMerge,
    own: true,
    first: ['of', 'on'],
  },
  s3: {
    title: 'S3 elsewhere',
    lead: 'Objects of AWS, MinIO and the like',
    icon: IconBrandAws,
    own: false,
    first: ['bucket', 'endpoint', 'mode', 'accessKeyId', 'secretAccessKey', 'token', 'prefix', 'suffix'],
  },
  mqtt: {
    title: 'MQTT',
    lead: 'Sensors and devices',
    icon: IconRouter,
    own: false,
    first: ['url', 'topic', 'qos', 'username', 'password'],
  },
  postgres: {
    title: 'PostgreSQL',
    lead: 'Rows that change, or notifications',
    icon: IconDatabase,
    own: false,
    first: ['url', 'mode', 'channel', 'tables', 'username', 'password'],
  },
  kafka: {
    title: 'Kafka',
    lead: 'Records of topics',
    icon: IconPlugConnected,
    own: false,
    first: ['brokers', 'topics', 'group', 'sasl', 'username', 'password', 'tls'],
  },
  amqp: {
    title: 'RabbitMQ (AMQP)',
    lead: 'Messages of a queue',
    icon: IconPlugConnected,
    own: false,
    first: ['url', 'queue', 'username', 'password'],
  },
  nats: {
    title: 'NATS',
    lead: 'A subject, or a JetStream stream',
    icon: IconPlugConnected,
    own: false,
    first: ['url', 'subject', 'stream', 'username', 'password'],
  },
  redis: {
    title: 'Redis',
    lead: 'Entries of a stream, or a channel',
    icon: IconPlugConnected,
    own: false,
    first: ['url', 'subject', 'mode', 'username', 'password'],
  },
};

/** How a kind of trigger is shown; one that is newer than this console has the words of the API. */
export function lookOf(type: string, summary = ''): Look {
  if (Object.hasOwn(LOOKS, type)) return LOOKS[type]!;
  return { title: type, lead: summary, icon: IconPlugConnected, own: false, first: [] };
}

/** All kinds in the order in which they are offered: those of this node first. */
export function inOrder(kinds: readonly TriggerKind[]): TriggerKind[] {
  const names = Object.keys(LOOKS);
  const rank = ({ name }: TriggerKind) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...kinds].sort((a, b) => rank(a) - rank(b));
}
