import type { CloudEvent } from '../../model/event.ts';
import { formatId, newId } from '../../model/id.ts';
import { pause } from '../../model/pause.ts';
import { EVENT_TYPES, messageData } from '../../model/shape/event-data.ts';
import { handOver } from '../hand-over.ts';
import { keepConnected } from '../keep-connected.ts';
import type { RunningSource, SourceContext, SourceEvent } from '../trigger-type.ts';
import { ASK_EVERY_MS, connectTo, isRefusal } from './connection.ts';
import { isPattern, type RedisOptions } from './options.ts';

/** What waits to be accepted is bounded; a channel cannot be told to wait. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Messages that came and are not on disk yet. */
interface Waiting {
  messages: (SourceEvent & { readonly bytes: number })[];
  bytes: number;
  lost: number;
}

/**
 * Listens to a channel, or to all that fit a pattern. At most once: Redis keeps nothing, so what is said while there is no connection is
 * lost, and so is what does not fit into memory while it cannot be accepted.
 */
export async function listen(context: SourceContext<RedisOptions>): Promise<RunningSource> {
  const waiting: Waiting = { messages: [], bytes: 0, lost: 0 };
  let working: Promise<void> | undefined;
  const work = (): void => {
    working ??= handOverAll(context, waiting).finally(() => {
      working = undefined;
    });
  };

  const session = async (running: () => void): Promise<void> => {
    const { redis, over } = await connectTo(context);
    const { subject } = context.options;
    const ending = AbortSignal.any([context.signal, over]);
    const take = (channel: Buffer, message: Buffer): void => {
      add(waiting, message.length, eventOf(context, channel, message));
      work();
    };
    try {
      if (isPattern(subject)) {
        redis.on('pmessageBuffer', (_pattern: Buffer, channel: Buffer, message: Buffer) => take(channel, message));
        await redis.psubscribe(subject);
      } else {
        redis.on('messageBuffer', take);
        await redis.subscribe(subject);
      }
      if (!ending.aborted) running();
      while (!ending.aborted) {
        await pause(context.clock, ASK_EVERY_MS, ending);
        if (!ending.aborted) await redis.ping();
      }
      if (over.aborted && !context.signal.aborted) throw over.reason;
    } catch (error) {
      throw over.aborted ? over.reason : error;
    } finally {
      redis.disconnect();
    }
  };
  const source = await keepConnected(context, { session, isRefusal });
  return {
    async stop() {
      await source.stop();
      await working;
    },
  };
}

async function handOverAll(context: SourceContext<RedisOptions>, waiting: Waiting): Promise<void> {
  while (waiting.messages.length > 0) {
    const batch = waiting.messages.slice(0, context.options.count);
    const events = batch.map(({ event }) => ({ event }));
    if (!(await handOver(context, events, context.signal))) return;
    waiting.messages = waiting.messages.slice(batch.length);
    waiting.bytes -= batch.reduce((sum, { bytes }) => sum + bytes, 0);
    if (waiting.lost > 0) {
      context.report('running', `${waiting.lost} messages were lost: they came faster than they could be accepted`);
      waiting.lost = 0;
    }
  }
}

function add(waiting: Waiting, bytes: number, event: CloudEvent): void {
  if (waiting.messages.length >= MAX_WAITING || waiting.bytes + bytes > MAX_WAITING_BYTES) waiting.lost++;
  else {
    waiting.messages.push({ event, bytes });
    waiting.bytes += bytes;
  }
}

function eventOf({ trigger, clock }: SourceContext<RedisOptions>, channel: Buffer, message: Buffer): CloudEvent {
  const nowMs = clock.now();
  return {
    specversion: '1.0',
    id: formatId(newId(nowMs)),
    source: `fob:redis/${trigger.name}`,
    type: EVENT_TYPES.redisMessage,
    subject: channel.toString(),
    time: new Date(nowMs).toISOString(),
    ...messageData(message),
  };
}
