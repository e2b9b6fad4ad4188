import { createHash } from 'node:crypto';
import type { CloudEvent } from '../../model/event.ts';
import { parseJsonText } from '../../model/json.ts';
import { Problem } from '../../model/problem.ts';
import { isSameText } from '../../model/same-text.ts';
import { decodeKey } from '../../model/shape/aws/bucket.ts';
import type { HookAnswer, HookRequest, SourceContext, SourceEvent } from '../trigger-type.ts';
import { isWanted, type ObjectHappening, objectEvent } from './object-event.ts';
import type { S3Options } from './options.ts';

const MAX_RECORDS = 1_000;

/** Takes a notification as MinIO's webhooks post it: S3's event. */
export async function receiveNotification(
  request: HookRequest,
  context: SourceContext<S3Options>,
): Promise<HookAnswer> {
  const { options } = context;
  if (options.mode !== 'notify') {
    throw new Problem('not_found', 'this trigger lists its bucket; it takes no notifications');
  }
  if (request.method !== 'POST') {
    throw new Problem('method_not_allowed', 'notifications are sent by POST', { details: { allowed: 'POST' } });
  }
  demandToken(request.headers.authorization ?? '', options.token);
  const records = recordsOf(request.body);
  const events: SourceEvent[] = [];
  for (const record of records) {
    const happening = happeningOf(record);
    if (happening === undefined) {
      await context.quarantine(unreadable(record, context), 'it is no record of an S3 event');
      continue;
    }
    const { bucket, object } = happening.data;
    if (bucket.name !== options.bucket) {
      throw new Problem('invalid_request', `this trigger is for the bucket '${options.bucket}', not '${bucket.name}'`);
    }
    const event = isWanted(object.key, options) ? objectEvent(happening) : undefined;
    if (event !== undefined) events.push({ event });
  }
  if (events.length > 0) await context.accept(events);
  return { status: 200 };
}

/** MinIO writes `Bearer` before a token, unless it holds a space. */
function demandToken(authorization: string, token: string): void {
  const bare = (text: string) => text.replace(/^Bearer /i, '');
  if (!isSameText(bare(authorization), bare(token))) {
    throw new Problem('unauthorized', 'the token of this notification is missing or wrong');
  }
}

/** The records; none for the message by which a service tries whether anybody is here. */
function recordsOf(body: Buffer): unknown[] {
  let parsed: { Records?: unknown; Event?: unknown } | null;
  try {
    parsed = parseJsonText(body.toString()) as typeof parsed;
  } catch (cause) {
    throw new Problem('invalid_request', 'the notification is no JSON', { cause });
  }
  if (parsed?.Event === 's3:TestEvent') return [];
  const records = parsed?.Records;
  if (!Array.isArray(records)) throw new Problem('invalid_request', 'the notification has no list of Records');
  if (records.length > MAX_RECORDS)
    throw new Problem('too_large', `a notification holds at most ${MAX_RECORDS} records`);
  return records;
}

interface S3Record {
  readonly eventName: unknown;
  readonly eventTime: unknown;
  readonly s3: {
    readonly bucket: { readonly name: unknown };
    readonly object: Readonly<Record<'key' | 'size' | 'eTag' | 'versionId' | 'sequencer', unknown>>;
  };
}

/** A record of S3's event, its key decoded; `undefined` where it is none. */
function happeningOf(record: unknown): ObjectHappening | undefined {
  const { eventName, eventTime, s3 } = (record ?? {}) as Partial<S3Record>;
  const name = s3?.bucket?.name;
  const encoded = s3?.object?.key;
  const timeMs = Date.parse(String(eventTime));
  if (typeof eventName !== 'string' || typeof name !== 'string' || typeof encoded !== 'string') return undefined;
  if (Number.isNaN(timeMs)) return undefined;
  const { size, eTag, versionId, sequencer } = s3!.object;
  const version = typeof versionId === 'string' && versionId !== '' ? versionId : undefined;
  const order = typeof sequencer === 'string' ? sequencer : timeMs.toString(16).toUpperCase();
  const key = decodeKey(encoded);
  const what = eventName.replace(/^s3:/, '');
  return {
    data: {
      bucket: { name },
      object: {
        key,
        size: typeof size === 'number' ? size : 0,
        etag: typeof eTag === 'string' ? eTag.replaceAll('"', '') : '',
        ...(version !== undefined && { versionId: version }),
        sequencer: order,
      },
      eventName: what,
    },
    timeMs,
    identity: [name, key, what, version ?? '', order],
  };
}

function unreadable(record: unknown, { options, trigger, clock }: SourceContext<S3Options>): CloudEvent {
  const text = JSON.stringify(record) ?? '';
  return {
    specversion: '1.0',
    id: createHash('sha256').update(text).digest('hex').slice(0, 32),
    source: `fob:s3/${trigger.name}`,
    type: 'fob.s3.unreadable',
    subject: options.bucket,
    time: new Date(clock.now()).toISOString(),
    datacontenttype: 'application/json',
    data: record,
  };
}
