import { CLOUD_EVENT_TYPE, checkEvent } from '../model/cloudevents.ts';
import { parseDestination } from '../model/destination.ts';
import type { CloudEvent, EventContent } from '../model/event.ts';
import { traceOfEvent, withTrace } from '../model/event-trace.ts';
import type { OutboxItem } from '../model/invocation.ts';
import { parseJsonText } from '../model/json.ts';
import { bareType, isJsonType } from '../model/media-type.ts';
import { messageOf, Problem } from '../model/problem.ts';
import { formatTrace, sentSpanId, type TraceContext } from '../model/trace.ts';
import type { CommitPart } from '../store/commit.ts';
import { NOTHING_PREPARED, type Prepared, together } from '../store/prepared.ts';
import type { Buckets } from './bucket/buckets.ts';
import type { Errands } from './errand/errands.ts';
import type { Queues } from './queue/queues.ts';
import type { Topics } from './topic/topics.ts';

/** What a function is to get, as the engine's `Events.prepare` takes it. */
interface RoutedEvent {
  readonly function: string;
  readonly content: EventContent;
  readonly deduplicationId?: string;
  readonly key?: string;
  readonly delayMs?: number;
  readonly hops: number;
  readonly caller: string;
  readonly trace: TraceContext;
}

export interface RouterOptions {
  /** The engine's, once it is there. */
  events(): { prepare(events: readonly RoutedEvent[]): Prepared };
  readonly queues: Pick<Queues, 'prepare'>;
  readonly topics: Pick<Topics, 'prepare'>;
  readonly buckets: Pick<Buckets, 'findBucket'>;
  readonly errands: Pick<Errands, 'prepare'>;
  /** Wall-clock time in milliseconds. */
  readonly now: () => number;
}

interface Origin {
  readonly function: string;
  readonly invocationId: string;
  readonly hops: number;
  /** The context of what the invocation causes. */
  readonly trace: TraceContext;
}

/** The engine's `Router`: turns what functions emit, and where their results go, into parts of one commit. */
export function createRouter(options: RouterOptions): {
  route(items: readonly OutboxItem[], origin: Origin): Promise<Prepared>;
} {
  const { queues, topics, buckets, errands, now } = options;

  const prepare = async (item: OutboxItem, origin: Origin, place: number): Promise<Prepared> => {
    const destination = parseDestination(item.destination);
    const hops = origin.hops + 1;
    const trace = { ...origin.trace, parentSpanId: sentSpanId(origin.trace.parentSpanId, place) };
    const { body, contentType, key, delayMs, deduplicationId } = item;
    const eventId = `${origin.invocationId}-${place}`;
    const whenGiven = {
      ...(delayMs !== undefined && { delayMs }),
      ...(deduplicationId !== undefined && { deduplicationId }),
    };
    switch (destination.kind) {
      case 'function': {
        const content = contentOf(body, contentType);
        const own = content.kind === 'event' ? traceOfEvent(content.event) : undefined;
        return options.events().prepare([
          {
            function: item.destination.slice('function:'.length),
            content,
            ...(key !== undefined && { key }),
            ...whenGiven,
            hops,
            caller: origin.function,
            trace: own ?? trace,
          },
        ]);
      }
      case 'queue': {
        const fifo = destination.name.endsWith('.fifo');
        const message = {
          body,
          attributes: { 'content-type': contentType, 'fob-hops': String(hops), 'fob-trace': formatTrace(trace) },
          ...(fifo && { group: key ?? origin.function, deduplicationId: eventId }),
          ...whenGiven,
        };
        return { ...NOTHING_PREPARED, parts: queues.prepare(destination.name, [message]) };
      }
      case 'topic': {
        if (delayMs !== undefined && delayMs > 0) {
          throw new Problem('invalid_request', 'a topic delivers at once; send with a delay to a queue or a function');
        }
        return topics.prepare(destination.name, [
          withTrace(eventOf(item, origin, deduplicationId ?? eventId, hops), trace),
        ]);
      }
      case 'bucket':
        if ((await buckets.findBucket(destination.name)) === undefined) {
          throw new Problem('not_found', `there is no bucket "${destination.name}"; create it first`);
        }
        return { ...NOTHING_PREPARED, parts: [errandOf(item, origin, eventId, trace)] };
      case 'url':
        return { ...NOTHING_PREPARED, parts: [errandOf(item, origin, eventId, trace)] };
    }
  };

  const errandOf = (item: OutboxItem, origin: Origin, eventId: string, trace: TraceContext): CommitPart => {
    const { destination, body, contentType, delayMs, deduplicationId } = item;
    return errands.prepare({
      destination,
      origin: `errand/${origin.function}`,
      eventId: deduplicationId ?? eventId,
      body,
      contentType,
      trace,
      ...(delayMs !== undefined && { delayMs }),
      ...(deduplicationId !== undefined && {
        deduplicationId: `${origin.function}/${destination}/${deduplicationId}`,
      }),
    });
  };

  const eventOf = (item: OutboxItem, origin: Origin, id: string, hops: number): CloudEvent => {
    if (bareType(item.contentType) === CLOUD_EVENT_TYPE) return { ...checkEvent(parsed(item.body)), fobhops: hops };
    return {
      specversion: '1.0',
      id,
      source: `fob:function/${origin.function}`,
      type: 'fob.function.emitted',
      time: new Date(now()).toISOString(),
      datacontenttype: item.contentType,
      ...dataOf(item.body, item.contentType),
      ...(item.key !== undefined && { partitionkey: item.key }),
      fobhops: hops,
    };
  };

  return {
    async route(items, origin) {
      const prepared: Prepared[] = [];
      for (const [place, item] of items.entries()) prepared.push(await prepare(item, origin, place));
      return together(prepared);
    },
  };
}

function contentOf(body: Buffer, contentType: string): EventContent {
  const type = bareType(contentType);
  if (type === CLOUD_EVENT_TYPE) return { kind: 'event', event: checkEvent(parsed(body)) };
  if (isJsonType(type)) return { kind: 'payload', payload: body, payloadKind: 'json' };
  return { kind: 'payload', payload: body, payloadKind: 'binary', contentType };
}

/** JSON as a value, text as a text, and bytes in base64. */
function dataOf(body: Buffer, contentType: string): Pick<CloudEvent, 'data' | 'data_base64'> {
  const type = bareType(contentType);
  if (isJsonType(type)) return { data: parsed(body) };
  if (type.startsWith('text/')) return { data: body.toString() };
  return { data_base64: body.toString('base64') };
}

function parsed(body: Buffer): unknown {
  try {
    return parseJsonText(body.toString());
  } catch (cause) {
    throw new Problem('invalid_request', `what was emitted as JSON is none: ${messageOf(cause)}`, { cause });
  }
}
