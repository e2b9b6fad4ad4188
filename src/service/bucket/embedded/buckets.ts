import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock } from '../../../model/clock.ts';
import { Problem } from '../../../model/problem.ts';
import { formatTrace, type TraceContext } from '../../../model/trace.ts';
import { type StoreLog, silentLog } from '../../../store/embedded/log.ts';
import { WorkerClient } from '../../../store/embedded/rpc.ts';
import { type Watcher, Watchers } from '../../../store/watchers.ts';
import type {
  BucketSettings,
  Buckets,
  BucketView,
  ByteRange,
  GetOptions,
  ListOptions,
  ListPage,
  ObjectChange,
  ObjectView,
  PartView,
  PutOptions,
  VersionPage,
} from '../buckets.ts';
import { checkRead } from '../conditions.ts';
import { validBucketName, validKey } from '../names.ts';
import { rangeOf } from '../ranges.ts';
import { Bodies } from './bodies.ts';
import type { CatalogOperations } from './catalog.ts';
import { documentOf, type Freed, noBucket } from './catalog-tables.ts';
import { defaultType } from './catalog-uploads.ts';
import { checkDigests, checksumsOf, neededDigests } from './expected-digests.ts';
import { bodyStream } from './segment-stream.ts';

/** The thread keeps one page of a listing in memory at most. */
const THREAD_LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
const MAX_HEAD_BYTES = 16 * 1024;

interface EmbeddedBucketsOptions {
  /** The data folder, which belongs to this process; holds `buckets.db` and `buckets/`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log?: StoreLog;
  /** The least that all parts but the last must have; S3 wants 5 MiB. */
  readonly minPartBytes?: number;
}

/**
 * Opens the buckets in a data folder: metadata and small objects in SQLite, large ones as files. Rejects with
 * `data_folder_unusable` where they cannot be opened or are damaged. What a crash left is removed in the background.
 */
