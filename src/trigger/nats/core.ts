import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { messageData } from '../../model/shape/event-data.ts';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext, SourceEvent } from '../trigger-type.ts';
import { connectNats, headersOf, isRefusal } from './connection.ts';
import type { NatsOptions } from './options.ts';

const MAX_BATCH = 256;
/** What waits in memory for the disk; NATS cannot be told to wait, so that what is beyond is lost, and said to be. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64 * 1_024 * 1_024;

/**
 * Subscribes to a subject. NATS knows no acknowledgement here: what is sent while the trigger is not connected never
 * arrives, and what has arrived but was not accepted when the node dies is lost.
 */
export function subscribe(context: SourceContext<NatsOptions>): Promise<RunningSource> {
  const { trigger, options, signal } = context;
  const session = (running: () => void): Promise<void> =>
    connectNats(trigger.name, options, signal, (connection, gone) => receive(context, { connection, gone, running }));
  return keepConnected(context, { session, isRefusal });
}

interface Reception {
  readonly connection: NatsConnection;
  readonly gone: AbortSignal;
  readonly running: () => void;
}

async function receive(context: SourceContext<NatsOptions>, { connection, gone, running }: Reception): Promise<void> {
  const { trigger, options, clock, signal } = context;
  const waiting = new Waiting();
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {});
  const subscription = connection.subscribe(options.subject, {
    ...(options.queue !== '' && { queue: options.queue }),
    callback(error, message) {
      if (error !== null) refused.reject(error);
      else waiting.put({ event: eventOf(trigger.name, message, clock.now()) }, message.data.length);
    },
  });
  const end = (): void => {
    subscription.unsubscribe();
    waiting.close();
  };
  try {
    gone.addEventListener('abort', end, { once: true });
    await Promise.race([connection.flush(), refused.promise]);
    running();
    const accepting = async (): Promise<void> => {
      // What has arrived is not left behind when the connection is lost, or the source is to stop.
      for (let batch = await waiting.first(MAX_BATCH); batch !== undefined; batch = await waiting.first(MAX_BATCH)) {
        if (!(await handOver(context, batch, signal))) return;
        waiting.drop(batch.length);
        reportLost(context, waiting.takeLost());
      }
    };
    await Promise.race([accepting(), refused.promise]);
  } finally {
    gone.removeEventListener('abort', end);
    end();
  }
}

function reportLost({ report, log }: SourceContext<NatsOptions>, lost: number): void {
  if (lost === 0) return;
  const message = `${lost} messages were lost: they came faster than they could be written`;
  log.warn({ lost }, message);
  report('running', message);
}

/** Events that arrived and are not on disk yet, in order. */
class Waiting {
  private readonly entries: { event: SourceEvent; bytes: number }[] = [];
  private bytes = 0;
  private lost = 0;
  private isClosed = false;
  private next = Promise.withResolvers<void>();

  put(event: SourceEvent, bytes: number): void {
    if (this.entries.length >= MAX_WAITING || this.bytes + bytes > MAX_WAITING_BYTES) {
      this.lost++;
      return;
    }
    this.entries.push({ event, bytes });
    this.bytes += bytes;
    this.next.resolve();
  }

  /** Up to so many; waits for the first. `undefined` when it is closed and empty. */
  async first(count: number): Promise<SourceEvent[] | undefined> {
    while (this.entries.length === 0) {
      if (this.isClosed) return undefined;
      this.next = Promise.withResolvers();
      await this.next.promise;
    }
    return this.entries.slice(0, count).map(({ event }) => event);
  }

  drop(count: number): void {
    for (const { bytes } of this.entries.splice(0, count)) this.bytes -= bytes;
  }

  /** How many found no room since this was asked last. */
  takeLost(): number {
    const { lost } = this;
    this.lost = 0;
    return lost;
  }

  /** Nothing more will come. */
  close(): void {
    this.isClosed = true;
    this.next.resolve();
  }
}

function eventOf(name: string, message: Msg, nowMs: number): CloudEvent {
  const { contentType, extension } = headersOf(message.headers);
  return {
    specversion: '1.0',
    id: formatId(newId(nowMs)),
    source: `fob:nats/${name}`,
    type: 'fob.nats.message',
    subject: message.subject,
    time: new Date(nowMs).toISOString(),
    ...extension,
    ...messageData(message.data, contentType),
  };
}
