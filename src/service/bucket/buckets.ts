import type { Readable } from 'node:stream';
import type { TraceContext } from '../../model/trace.ts';
import type { Watcher } from '../../store/watchers.ts';

/**
 * Buckets of objects with the meaning that S3 gives them; doors and functions use them through this port alone.
 *
 * Durable: a write that resolved is on disk, whole; one that failed left nothing. Reads see the latest complete write (strong
 * consistency). Bodies are streams in both directions and are never held in memory. Names are as S3 demands. Problems:
 * `not_found` (details: `what` is `bucket`, `object`, `version` or `upload`), `conflict`, `precondition_failed`,
 * `not_modified`, `invalid_range`, `invalid_request` (details: `reason`, such as `bad_digest`, `invalid_part`), `too_large`, `storage_full`.
 */
export interface Buckets {
  createBucket(name: string): Promise<BucketView>;
  findBucket(name: string): Promise<BucketView | undefined>;
  listBuckets(): Promise<BucketView[]>;
  /** `conflict` where it still holds objects, or does not stand at `expectedRevision`. */
  removeBucket(name: string, expectedRevision?: number): Promise<void>;
  /** `conflict` (details: `expectedRevision`, `actualRevision`) where it does not stand at `expectedRevision`. */
  configureBucket(name: string, change: Partial<BucketSettings>, expectedRevision?: number): Promise<BucketView>;

  put(bucket: string, key: string, body: Readable, options: PutOptions): Promise<ObjectView>;
  /** Opens an object for reading; `range` in bytes, both ends inclusive. The caller consumes or destroys `body`. */
  get(bucket: string, key: string, options?: GetOptions): Promise<ObjectView & { body: Readable; range?: ByteRange }>;
  head(bucket: string, key: string, options?: GetOptions): Promise<ObjectView>;
  /** In a versioned bucket without `versionId`: leaves a delete marker. Removing what is not there is no failure. */
  remove(
    bucket: string,
    key: string,
    options?: { versionId?: string; trace?: TraceContext },
  ): Promise<{ versionId?: string; deleteMarker: boolean }>;
  copy(
    from: { bucket: string; key: string; versionId?: string; conditions?: Conditions },
    to: { bucket: string; key: string },
    options: Partial<PutOptions>,
  ): Promise<ObjectView>;
  setTags(bucket: string, key: string, tags: Readonly<Record<string, string>>, versionId?: string): Promise<void>;
  list(bucket: string, options: ListOptions): Promise<ListPage>;
  listVersions(bucket: string, options: ListOptions & { versionIdMarker?: string }): Promise<VersionPage>;

  createUpload(
    bucket: string,
    key: string,
    options: Omit<PutOptions, 'expect' | 'conditions'>,
  ): Promise<{ uploadId: string }>;
  putPart(
    bucket: string,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Readable,
    options: Pick<PutOptions, 'expect' | 'bytes' | 'disposable'>,
  ): Promise<PartView>;
  listParts(bucket: string, key: string, uploadId: string): Promise<PartView[]>;
  listUploads(bucket: string, prefix?: string): Promise<{ key: string; uploadId: string; startedAt: string }[]>;
  completeUpload(
    bucket: string,
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; etag: string }[],
    /** `checksums` are what the whole object must have; `invalid_request` (`bad_digest`) otherwise, and the upload stays. */
    options?: { conditions?: Conditions; checksums?: ObjectView['checksums']; trace?: TraceContext },
  ): Promise<ObjectView>;
  abortUpload(bucket: string, key: string, uploadId: string): Promise<void>;

  /**
   * What happened, in order, from just after `sequence`: every change is recorded in the same step that makes it, so that
   * nothing that was accepted goes unheard. Kept until `forgetChanges`.
   */
  changes(afterSequence: number, limit: number): Promise<ObjectChange[]>;
  forgetChanges(upToSequence: number): Promise<void>;
  /** Tells soon which buckets, or objects of which, changed; the returned function ends it. */
  watch(onChange: Watcher): () => void;
  /** Removes what lifecycle rules say, and uploads that nobody finished; returns how many objects and parts went. */
  expire(nowMs: number): Promise<number>;
  /** Objects and bytes of each bucket. */
  usage(): Promise<ReadonlyMap<string, { objects: number; bytes: number }>>;
}

