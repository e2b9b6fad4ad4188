import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { CloudEvent } from '../../model/event.ts';
import { backOffMs } from '../../model/pause.ts';
import { messageOf } from '../../model/problem.ts';
import { messageData } from '../../model/shape/event-data.ts';
import { handOver, isUnfit } from '../hand-over.ts';
import type { RunningSource, SourceContext, SourceEvent } from '../trigger-type.ts';
import { headersOf } from './connection.ts';
import type { NatsOptions } from './options.ts';
import { keepReceiving, type Session } from './session.ts';

/** The server gives no more before some are acknowledged: what is in memory is bounded by it. */
const MAX_UNACKNOWLEDGED = 256;
const MAX_BATCH_BYTES = 8 * 1_024 * 1_024;
const RETRY = { firstMs: 1_000, maxMs: 60_000 };
const MIN_WORKING_MS = 100;
const NANOS_A_MS = 1_000_000;

/**
 * Reads a stream by a durable consumer. A message is acknowledged only after it was accepted; what was not, the server gives
 * again, with the same id: `Nats-Msg-Id` where its sender set one, else `<stream>/<sequence>`.
 */
export function consume(context: SourceContext<NatsOptions>): Promise<RunningSource> {
  return keepReceiving(context, receive);
}

async function receive(context: SourceContext<NatsOptions>, { connection, gone, running }: Session): Promise<void> {
  const { trigger, options } = context;
  const manager = await jetstreamManager(connection);
  const { name, config } = await durable(manager, trigger.name, options);
  const consumer = await jetstream(connection).consumers.get(options.stream, name);
  const inbox = new Inbox();
  const messages = await consumer.consume({
    max_messages: MAX_UNACKNOWLEDGED,
    abort_on_missing_resource: true,
    callback: (message) => inbox.put(message),
  });
  const end = (): void => {
    inbox.close();
    messages.stop();
  };
  const ended = messages.closed().then((error) => {
    inbox.close();
    return error;
  });
  gone.addEventListener('abort', end, { once: true });
  if (gone.aborted) end();
  else running();
  await acceptAll(context, inbox, (config.ack_wait ?? 0) / NANOS_A_MS);
  const error = await ended;
  gone.removeEventListener('abort', end);
  if (!gone.aborted) throw error ?? new Error(`the consumer ${name} of the stream ${options.stream} is gone`);
}

/** Accepts what arrives, batch by batch, until the inbox is closed. */
async function acceptAll(context: SourceContext<NatsOptions>, inbox: Inbox, ackWaitMs: number): Promise<void> {
  const { trigger, options, report, signal } = context;
  let failures = 0;
  for (let batch = await inbox.take(); batch !== undefined; batch = await inbox.take()) {
    const inHand = batch;
    const stillWorking = setInterval(() => inbox.working(inHand), Math.max(MIN_WORKING_MS, ackWaitMs / 3));
    try {
      const events = batch.map((message) => ({ event: eventOf(trigger.name, options.stream, message) }));
      await acceptOnce(context, events);
      for (const message of batch) message.ack();
      if (failures > 0 && !signal.aborted) report('running');
      failures = 0;
    } catch (error) {
      // Given back, with a delay, so that who shares the consumer may try too.
      const delayMs = Math.ceil(backOffMs(failures++, RETRY));
      for (const message of batch) message.nak(delayMs);
      report('failed', messageOf(error));
    } finally {
      clearInterval(stillWorking);
    }
  }
}

/** Accepts these; what can never be accepted is put aside. Rejects where trying again may help. */
async function acceptOnce(context: SourceContext<NatsOptions>, events: readonly SourceEvent[]): Promise<void> {
  try {
    await context.accept(events);
  } catch (error) {
    if (!isUnfit(error)) throw error;
    if (!(await handOver(context, events, context.signal))) throw error;
  }
}

/** The durable consumer, made where there is none. Throws where the stream is missing, or the consumer is of another kind. */
async function durable(manager: JetStreamManager, trigger: string, options: NatsOptions): Promise<ConsumerInfo> {
  const { stream, subject, fromBeginning, ackWaitSeconds } = options;
  const name = options.consumer || `fob-${trigger.replaceAll('.', '-')}`;
  try {
    const found = await manager.consumers.info(stream, name);
    if (found.config.ack_policy !== AckPolicy.Explicit || found.config.deliver_subject !== undefined) {
      throw new Error(
        `the consumer ${name} of the stream ${stream} is not one to pull from with explicit acknowledgement`,
      );
    }
    const filter = found.config.filter_subject ?? '>';
    if (options.consumer !== '' || filter === subject) return found;
    return await manager.consumers.update(stream, name, { ...found.config, filter_subject: subject });
  } catch (error) {
    const code = error instanceof JetStreamApiError ? error.code : undefined;
    if (code === JetStreamApiCodes.StreamNotFound) {
      throw new Error(`there is no stream ${stream}; make it: nats stream add ${stream} --subjects '${subject}'`, {
        cause: error,
      });
    }
    if (code !== JetStreamApiCodes.ConsumerNotFound) throw error;
    return manager.consumers.add(stream, {
      durable_name: name,
      description: `trigger ${trigger}`,
      filter_subject: subject,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitSeconds * 1_000),
      deliver_policy: fromBeginning ? DeliverPolicy.All : DeliverPolicy.New,
      max_ack_pending: MAX_UNACKNOWLEDGED,
    });
  }
}

/** Messages that arrived and are not in hand yet. */
class Inbox {
  private waiting: JsMsg[] = [];
  private isClosed = false;
  private next = Promise.withResolvers<void>();

  put(message: JsMsg): void {
    this.waiting.push(message);
    this.next.resolve();
  }

  close(): void {
    this.isClosed = true;
    this.next.resolve();
  }

  /** As many as fit one commit; waits for the first. `undefined` when it is closed: what waits then, the server gives again. */
  async take(): Promise<JsMsg[] | undefined> {
    while (this.waiting.length === 0 && !this.isClosed) {
      this.next = Promise.withResolvers();
      await this.next.promise;
    }
    if (this.isClosed) return undefined;
    let bytes = 0;
    const over = this.waiting.findIndex((message, index) => {
      bytes += message.data.length;
      return index > 0 && bytes > MAX_BATCH_BYTES;
    });
    const count = Math.min(over === -1 ? this.waiting.length : over, MAX_UNACKNOWLEDGED);
    return this.waiting.splice(0, count);
  }

  /** Says of those in hand and those that wait that they are not forgotten. */
  working(inHand: readonly JsMsg[]): void {
    for (const message of inHand) message.working();
    for (const message of this.waiting) message.working();
  }
}

function eventOf(name: string, stream: string, message: JsMsg): CloudEvent {
  const { contentType, extension } = headersOf(message.headers);
  const own = message.headers?.get('Nats-Msg-Id');
  return {
    specversion: '1.0',
    id: own || `${stream}/${message.seq}`,
    source: `fob:nats/${name}`,
    type: 'fob.nats.message',
    subject: message.subject,
    time: message.time.toISOString(),
    stream,
    sequence: String(message.seq),
    ...extension,
    ...messageData(message.data, contentType),
  };
}
