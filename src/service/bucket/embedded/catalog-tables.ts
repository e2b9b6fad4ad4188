import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../../model/problem.ts';
import type { BucketSettings, ObjectView, PutOptions } from '../buckets.ts';

/** What a version is beside its size, digest and times, as the database keeps it in JSON. */
export type ObjectDocument = Pick<ObjectView, 'headers' | 'metadata' | 'tags' | 'checksums' | 'checksumType' | 'parts'>;

export interface BucketRow {
  readonly id: number;
  readonly name: string;
  readonly createdMs: number;
  readonly revision: number;
  readonly settings: BucketSettings;
}

export interface VersionRow {
  readonly seq: number;
  readonly key: string;
  readonly versionId: string | null;
  readonly marker: number;
  readonly live: number;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly noncurrentMs: number | null;
  readonly document: string;
}

/** A file of a body, and how much of the body it holds. */
export interface Segment {
  readonly file: string;
  readonly bytes: number;
}

/** A body that is stored already: within the call, or in files that are on disk. */
export interface StoredBody {
  readonly small?: Uint8Array | undefined;
  readonly segments?: readonly Segment[] | undefined;
}

export interface NewVersion {
  readonly bytes: number;
  readonly etag: string;
  readonly document: ObjectDocument;
  readonly body: StoredBody;
  readonly event: string;
  /** The trace that it is a part of, as `formatTrace` writes it. */
  readonly trace?: string | undefined;
}

/** What a mutation leaves for others to do: files that nothing refers to any more. */
export interface Freed {
  readonly freed: string[];
}

export const VERSION_COLUMNS =
  'seq, key, version_id AS versionId, marker, live, bytes, etag, modified_ms AS modifiedMs, noncurrent_ms AS noncurrentMs, document';
const EMPTY_DOCUMENT: ObjectDocument = { headers: {}, metadata: {}, tags: {}, checksums: {} };
const EMPTY_JSON = JSON.stringify(EMPTY_DOCUMENT);

export type CatalogTables = ReturnType<typeof catalogTables>;

