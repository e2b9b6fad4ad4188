import { pause } from '../../model/pause.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import { decodeKey } from '../../model/shape/aws/bucket.ts';
import type { RunningSource, SourceContext } from '../trigger-type.ts';
import { isWanted, objectEvent } from './object-event.ts';
import type { S3Options } from './options.ts';
import { type ListedObject, type Seen, Sieve } from './sieve.ts';

/** Objects of a bucket that is listed as a whole; a larger one tells by notifications, or by prefix. */
const MAX_OBJECTS = 1_000_000;
const MAX_BACK_OFF_MS = 300_000;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;

/** The objects of a bucket, a page at a time. */
type List = (signal: AbortSignal) => AsyncIterable<ListedObject[]>;

/** Lists the bucket now and then, and hands on what is new in it. The client library is loaded here. */
export async function startPolling(context: SourceContext<S3Options>): Promise<RunningSource> {
  const { list, close } = await createList(context.options);
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, ending.signal]);
  const done = pollUntil(signal, context, list).finally(close);
  return {
    async stop() {
      ending.abort();
      await done;
    },
  };
}

async function pollUntil(signal: AbortSignal, context: SourceContext<S3Options>, list: List): Promise<void> {
  const { options, clock, report } = context;
  let failures = 0;
  report('connecting');
  while (!signal.aborted) {
    try {
      await pollOnce(signal, context, list);
      failures = 0;
      report('running');
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      report('failed', `the bucket '${options.bucket}' cannot be read: ${messageOf(error)}`);
    }
    const backOffMs = options.pollMs * 2 ** Math.min(failures, 10);
    const waitMs = failures === 0 ? options.pollMs : Math.max(options.pollMs, Math.min(MAX_BACK_OFF_MS, backOffMs));
    await pause(clock, waitMs, signal);
  }
}

/** One listing. The cursor moves only when all of it was accepted: what is listed again after a crash has the same ids. */
async function pollOnce(signal: AbortSignal, context: SourceContext<S3Options>, list: List): Promise<void> {
  const { options, cursor, accept } = context;
  const before = (await cursor.load()) as Seen | undefined;
  const sieve = new Sieve(before ?? undefined, options.overlapMs);
  const isFirst = before === undefined || before === null;
  let objects = 0;
  for await (const page of list(signal)) {
    objects += page.length;
    if (objects > MAX_OBJECTS) {
      throw new Problem(
        'invalid_request',
        `it lists more than ${MAX_OBJECTS} objects; set a prefix, or let the service notify (mode: notify)`,
      );
    }
    // Each object passes the sieve, one of another suffix too: what was seen is a matter of the listing alone.
    const fresh = page.filter((object) => sieve.isNew(object) && isWanted(object.key, options));
    const events = isFirst && !options.existing ? [] : fresh.flatMap((object) => eventOf(object, options) ?? []);
    if (events.length > 0) await accept(events.map((event) => ({ event })));
  }
  const seen = sieve.seen();
  if (JSON.stringify(seen) !== JSON.stringify(before)) await cursor.save(seen);
}

function eventOf({ key, etag, size, modifiedMs }: ListedObject, { bucket }: S3Options) {
  return objectEvent({
    data: {
      bucket: { name: bucket },
      object: { key, size, etag, sequencer: modifiedMs.toString(16).toUpperCase().padStart(16, '0') },
      // A listing does not tell how an object was made.
      eventName: 'ObjectCreated:Put',
    },
    timeMs: modifiedMs,
    identity: [bucket, key, etag, String(modifiedMs)],
  });
}

async function createList(options: S3Options): Promise<{ list: List; close(): void }> {
  const { S3Client, ListObjectsV2Command } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    region: options.region,
    ...(options.endpoint !== '' && { endpoint: options.endpoint }),
    forcePathStyle: options.pathStyle,
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  });
  async function* list(signal: AbortSignal): AsyncIterable<ListedObject[]> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: options.bucket,
          // XML cannot hold every character of a key.
          EncodingType: 'url',
          ...(options.prefix !== '' && { Prefix: options.prefix }),
          ...(token !== undefined && { ContinuationToken: token }),
        }),
        { abortSignal: signal },
      );
      yield (page.Contents ?? []).map(({ Key = '', ETag = '', Size = 0, LastModified }) => ({
        key: page.EncodingType === 'url' ? decodeKey(Key) : Key,
        etag: ETag.replaceAll('"', ''),
        size: Size,
        modifiedMs: LastModified?.getTime() ?? 0,
      }));
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }
  return { list, close: () => client.destroy() };
}
