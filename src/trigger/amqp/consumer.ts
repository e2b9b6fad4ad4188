import { setImmediate as afterThisRead } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { pause } from '../../model/pause.ts';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import { tlsOf } from '../tls.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import { eventOf } from './message-event.ts';
import type { AmqpOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_SECONDS = 20;
/** A broker that does not answer a farewell for so long is left. */
const FAREWELL_MS = 3_000;
const NOT_FOUND = 404;
/** The broker is being shut down. */
const CONNECTION_FORCED = 320;

/**
 * Takes the messages of a queue and acknowledges them when they are on disk; what was handed out meanwhile shares the next write.
 * A message that cannot be accepted is held, not returned: brokers count returns, and drop a message that was returned often. What is
 * not acknowledged the broker gives again when the connection ends.
 */
export function consume(context: SourceContext<AmqpOptions>): Promise<RunningSource> {
  return keepConnected(context, {
    session: (running) => consumeOnce(context, running),
    isRefusal(error) {
      const { code, message } = error as { code?: unknown; message: string };
      return (typeof code === 'number' && code !== CONNECTION_FORCED) || message.startsWith('Handshake terminated');
    },
  });
}

async function consumeOnce(context: SourceContext<AmqpOptions>, running: () => void): Promise<void> {
  const { options, signal } = context;
  const connection = await connectTo(context);
  const over = new AbortController();
  const end = (error: Error): void => over.abort(error);
  connection.on('error', end);
  connection.on('close', (error) => end(error ?? new Error('the broker closed the connection')));
  const ending = AbortSignal.any([signal, over.signal]);
  let working = Promise.resolve();
  let channel: Channel | undefined;
  try {
    await prepareQueue(connection, options);
    channel = await openChannel(connection, end);
    channel.on('close', () => end(new Error('the broker closed the channel')));
    await channel.prefetch(options.prefetch);
    const waiting: ConsumeMessage[] = [];
    let isWorking = false;
    const current = channel;
    await channel.consume(options.queue, (message) => {
      if (message === null) return end(new Error(`the queue ${options.queue} is gone`));
      waiting.push(message);
      if (isWorking) return;
      isWorking = true;
      working = takeAll(context, current, waiting, ending).then(() => {
        isWorking = false;
      }, end);
    });
    if (!ending.aborted) running();
    await aborted(ending);
    if (over.signal.aborted && !signal.aborted) throw over.signal.reason;
  } finally {
    over.abort();
    await working;
    await farewell(context, connection, channel);
  }
}

/** Hands on what waits until nothing does. */
async function takeAll(
  context: SourceContext<AmqpOptions>,
  channel: Channel,
  waiting: ConsumeMessage[],
  ending: AbortSignal,
): Promise<void> {
  const { trigger, options, clock } = context;
  await afterThisRead();
  while (waiting.length > 0 && !ending.aborted) {
    const batch = waiting.splice(0);
    const events = batch.map((message) => ({ event: eventOf(trigger.name, options, message, clock.now()) }));
    if (!(await handOver(context, events, ending))) return;
    // All that came before it on this channel were accepted before.
    channel.ack(batch.at(-1)!, true);
  }
}

function connectTo({ options, trigger }: SourceContext<AmqpOptions>): Promise<ChannelModel> {
  const { protocol, hostname, port } = new URL(options.url);
  return connect(
    {
      protocol: protocol.slice(0, -1),
      hostname: hostname.replaceAll(/[[\]]/g, ''),
      ...(port !== '' && { port: Number(port) }),
      username: options.username || 'guest',
      password: options.username === '' && options.password === '' ? 'guest' : options.password,
      vhost: encodeURIComponent(options.vhost),
      heartbeat: HEARTBEAT_SECONDS,
    },
    {
      timeout: CONNECT_TIMEOUT_MS,
      noDelay: true,
      clientProperties: { connection_name: `fob trigger ${trigger.name}` },
      ...tlsOf(options),
    },
  );
}

/** Makes the queue where it is wanted and there is none: one that is there keeps its own properties, whatever they are. */
async function prepareQueue(connection: ChannelModel, options: AmqpOptions): Promise<void> {
  const { queue, declare, exchange, routingKey } = options;
  if (declare && !(await exists(connection, queue))) {
    const channel = await openChannel(connection);
    await channel.assertQueue(queue, { durable: true });
    await channel.close();
  }
  if (exchange !== '') {
    const channel = await openChannel(connection);
    await channel.bindQueue(queue, exchange, routingKey);
    await channel.close();
  }
}

async function exists(connection: ChannelModel, queue: string): Promise<boolean> {
  const channel = await openChannel(connection);
  try {
    await channel.checkQueue(queue);
  } catch (error) {
    if ((error as { code?: unknown }).code === NOT_FOUND) return false;
    throw error;
  }
  await channel.close();
  return true;
}

/** An error of a channel is told to what was asked on it, and to `onError`. */
async function openChannel(connection: ChannelModel, onError = (_: Error): void => {}): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', onError);
  return channel;
}

/** Closes the channel before the connection, so that the broker has read all that was acknowledged. */
async function farewell(
  { clock }: SourceContext<AmqpOptions>,
  connection: ChannelModel,
  channel: Channel | undefined,
): Promise<void> {
  const answered = new AbortController();
  const said = (async () => {
    await channel?.close().catch(() => {});
    await connection.close().catch(() => {});
    answered.abort();
  })();
  await Promise.race([said, pause(clock, FAREWELL_MS, answered.signal)]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
