import { createHash } from 'node:crypto';
import type { CloudEvent } from '../../model/event.ts';
import { type BucketData, EVENT_TYPES } from '../../model/shape/event-data.ts';
import type { S3Options } from './options.ts';

/** What happened to one object. */
export interface ObjectHappening {
  readonly data: BucketData;
  readonly timeMs: number;
  /** What tells it from every other happening, the same each time that it is heard of. */
  readonly identity: readonly string[];
}

/** The event of it; `undefined` for what is neither a creation nor a removal. */
export function objectEvent({ data, timeMs, identity }: ObjectHappening): CloudEvent | undefined {
  const type = typeOf(data.eventName);
  if (type === undefined) return undefined;
  return {
    specversion: '1.0',
    id: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32),
    source: `fob:bucket/${data.bucket.name}`,
    type,
    subject: data.object.key,
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

function typeOf(eventName: string): string | undefined {
  if (eventName.startsWith('ObjectCreated:')) return EVENT_TYPES.objectCreated;
  return eventName.startsWith('ObjectRemoved:') ? EVENT_TYPES.objectRemoved : undefined;
}

/** Whether a key is one of those that the trigger is for. */
export function isWanted(key: string, { prefix, suffix }: S3Options): boolean {
  return key.startsWith(prefix) && key.endsWith(suffix);
}