export interface BucketView {
  readonly name: string;
  /** Of its settings; never the same again, not for another bucket of this name either. */
  readonly revision: number;
  readonly createdAt: string;
  readonly settings: BucketSettings;
}

export interface BucketSettings {
  readonly versioning: 'off' | 'enabled' | 'suspended';
  readonly lifecycle: readonly LifecycleRule[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly expireDays?: number;
  readonly expireNoncurrentDays?: number;
  readonly abortUploadDays?: number;
}

export interface ObjectView {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** Without quotes: the MD5 in hexadecimal, or for a multipart object the MD5 of its parts' MD5s with `-<parts>`. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly versionId?: string;
  /** Content-Type, Content-Encoding, Cache-Control … as given, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-*` without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** As S3 shows it: algorithm to base64 (with `-<parts>` for a composite one). */
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  /** Bytes of each part, of an object that was uploaded in parts. */
  readonly parts?: readonly number[];
}

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

export interface PutOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Length, where known before: a body of another length is `invalid_request` (`incomplete_body`). */
  readonly bytes?: number;
  /** The memory of the body's pieces is nobody else's, and may be given back as soon as they are written. */
  readonly disposable?: boolean;
  /** Digests that the body must have, in base64; a trailing one is asked for when the body has ended. Differing ones are `invalid_request` (`bad_digest`). */
  readonly expect?: {
    readonly md5?: string;
    readonly sha256Hex?: string;
    readonly checksums?: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
    readonly trailing?: { readonly algorithm: ChecksumAlgorithm; value(): string | undefined };
  };
  /** To be computed and kept where none is expected. */
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly conditions?: Conditions;
  /** The trace that this is a part of; who hears of the change carries it on. */
  readonly trace?: TraceContext;
}

/** Preconditions of RFC 9110; etags without quotes, `*` for any. */
export interface Conditions {
  readonly ifMatch?: readonly string[];
  readonly ifNoneMatch?: readonly string[];
  readonly ifModifiedSinceMs?: number;
  readonly ifUnmodifiedSinceMs?: number;
}

export interface GetOptions {
  readonly versionId?: string;
  readonly conditions?: Conditions;
  /** `last` asks for the last so many bytes. */
  readonly range?: { readonly first: number; readonly last?: number } | { readonly suffixBytes: number };
  readonly partNumber?: number;
}

export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface PartView {
  readonly partNumber: number;
  readonly bytes: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
}

export interface ListOptions {
  readonly prefix?: string;
  readonly delimiter?: string;
  /** Keys after this one, in order of their UTF-8 bytes. */
  readonly after?: string;
  readonly limit: number;
}

export interface ListPage {
  readonly objects: ObjectView[];
  readonly commonPrefixes: string[];
  /** Pass as `after` to go on; absent on the last page. */
  readonly next?: string;
}

export interface VersionPage {
  readonly versions: (ObjectView & { readonly latest: boolean; readonly deleteMarker: boolean })[];
  readonly commonPrefixes: string[];
  readonly next?: { readonly key: string; readonly versionId?: string };
}

export interface ObjectChange {
  readonly sequence: number;
  readonly timeMs: number;
  /** The tail of S3's event name, such as `ObjectCreated:Put`, `ObjectCreated:CompleteMultipartUpload`, `ObjectRemoved:DeleteMarkerCreated`. */
  readonly event: string;
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly versionId?: string;
  /** The trace that the change is a part of. */
  readonly trace?: TraceContext;
}
