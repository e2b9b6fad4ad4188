import { createHash } from 'node:crypto';
import { CLOUD_EVENT_TYPE } from '../../model/cloudevents.ts';
import { parseDestination } from '../../model/destination.ts';
import type { CloudEvent } from '../../model/event.ts';
import { traceOfEvent } from '../../model/event-trace.ts';
import { formatTrace, type TraceContext } from '../../model/trace.ts';
import type { CommitPart } from '../../store/commit.ts';
import type { NewMessage } from '../../store/queue.ts';
import { eventJson } from './topic-rules.ts';
import type { Subscription } from './topics.ts';

const CONTENT_TYPE = `${CLOUD_EVENT_TYPE}; charset=UTF-8`;
const WINDOW_MS = 86_400_000;
const MAX_GROUP_LENGTH = 256;

/** What delivers one event to one subscriber of a topic, within a commit. An event that the subscriber had within 24 h is not delivered again. */
export type DeliverTo = (topic: string, subscription: Subscription, event: CloudEvent) => CommitPart;

interface Deliveries {
  /** `undefined` where there is no such queue now. */
  sendPart(queue: string, message: NewMessage): CommitPart | undefined;
  errandPart(errand: {
    readonly destination: string;
    readonly origin: string;
    readonly eventId: string;
    readonly body: Uint8Array;
    readonly contentType: string;
    readonly deduplicationId: string;
    readonly trace?: TraceContext;
  }): CommitPart;
}

export function createDeliveries({ sendPart, errandPart }: Deliveries): DeliverTo {
  return (topic, { id, destination }, event) => {
    const trace = traceOfEvent(event);
    const body = eventJson(event);
    const parsed = parseDestination(destination);
    if (parsed.kind === 'queue') {
      const part = sendPart(parsed.name, {
        body,
        attributes: {
          'content-type': CONTENT_TYPE,
          ...(event.fobhops !== undefined && { 'fob-hops': String(event.fobhops) }),
          ...(trace !== undefined && { 'fob-trace': formatTrace(trace) }),
        },
        ...(parsed.name.endsWith('.fifo') && { group: groupOf(topic, event) }),
        deduplicationId: identityOf(topic, event),
        deduplicationWindowMs: WINDOW_MS,
      });
      // One that was removed keeps nobody else from the event; it has a day to come back.
      if (part !== undefined) return part;
    }
    return errandPart({
      destination,
      origin: `topic/${topic}`,
      eventId: event.id,
      body,
      contentType: CONTENT_TYPE,
      ...(trace !== undefined && { trace }),
      deduplicationId: identityOf(`${topic}/${id}`, event),
    });
  };
}

/** What keeps its order in a FIFO queue: the events of one partition, else of one subject, else of the topic. */
function groupOf(topic: string, { partitionkey, subject }: CloudEvent): string {
  const key = typeof partitionkey === 'string' && partitionkey !== '' ? partitionkey : subject || topic;
  return key.length <= MAX_GROUP_LENGTH ? key : createHash('sha256').update(key).digest('hex');
}

/** `source` and `id` tell events apart; for each receiver by itself. */
function identityOf(receiver: string, { source, id }: CloudEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([receiver, source, id]))
    .digest('hex');
}
