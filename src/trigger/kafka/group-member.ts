import { once } from 'node:events';
import {
  AuthenticationError,
  Consumer,
  type ConsumerOptions,
  type Message,
  type MessagesStream,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
} from '@platformatic/kafka';
import type { CloudEvent } from '../../model/event.ts';
import { messageData } from '../../model/shape/event-data.ts';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import { tlsOf } from '../tls.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import type { KafkaOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Whoever keeps the connection tries again anyway. */
const RETRIES = 1;
const RETRY_MS = 500;
/** A node that died keeps its partitions from the others for so long. */
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 3_000;
const MAX_BATCH = 500;
const MAX_BATCH_BYTES = 8 * 1_024 * 1_024;
/** Bounds what is in memory: what is read ahead, in records and in bytes for each answer of a broker. */
const MAX_WAITING = 1_024;
const MAX_FETCH_BYTES = 16 * 1_024 * 1_024;
const MAX_WAIT_MS = 1_000;

type Bytes = Buffer | undefined;
type KafkaMessage = Message<Bytes, Bytes, Bytes, Bytes>;
type RecordStream = MessagesStream<Bytes, Bytes, Bytes, Bytes>;

/**
 * Reads topics as a member of a consumer group. Offsets are committed only after the records were accepted; what was not
 * committed is read again, by whoever of the group has the partition then, with the same ids.
 */
export function readTopics(context: SourceContext<KafkaOptions>): Promise<RunningSource> {
  const { trigger, options, signal } = context;
  const session = (running: () => void): Promise<void> =>
    read(running).catch((error: unknown) => {
      throw rootOf(error);
    });
  const read = async (running: () => void): Promise<void> => {
    const consumer = new Consumer(settingsOf(trigger.name, options));
    // The stream of records says the same; without a listener it would end the process.
    consumer.on('error', () => {});
    try {
      const stream = await consumer.consume({
        topics: options.topics,
        mode: MessagesStreamModes.COMMITTED,
        fallbackMode: options.fromBeginning ? MessagesStreamFallbackModes.EARLIEST : MessagesStreamFallbackModes.LATEST,
        autocommit: false,
        highWaterMark: MAX_WAITING,
        maxBytes: MAX_FETCH_BYTES,
        maxWaitTime: MAX_WAIT_MS,
      });
      stream.on('error', () => {});
      try {
        await begun(stream, signal);
        if (signal.aborted) return;
        running();
        await acceptAll(context, stream);
      } finally {
        await stream.close();
      }
    } finally {
      await consumer.close(true);
    }
  };
  return keepConnected(context, { session, isRefusal: (error) => error instanceof AuthenticationError });
}

/** The client wraps what failed in what it was for; only the innermost error says what is wrong. */
function rootOf(error: unknown): unknown {
  const inner = error instanceof AggregateError ? error.errors.at(-1) : undefined;
  return inner === undefined ? error : rootOf(inner);
}

/** Resolves when it is known from which offsets to read. */
async function begun(stream: RecordStream, signal: AbortSignal): Promise<void> {
  if (stream.offsetsToFetch.size > 0) return;
  await Promise.race([once(stream, 'offsets', { signal }), once(stream, 'readable', { signal })]).catch((error) => {
    if (!signal.aborted) throw error;
  });
}

async function acceptAll(context: SourceContext<KafkaOptions>, stream: RecordStream): Promise<void> {
  const { trigger, options, signal } = context;
  while (!signal.aborted) {
    const batch = take(stream);
    if (batch.length === 0) {
      if (stream.errored) throw stream.errored;
      if (stream.readableEnded || stream.destroyed) throw new Error(`the connection to ${options.brokers} ended`);
      await changed(stream, signal);
      continue;
    }
    const events = batch.map((message) => ({
      event: eventOf(trigger.name, options.brokers, message),
      ...(message.key && { key: message.key.toString('base64') }),
    }));
    if (!(await handOver(context, events, signal))) return;
    await Promise.all(lastOfEach(batch).map((message) => message.commit()));
  }
}

/** What is there already, as much as fits one commit. */
function take(stream: RecordStream): KafkaMessage[] {
  const batch: KafkaMessage[] = [];
  for (let bytes = 0; batch.length < MAX_BATCH && bytes < MAX_BATCH_BYTES; ) {
    const message = stream.read() as KafkaMessage | null;
    if (message === null) break;
    batch.push(message);
    bytes += message.value?.length ?? 0;
  }
  return batch;
}

/** Resolves when there may be something to read, or the stream is over, or the source is to stop. */
async function changed(stream: RecordStream, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const names = ['readable', 'end', 'close'];
  await Promise.race(names.map((name) => once(stream, name, { signal: until }))).catch((error: unknown) => {
    if (!until.aborted) throw error;
  });
  over.abort();
}

/** To commit the last record of a partition is to commit all before it. */
function lastOfEach(batch: readonly KafkaMessage[]): KafkaMessage[] {
  return [...new Map(batch.map((message) => [`${message.topic}/${message.partition}`, message])).values()];
}

function settingsOf(name: string, options: KafkaOptions): ConsumerOptions<Bytes, Bytes, Bytes, Bytes> {
  const { brokers, group, sasl, username, password } = options;
  return {
    clientId: `fob-${name}`,
    groupId: group || `fob-${name}`,
    bootstrapBrokers: brokers.split(','),
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retries: RETRIES,
    retryDelay: RETRY_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    ...(sasl !== '' && { sasl: { mechanism: sasl as 'PLAIN', username, password } }),
    ...(usesTls(options) && { tls: tlsOf(options), tlsServerName: options.servername || true }),
  };
}

function usesTls({ tls, ca, cert }: KafkaOptions): boolean {
  return tls || ca !== '' || cert !== '';
}

function eventOf(name: string, brokers: string, message: KafkaMessage): CloudEvent {
  const { topic, partition, offset, key, value, timestamp, headerEntries } = message;
  const headers = headerEntries.map(([header, text]) => [header?.toString() ?? '', text?.toString('base64') ?? '']);
  return {
    specversion: '1.0',
    id: `${topic}/${partition}/${offset}`,
    source: `fob:kafka/${name}`,
    type: 'fob.kafka.record',
    subject: topic,
    time: new Date(Number(timestamp)).toISOString(),
    partition,
    offset: String(offset),
    brokers,
    ...(key && { keybase64: key.toString('base64') }),
    ...(headers.length > 0 && { headers: JSON.stringify(headers) }),
    // A record without a value says that its key is deleted: its event has no data.
    ...(value && messageData(value)),
  };
}
