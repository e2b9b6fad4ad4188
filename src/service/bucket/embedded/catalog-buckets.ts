import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../../model/problem.ts';
import { parseTrace } from '../../../model/trace.ts';
import type { BucketSettings, BucketView, ObjectChange } from '../buckets.ts';
import type { BucketRow, CatalogTables, Freed } from './catalog-tables.ts';

const DEFAULT_SETTINGS: BucketSettings = { versioning: 'off', lifecycle: [], tags: {} };

export type BucketOperations = ReturnType<typeof bucketOperations>;

/** Buckets themselves, their usage, and the log of changes. */
export function bucketOperations(db: DatabaseSync, tables: CatalogTables) {
  const select = db.prepare('SELECT id, name, created_ms AS createdMs, revision, settings FROM buckets ORDER BY name');
  const insert = db.prepare(
    'INSERT INTO buckets (name, created_ms, revision, settings) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare('UPDATE buckets SET settings = ?, revision = ? WHERE id = ?');
  const nextRevision = db.prepare('UPDATE last_revision SET value = value + 1 RETURNING value');
  const remove = db.prepare('DELETE FROM buckets WHERE id = ?');
  const selectAny = db.prepare('SELECT 1 FROM versions WHERE bucket = ? LIMIT 1');
  const selectFiles = db.prepare('SELECT file FROM parts JOIN uploads ON parts.upload = uploads.id WHERE bucket = ?');
  const removeParts = db.prepare('DELETE FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)');
  const removeUploads = db.prepare('DELETE FROM uploads WHERE bucket = ?');
  const selectUsage = db.prepare('SELECT name, objects, bytes FROM buckets');
  const selectChanges = db.prepare(
    `SELECT sequence, time_ms AS timeMs, event, bucket, key, bytes, etag, version_id AS versionId, trace
     FROM changes WHERE sequence > ? ORDER BY sequence LIMIT ?`,
  );
  const removeChanges = db.prepare('DELETE FROM changes WHERE sequence <= ?');

  /** The bucket, where it stands as whoever changes it has seen it. */
  const seen = (name: string, expectedRevision: number | undefined): BucketRow => {
    const bucket = tables.bucket(name);
    if (expectedRevision === undefined || expectedRevision === bucket.revision) return bucket;
    const why =
      expectedRevision === 0
        ? `there is a bucket '${name}' already`
        : `the bucket '${name}' is at revision ${bucket.revision}, not ${expectedRevision}: look at it again and retry`;
    throw new Problem('conflict', why, { details: { name, expectedRevision, actualRevision: bucket.revision } });
  };
  const newRevision = () => nextRevision.get()!.value as number;

  return {
    buckets: (): BucketView[] =>
      (select.all() as unknown as (Omit<BucketRow, 'settings'> & { settings: string })[]).map((row) =>
        bucketView({ ...row, settings: JSON.parse(row.settings) }),
      ),

    createBucket(name: string, nowMs: number): BucketView {
      if (Number(insert.run(name, nowMs, newRevision(), JSON.stringify(DEFAULT_SETTINGS)).changes) === 0) {
        throw new Problem('conflict', `there is a bucket '${name}' already; choose another name`, {
          details: { what: 'bucket', reason: 'bucket_exists' },
        });
      }
      return bucketView(tables.bucket(name));
    },

    removeBucket(name: string, expectedRevision?: number): Freed {
      const { id } = seen(name, expectedRevision);
      if (selectAny.get(id) !== undefined) {
        throw new Problem(
          'conflict',
          `the bucket '${name}' is not empty; remove its objects first, with all their versions and delete markers`,
          { details: { what: 'bucket', reason: 'bucket_not_empty' } },
        );
      }
      const files = selectFiles.all(id).map((row) => row.file as string);
      removeParts.run(id);
      removeUploads.run(id);
      remove.run(id);
      return { freed: tables.unused(files) };
    },

    configureBucket(name: string, change: Partial<BucketSettings>, expectedRevision?: number): BucketView {
      const bucket = seen(name, expectedRevision);
      if (change.versioning === 'off' && bucket.settings.versioning !== 'off') {
        throw new Problem(
          'invalid_request',
          `the versioning of '${name}' was switched on; from then on it can only be suspended`,
          { details: { reason: 'illegal_versioning' } },
        );
      }
      const settings = { ...bucket.settings, ...change };
      const revision = newRevision();
      update.run(JSON.stringify(settings), revision, bucket.id);
      return bucketView({ ...bucket, settings, revision });
    },

    usage: () => selectUsage.all() as unknown as { name: string; objects: number; bytes: number }[],

    changes: (afterSequence: number, limit: number): ObjectChange[] =>
      selectChanges.all(afterSequence, limit).map(({ versionId, trace: text, ...change }) => {
        const trace = text === null ? undefined : parseTrace(String(text));
        const given = { ...(versionId !== null && { versionId }), ...(trace !== undefined && { trace }) };
        return { ...change, ...given } as unknown as ObjectChange;
      }),

    forgetChanges(upToSequence: number): void {
      removeChanges.run(upToSequence);
    },

    /** Those of the files that no body and no part is in. */
    unusedFiles: (files: readonly string[]): string[] => tables.unused(files),
  };
}

function bucketView({ name, revision, createdMs, settings }: BucketRow): BucketView {
  return { name, revision, createdAt: new Date(createdMs).toISOString(), settings };
}