export async function openBuckets(options: EmbeddedBucketsOptions): Promise<EmbeddedBuckets> {
  const log = options.log ?? silentLog;
  const path = join(options.folder, 'buckets.db');
  const isNew = !existsSync(path);
  const catalog = new WorkerClient<CatalogOperations>({
    file: new URL('./catalog.worker.ts', import.meta.url),
    data: { path },
    limits: THREAD_LIMITS,
    onCrash: (err) => log.error({ err }, 'the thread of the buckets failed; it starts again with the next call'),
  });
  try {
    // Without buckets there is no database, and no thread, which would take some 20 MB.
    const known = isNew ? undefined : await catalog.call('buckets', []);
    const bodies = new Bodies(join(options.folder, 'buckets'), log);
    return new SqliteBuckets(catalog, bodies, known, options, log);
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

/** Buckets that are open in this process. */
export interface EmbeddedBuckets extends Buckets {
  /** Resolves when what an earlier crash left is removed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

class SqliteBuckets implements EmbeddedBuckets {
  private readonly catalog: WorkerClient<CatalogOperations>;
  private readonly bodies: Bodies;
  /** Every bucket, as the database has it. */
  private readonly known: Map<string, BucketView>;
  private readonly clock: Clock;
  private readonly minPartBytes: number;
  private readonly watchers: Watchers;
  /** There never was a bucket. */
  private isNew: boolean;
  private readonly sweeping: Promise<void>;

  constructor(
    catalog: WorkerClient<CatalogOperations>,
    bodies: Bodies,
    known: readonly BucketView[] | undefined,
    { clock, minPartBytes = MIN_PART_BYTES }: EmbeddedBucketsOptions,
    log: StoreLog,
  ) {
    this.catalog = catalog;
    this.bodies = bodies;
    this.isNew = known === undefined;
    this.known = new Map(known?.map((bucket) => [bucket.name, bucket]));
    this.clock = clock;
    this.watchers = new Watchers((err) => log.error({ err }, 'a watcher of the buckets failed on a change'));
    this.minPartBytes = minPartBytes;
    this.sweeping = bodies
      .sweep((files) => catalog.call('unusedFiles', [files]))
      .catch((err) =>
        log.warn({ err }, 'what a crash left of objects could not be removed; the next start tries again'),
      );
  }

  async createBucket(name: string): Promise<BucketView> {
    this.isNew = false;
    const bucket = await this.catalog.call('createBucket', [validBucketName(name), this.clock.now()]);
    this.known.set(name, bucket);
    this.watchers.changed(name);
    return bucket;
  }

  async findBucket(name: string): Promise<BucketView | undefined> {
    return this.known.get(name);
  }

  async listBuckets(): Promise<BucketView[]> {
    return [...this.known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async removeBucket(name: string, expectedRevision?: number): Promise<void> {
    this.release(await this.catalog.call('removeBucket', [name, expectedRevision]));
    this.known.delete(name);
    this.watchers.changed(name);
  }

  async configureBucket(name: string, change: Partial<BucketSettings>, expectedRevision?: number): Promise<BucketView> {
    const bucket = await this.catalog.call('configureBucket', [name, change, expectedRevision]);
    this.known.set(name, bucket);
    this.watchers.changed(name);
    return bucket;
  }

  async put(bucket: string, key: string, body: Readable, options: PutOptions): Promise<ObjectView> {
    try {
      this.checkTarget(bucket, key, options);
      if (options.conditions !== undefined) await this.catalog.call('mayWrite', [bucket, key, options.conditions]);
    } catch (error) {
      body.on('error', () => undefined).destroy();
      throw error;
    }
    const algorithms = neededDigests(options);
    const { bytes, digests, stored } = await this.bodies.receive(body, { ...options, algorithms });
    try {
      checkDigests(digests, options);
      const added = {
        ...{ bytes, etag: hexOf(digests.MD5!), body: stored },
        document: documentOf(options, checksumsOf(digests, options)),
        event: 'ObjectCreated:Put',
        trace: textOf(options.trace),
      };
      const done = await this.catalog.call('put', [bucket, key, added, options.conditions, this.clock.now()]);
      this.changed(bucket, done);
      return done.view;
    } catch (error) {
      this.bodies.discard(stored.segments?.map(({ file }) => file) ?? []);
      throw error;
    }
  }

  async get(
    bucket: string,
    key: string,
    options: GetOptions = {},
  ): Promise<ObjectView & { body: Readable; range?: ByteRange }> {
    const { view, small, segments } = await this.catalog.call('find', [bucket, validKey(key), options.versionId, true]);
    const unpin = this.bodies.pin(segments);
    try {
      if (options.conditions !== undefined) checkRead(view, options.conditions);
      const range = rangeOf(view, options);
      const pathOf = (file: string) => this.bodies.pathOf(file);
      const body = await bodyStream({ small, segments, bytes: view.bytes }, range, pathOf, unpin);
      return { ...view, body, ...(range !== undefined && { range }) };
    } catch (error) {
      unpin();
      throw error;
    }
  }

  async head(bucket: string, key: string, options: GetOptions = {}): Promise<ObjectView> {
    const { view } = await this.catalog.call('find', [bucket, validKey(key), options.versionId, false]);
    if (options.conditions !== undefined) checkRead(view, options.conditions);
    rangeOf(view, options);
    return view;
  }

  async remove(
    bucket: string,
    key: string,
    { versionId, trace }: { versionId?: string; trace?: TraceContext } = {},
  ): Promise<{ versionId?: string; deleteMarker: boolean }> {
    const args = [bucket, validKey(key), versionId, this.clock.now(), textOf(trace)] as const;
    const done = await this.catalog.call('remove', [...args]);
    const { freed: _, ...removed } = this.changed(bucket, done);
    return removed;
  }

  async copy(
    from: Parameters<Buckets['copy']>[0],
    to: { bucket: string; key: string },
    options: Partial<PutOptions>,
  ): Promise<ObjectView> {
    this.checkTarget(to.bucket, to.key, options);
    const { headers, metadata, tags, conditions, checksumAlgorithm } = options;
    const kept = Object.fromEntries(
      Object.entries({ headers, metadata, tags, conditions }).filter(([, value]) => value !== undefined),
    );
    let computed: { seq: number; checksums: ObjectView['checksums'] } | undefined;
    if (checksumAlgorithm !== undefined) {
      const source = await this.catalog.call('find', [from.bucket, validKey(from.key), from.versionId, true]);
      const unpin = this.bodies.pin(source.segments);
      try {
        const { small, segments, seq } = source;
        const value = await this.bodies.digest(small ?? segments, checksumAlgorithm);
        computed = { seq, checksums: { [checksumAlgorithm]: value } };
      } finally {
        unpin();
      }
    }
    const request = {
      from,
      to,
      options: kept,
      trace: textOf(options.trace),
      ...(computed !== undefined && { computed }),
    };
    return this.changed(to.bucket, await this.catalog.call('copy', [request, this.clock.now()])).view;
  }

  async setTags(
    bucket: string,
    key: string,
    tags: Readonly<Record<string, string>>,
    versionId?: string,
  ): Promise<void> {
    await this.catalog.call('setTags', [bucket, validKey(key), tags, versionId, this.clock.now()]);
    this.watchers.changed(bucket);
  }

  list(bucket: string, options: ListOptions): Promise<ListPage> {
    return this.catalog.call('list', [bucket, options]);
  }

  listVersions(bucket: string, options: ListOptions & { versionIdMarker?: string }): Promise<VersionPage> {
    return this.catalog.call('listVersions', [bucket, options]);
  }

  async createUpload(
    bucket: string,
    key: string,
    options: Omit<PutOptions, 'expect' | 'conditions'>,
  ): Promise<{ uploadId: string }> {
    this.checkTarget(bucket, key, options);
    const { headers, metadata, tags, checksumAlgorithm, checksumType = defaultType(checksumAlgorithm) } = options;
    if (checksumType === 'FULL_OBJECT' && checksumAlgorithm?.startsWith('SHA')) {
      throw new Problem(
        'invalid_request',
        `${checksumAlgorithm} of a whole object does not follow from that of its parts; use the type COMPOSITE, or a CRC`,
        { details: { reason: 'invalid_checksum_type' } },
      );
    }
    const kept = { headers, metadata, tags, checksumAlgorithm, checksumType } as PutOptions;
    return { uploadId: await this.catalog.call('createUpload', [bucket, key, kept, this.clock.now()]) };
  }

  async putPart(
    bucket: string,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Readable,
    options: Pick<PutOptions, 'expect' | 'bytes'>,
  ): Promise<PartView> {
    let digesting: PutOptions;
    try {
      if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
        throw new Problem('invalid_request', `parts are numbered from 1 to ${MAX_PARTS}`, {
          details: { reason: 'invalid_part_number' },
        });
      }
      const { checksumAlgorithm } = await this.catalog.call('upload', [bucket, validKey(key), uploadId]);
      digesting = { ...options, ...(checksumAlgorithm !== undefined && { checksumAlgorithm }) };
    } catch (error) {
      body.on('error', () => undefined).destroy();
      throw error;
    }
    const algorithms = neededDigests(digesting);
    const received = await this.bodies.receive(body, { ...options, algorithms, alwaysFile: true });
    const file = received.stored.segments![0]!.file;
    try {
      checkDigests(received.digests, digesting);
      const part: PartView = {
        ...{ partNumber, bytes: received.bytes, etag: hexOf(received.digests.MD5!) },
        ...{ lastModifiedMs: this.clock.now(), checksums: checksumsOf(received.digests, digesting) },
      };
      this.release(await this.catalog.call('putPart', [bucket, key, uploadId, { ...part, file }]));
      return part;
    } catch (error) {
      this.bodies.discard([file]);
      throw error;
    }
  }

  listParts(bucket: string, key: string, uploadId: string): Promise<PartView[]> {
    return this.catalog.call('listParts', [bucket, key, uploadId]);
  }

  listUploads(bucket: string, prefix = ''): Promise<{ key: string; uploadId: string; startedAt: string }[]> {
    return this.catalog.call('listUploads', [bucket, prefix]);
  }

  async completeUpload(
    ...[bucket, key, uploadId, parts, options = {}]: Parameters<Buckets['completeUpload']>
  ): Promise<ObjectView> {
    const rules = { minPartBytes: this.minPartBytes, ...options, trace: textOf(options.trace) };
    const args = [bucket, key, uploadId, parts, rules, this.clock.now()] as const;
    return this.changed(bucket, await this.catalog.call('completeUpload', [...args])).view;
  }

  async abortUpload(bucket: string, key: string, uploadId: string): Promise<void> {
    this.release(await this.catalog.call('abortUpload', [bucket, key, uploadId]));
  }

  async changes(afterSequence: number, limit: number): Promise<ObjectChange[]> {
    return this.isNew ? [] : this.catalog.call('changes', [afterSequence, limit]);
  }

  forgetChanges(upToSequence: number): Promise<void> {
    return this.catalog.call('forgetChanges', [upToSequence]);
  }

  watch(onChange: Watcher): () => void {
    return this.watchers.watch(onChange);
  }

  async expire(nowMs: number): Promise<number> {
    if (this.isNew) return 0;
    let removed = 0;
    for (let after: number | undefined = 0; after !== undefined; ) {
      const step: { removed: number; buckets: string[]; next?: number } & Freed = await this.catalog.call(
        'expireVersions',
        [after, nowMs],
      );
      this.release(step);
      for (const bucket of step.buckets) this.watchers.changed(bucket);
      removed += step.removed;
      after = step.next;
    }
    for (let after: string | undefined = ''; after !== undefined; ) {
      const step: { removed: number; next?: string } & Freed = await this.catalog.call('expireUploads', [after, nowMs]);
      this.release(step);
      removed += step.removed;
      after = step.next;
    }
    return removed;
  }

  async usage(): Promise<ReadonlyMap<string, { objects: number; bytes: number }>> {
    const rows = this.isNew ? [] : await this.catalog.call('usage', []);
    return new Map(rows.map(({ name, ...usage }) => [name, usage]));
  }

  async settled(): Promise<void> {
    await this.sweeping;
    await this.bodies.settled();
  }

  /** Lets calls under way finish; calls after it reject with `unavailable`. */
  async close(): Promise<void> {
    this.watchers.close();
    await this.bodies.close();
    await this.settled();
    await this.catalog.close();
  }

  private checkTarget(
    bucket: string,
    key: string,
    { headers = {}, metadata = {}, tags = {} }: Partial<PutOptions>,
  ): void {
    if (!this.known.has(bucket)) throw noBucket(bucket);
    validKey(key);
    if (Buffer.byteLength(JSON.stringify([headers, metadata, tags])) > MAX_HEAD_BYTES) {
      throw new Problem('too_large', `headers, metadata and tags of an object have at most ${MAX_HEAD_BYTES} bytes`, {
        details: { reason: 'metadata_too_large', maxBytes: MAX_HEAD_BYTES },
      });
    }
  }

  /** A change is in the log: those who watch are told, and files that it left are removed. */
  private changed<T extends Freed>(bucket: string, done: T): T {
    this.release(done);
    this.watchers.changed(bucket);
    return done;
  }

  private release({ freed }: Freed): void {
    this.bodies.discard(freed);
  }
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function textOf(trace: TraceContext | undefined): string | undefined {
  return trace === undefined ? undefined : formatTrace(trace);
}