/** The steps that operations on `buckets.db` are made of. Each runs within its caller's transaction. */
export function catalogTables(db: DatabaseSync) {
  const selectBucket = db.prepare(
    'SELECT id, name, created_ms AS createdMs, revision, settings FROM buckets WHERE name = ?',
  );
  const count = db.prepare('UPDATE buckets SET objects = objects + ?, bytes = bytes + ? WHERE id = ?');
  const selectNewest = db.prepare(
    `SELECT ${VERSION_COLUMNS} FROM versions WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1`,
  );
  const selectVersion = db.prepare(
    `SELECT ${VERSION_COLUMNS} FROM versions WHERE bucket = ? AND key = ? AND version_id IS ?`,
  );
  const insert = db.prepare(
    `INSERT INTO versions (seq, bucket, key, version_id, marker, live, bytes, etag, modified_ms, document)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const retire = db.prepare('UPDATE versions SET live = 0, noncurrent_ms = ? WHERE seq = ?');
  const promote = db.prepare('UPDATE versions SET live = 1 - marker, noncurrent_ms = NULL WHERE seq = ?');
  const remove = db.prepare('DELETE FROM versions WHERE seq = ?');
  const insertSmall = db.prepare('INSERT INTO small_bodies VALUES (?, ?)');
  const removeSmall = db.prepare('DELETE FROM small_bodies WHERE version = ?');
  const selectSmall = db.prepare('SELECT data FROM small_bodies WHERE version = ?');
  const insertSegment = db.prepare('INSERT INTO segments VALUES (?, ?, ?, ?)');
  const selectSegments = db.prepare('SELECT file, bytes FROM segments WHERE version = ? ORDER BY position');
  const removeSegments = db.prepare('DELETE FROM segments WHERE version = ?');
  const selectUse = db.prepare(
    'SELECT EXISTS (SELECT 1 FROM segments WHERE file = :file) OR EXISTS (SELECT 1 FROM parts WHERE file = :file) AS used',
  );
  const insertChange = db.prepare(
    'INSERT INTO changes (time_ms, event, bucket, key, bytes, etag, version_id, trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );

  const lastSeq = db.prepare("SELECT coalesce(max(seq), 0) AS seq FROM sqlite_sequence WHERE name = 'versions'").get();
  let seq = (lastSeq as { seq: number }).seq;

  const tables = {
    /** Throws `not_found`. */
    bucket(name: string): BucketRow {
      const row = selectBucket.get(name) as (Omit<BucketRow, 'settings'> & { settings: string }) | undefined;
      if (row === undefined) throw noBucket(name);
      return { ...row, settings: JSON.parse(row.settings) };
    },

    newest: (bucket: BucketRow, key: string) => selectNewest.get(bucket.id, key) as VersionRow | undefined,

    version: (bucket: BucketRow, key: string, versionId: string) =>
      selectVersion.get(bucket.id, key, versionId === 'null' ? null : versionId) as VersionRow | undefined,

    /** The version that is asked for, or the newest. Throws `not_found`; `method_not_allowed` where a delete marker is asked for by its id. */
    object(bucket: BucketRow, key: string, versionId: string | undefined): VersionRow {
      const row = versionId === undefined ? tables.newest(bucket, key) : tables.version(bucket, key, versionId);
      if (row !== undefined && row.marker === 0) return row;
      throw noObject(bucket, key, versionId, row);
    },

    body(seq: number): { small?: Uint8Array; segments: Segment[] } {
      const small = (selectSmall.get(seq) as { data: Uint8Array } | undefined)?.data;
      if (small !== undefined) return { small, segments: [] };
      return { segments: selectSegments.all(seq) as unknown as Segment[] };
    },

    /** Adds the newest version of a key; whatever it replaces goes. */
    add(bucket: BucketRow, key: string, added: NewVersion, nowMs: number): { row: VersionRow } & Freed {
      const { bytes, etag, document, body } = added;
      const freed = tables.makeRoom(bucket, key, nowMs);
      seq++;
      const versionId = tables.newVersionId(bucket);
      const text = JSON.stringify(document);
      insert.run(seq, bucket.id, key, versionId, 0, 1, bytes, etag, nowMs, text);
      if (body.small !== undefined) insertSmall.run(seq, body.small);
      for (const [at, segment] of (body.segments ?? []).entries())
        insertSegment.run(seq, at, segment.file, segment.bytes);
      count.run(1, bytes, bucket.id);
      const row: VersionRow = {
        ...{ seq, key, versionId, marker: 0, live: 1, bytes, etag },
        ...{ modifiedMs: nowMs, noncurrentMs: null, document: text },
      };
      tables.record(bucket, added.event, row, nowMs, added.trace);
      return { row, freed };
    },

    /** Adds a delete marker as the newest version. */
    addMarker(
      bucket: BucketRow,
      key: string,
      event: string,
      nowMs: number,
      trace?: string,
    ): { versionId: string } & Freed {
      const freed = tables.makeRoom(bucket, key, nowMs);
      seq++;
      const versionId = tables.newVersionId(bucket);
      insert.run(seq, bucket.id, key, versionId, 1, 0, 0, '', nowMs, EMPTY_JSON);
      tables.record(bucket, event, { key, bytes: 0, etag: '', versionId }, nowMs, trace);
      return { versionId: versionId ?? 'null', freed };
    },

    /** Only in a versioned bucket do versions have ids of their own. */
    newVersionId: (bucket: BucketRow) => (bucket.settings.versioning === 'enabled' ? versionIdOf(seq) : null),

    /** The newest version of a key becomes an older one, or goes where the bucket keeps none. */
    makeRoom(bucket: BucketRow, key: string, nowMs: number): string[] {
      const newest = tables.newest(bucket, key);
      if (newest === undefined) return [];
      let freed: string[] = [];
      if (bucket.settings.versioning !== 'enabled') {
        const replaced = newest.versionId === null ? newest : tables.version(bucket, key, 'null');
        if (replaced !== undefined) freed = tables.drop(bucket, replaced);
        if (replaced === newest) return freed;
      }
      retire.run(nowMs, newest.seq);
      return freed;
    },

    /** Removes a version for good; the one before it becomes the newest. */
    removeVersion(bucket: BucketRow, row: VersionRow): string[] {
      const freed = tables.drop(bucket, row);
      const newest = tables.newest(bucket, row.key);
      if (newest !== undefined && newest.noncurrentMs !== null && newest.seq < row.seq) promote.run(newest.seq);
      return freed;
    },

    drop(bucket: BucketRow, row: VersionRow): string[] {
      remove.run(row.seq);
      if (row.marker === 1) return [];
      count.run(-1, -row.bytes, bucket.id);
      if (Number(removeSmall.run(row.seq).changes) > 0) return [];
      const files = (selectSegments.all(row.seq) as unknown as Segment[]).map((segment) => segment.file);
      removeSegments.run(row.seq);
      return tables.unused(files);
    },

    /** Those of the files that nothing refers to. */
    unused: (files: readonly string[]): string[] =>
      files.filter((file) => (selectUse.get({ file }) as { used: number }).used === 0),

    record(
      bucket: BucketRow,
      event: string,
      { key, bytes, etag, versionId }: Pick<VersionRow, 'key' | 'bytes' | 'etag' | 'versionId'>,
      nowMs: number,
      trace?: string,
    ): void {
      const shown = shownVersionId(bucket, versionId) ?? null;
      insertChange.run(nowMs, event, bucket.name, key, bytes, etag, shown, trace ?? null);
    },
  };
  return tables;
}

const SEQ_DIGITS = 9;

/** A version's id tells its place among the others even after it was removed; nobody can guess it. */
export function versionIdOf(seq: number): string {
  return seq.toString(36).padStart(SEQ_DIGITS, '0') + randomBytes(12).toString('hex');
}

export function seqOf(versionId: string): number {
  return Number.parseInt(versionId.slice(0, SEQ_DIGITS), 36);
}

/** A version as callers see it. */
export function viewOf(bucket: BucketRow, row: VersionRow): ObjectView {
  const versionId = shownVersionId(bucket, row.versionId);
  return {
    bucket: bucket.name,
    key: row.key,
    bytes: row.bytes,
    etag: row.etag,
    lastModifiedMs: row.modifiedMs,
    ...(versionId !== undefined && { versionId }),
    ...(JSON.parse(row.document) as ObjectDocument),
  };
}

/** What is kept of the options of a put. */
export function documentOf(options: PutOptions, checksums: ObjectView['checksums']): ObjectDocument {
  const { headers = {}, metadata = {}, tags = {} } = options;
  const hasChecksum = Object.keys(checksums).length > 0;
  return { headers, metadata, tags, checksums, ...(hasChecksum && { checksumType: 'FULL_OBJECT' as const }) };
}

function shownVersionId(bucket: BucketRow, versionId: string | null): string | undefined {
  return versionId ?? (bucket.settings.versioning === 'off' ? undefined : 'null');
}

export function noBucket(name: string): Problem {
  return new Problem('not_found', `there is no bucket '${name}'; create it first`, { details: { what: 'bucket' } });
}

function noObject(
  bucket: BucketRow,
  key: string,
  versionId: string | undefined,
  marker: VersionRow | undefined,
): Problem {
  const where = `in the bucket '${bucket.name}'`;
  const details = marker && { deleteMarker: true, versionId: shownVersionId(bucket, marker.versionId) };
  if (versionId === undefined) {
    return new Problem('not_found', `there is no object '${key}' ${where}`, {
      details: { what: 'object', ...details },
    });
  }
  if (details !== undefined) {
    return new Problem(
      'method_not_allowed',
      `the version '${versionId}' of '${key}' is a delete marker; it can only be removed`,
      {
        details: { what: 'version', allowed: 'DELETE', ...details },
      },
    );
  }
  return new Problem('not_found', `there is no version '${versionId}' of '${key}' ${where}`, {
    details: { what: 'version' },
  });
}
