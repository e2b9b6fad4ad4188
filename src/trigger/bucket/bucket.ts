import Type, { type Static } from 'typebox';
import type { CloudEvent } from '../../model/event.ts';
import { Problem } from '../../model/problem.ts';
import { type BucketData, EVENT_TYPES } from '../../model/shape/event-data.ts';
import type { ObjectChange } from '../../service/bucket/buckets.ts';
import type { LocalSourceContext, SourceEvent, TriggerType } from '../trigger-type.ts';
import type { TypeHost } from '../type-host.ts';
import { ChangeReader } from './change-reader.ts';

const LIST_PAGE = 1_000;
const SEQUENCER_DIGITS = 16;

const BucketOptionsSchema = Type.Object(
  {
    bucket: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$', description: 'Name of the bucket' }),
    prefix: Type.String({ default: '', maxLength: 1_024, description: 'Only objects whose key starts with this' }),
    suffix: Type.String({
      default: '',
      maxLength: 1_024,
      description: 'Only objects whose key ends with this, such as `.jpg`',
    }),
    events: Type.Array(Type.String({ pattern: '^Object(?:Created|Removed):(?:\\*|[A-Za-z]{1,64})$' }), {
      default: ['ObjectCreated:*'],
      minItems: 1,
      maxItems: 20,
      description: 'What is to be heard of, as S3 names it, such as `ObjectCreated:*` or `ObjectRemoved:Delete`',
    }),
  },
  { additionalProperties: false },
);
type BucketOptions = Static<typeof BucketOptionsSchema>;

/** What the events that most triggers hear of are called by people. */
const WORDS_OF: Readonly<Record<string, string>> = { 'ObjectCreated:*': 'created', 'ObjectRemoved:*': 'removed' };

/** Changes of the buckets of this node. One reader serves all triggers, and has them accepted in one commit with its place. */
export function createBucketType(host: TypeHost): TriggerType<BucketOptions> {
  const { buckets } = host.services;
  const reader = new ChangeReader(buckets, host);
  return {
    name: 'bucket',
    summary: 'objects that are created or removed in a bucket of this node',
    options: BucketOptionsSchema,
    usualWords: ['photos'],
    parseWords([bucket, ...rest]) {
      if (bucket === undefined || rest.length > 0)
        throw new Problem('invalid_request', 'name one bucket, such as photos');
      return { bucket };
    },
    describe: ({ bucket, prefix, suffix, events }) =>
      `${bucket}${prefix || suffix ? ` ${prefix}*${suffix}` : ''}: ${events.map((event) => WORDS_OF[event] ?? event).join(', ')}`,
    async check({ bucket }) {
      if ((await buckets.findBucket(bucket)) !== undefined) return;
      throw new Problem('not_found', `there is no bucket "${bucket}"; create it first: fob bucket create ${bucket}`);
    },
    sample: ({ bucket, prefix, suffix, events }) =>
      changeEvent({
        sequence: 1,
        timeMs: host.clock.now(),
        event: events[0]!.replace('*', events[0]!.startsWith('ObjectRemoved') ? 'Delete' : 'Put'),
        bucket,
        key: `${prefix}sample${suffix}`,
        bytes: 1_024,
        etag: 'd41d8cd98f00b204e9800998ecf8427e',
      }),
    async start(context) {
      const local = context as LocalSourceContext<BucketOptions>;
      const leave = reader.join({
        wants: (change) => change.timeMs >= local.sinceMs && wants(local.options, change),
        eventOf: (change) => ({
          event: changeEvent(change),
          ...(change.trace !== undefined && { trace: change.trace }),
        }),
        context: local,
      });
      return { stop: leave };
    },
    async *replay({ options }, { fromMs, toMs }) {
      const { bucket, prefix, suffix } = options;
      let after: string | undefined;
      do {
        const page = await buckets.list(bucket, { prefix, limit: LIST_PAGE, ...(after !== undefined && { after }) });
        const events = page.objects
          .filter(({ lastModifiedMs }) => lastModifiedMs >= fromMs && lastModifiedMs < toMs)
          .map(({ key, bytes, etag, lastModifiedMs, versionId }): ObjectChange => {
            const named = { event: 'ObjectCreated:Put', bucket, key, bytes, etag };
            return {
              sequence: lastModifiedMs,
              timeMs: lastModifiedMs,
              ...named,
              ...(versionId !== undefined && { versionId }),
            };
          })
          .filter((change) => change.key.endsWith(suffix))
          .map((change): SourceEvent => ({ event: { ...changeEvent(change), id: `${change.key}/${change.etag}` } }));
        if (events.length > 0) yield events;
        after = page.next;
      } while (after !== undefined);
    },
    ready: () => reader.start(),
    close: () => reader.close(),
  };
}

function wants({ bucket, prefix, suffix, events }: BucketOptions, change: ObjectChange): boolean {
  return (
    change.bucket === bucket &&
    change.key.startsWith(prefix) &&
    change.key.endsWith(suffix) &&
    events.some((name) => (name.endsWith(':*') ? change.event.startsWith(name.slice(0, -1)) : change.event === name))
  );
}

function changeEvent({ sequence, timeMs, event, bucket, key, bytes, etag, versionId }: ObjectChange): CloudEvent {
  const data: BucketData = {
    bucket: { name: bucket },
    object: {
      key,
      size: bytes,
      etag,
      ...(versionId !== undefined && { versionId }),
      sequencer: sequence.toString(16).toUpperCase().padStart(SEQUENCER_DIGITS, '0'),
    },
    eventName: event,
  };
  return {
    specversion: '1.0',
    id: String(sequence),
    source: `fob:bucket/${bucket}`,
    type: event.startsWith('ObjectRemoved') ? EVENT_TYPES.objectRemoved : EVENT_TYPES.objectCreated,
    subject: key,
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}
