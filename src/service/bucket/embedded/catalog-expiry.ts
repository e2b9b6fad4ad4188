import type { DatabaseSync } from 'node:sqlite';
import type { LifecycleRule } from '../buckets.ts';
import {
  type BucketRow,
  type CatalogTables,
  type Freed,
  type ObjectDocument,
  VERSION_COLUMNS,
  type VersionRow,
} from './catalog-tables.ts';
import type { UploadOperations } from './catalog-uploads.ts';

const DAY_MS = 86_400_000;
/** An upload that nobody finishes is given up after so many days where no rule says otherwise. */
const ABANDONED_DAYS = 7;
/** Rows that one step looks at: other calls come in between. */
const STEP_ROWS = 2_000;

export type ExpiryOperations = ReturnType<typeof expiryOperations>;

/** What lifecycle rules remove. */
export function expiryOperations(db: DatabaseSync, tables: CatalogTables, uploads: UploadOperations) {
  const selectBuckets = db.prepare('SELECT name FROM buckets');
  const selectVersions = db.prepare(
    `SELECT bucket, ${VERSION_COLUMNS} FROM versions WHERE seq > ? ORDER BY seq LIMIT ${STEP_ROWS}`,
  );
  const selectOne = db.prepare(`SELECT ${VERSION_COLUMNS} FROM versions WHERE seq = ?`);
  const selectOther = db.prepare('SELECT 1 FROM versions WHERE bucket = ? AND key = ? AND seq <> ? LIMIT 1');
  const selectUploads = db.prepare(
    `SELECT id, bucket, key, started_ms AS startedMs FROM uploads WHERE id > ? ORDER BY id LIMIT ${STEP_ROWS}`,
  );
  const countParts = db.prepare('SELECT count(*) AS parts FROM parts WHERE upload = ?');

  const bucketsById = () =>
    new Map(
      selectBuckets.all().map((row) => {
        const bucket = tables.bucket(row.name as string);
        return [bucket.id, bucket] as const;
      }),
    );

  /** Whether a version went, or got a delete marker; `undefined` where it stays. */
  const expireVersion = (bucket: BucketRow, row: VersionRow, nowMs: number): string[] | undefined => {
    const rules = rulesFor(bucket, row);
    const isOver = (days: number | undefined, sinceMs: number) =>
      days !== undefined && nowMs - sinceMs >= days * DAY_MS;
    const goes =
      row.noncurrentMs !== null
        ? rules.some((rule) => isOver(rule.expireNoncurrentDays, row.noncurrentMs!))
        : rules.some((rule) => isOver(rule.expireDays, row.modifiedMs));
    if (!goes) return undefined;
    if (row.live === 1 && bucket.settings.versioning !== 'off') {
      return tables.addMarker(bucket, row.key, 'LifecycleExpiration:DeleteMarkerCreated', nowMs).freed;
    }
    // A delete marker stays while there is something that it hides.
    if (row.noncurrentMs === null && row.marker === 1 && selectOther.get(bucket.id, row.key, row.seq)) return undefined;
    const freed = tables.removeVersion(bucket, row);
    tables.record(bucket, 'LifecycleExpiration:Delete', row, nowMs);
    return freed;
  };

  return {
    /** Looks at the versions after `afterSeq`; `next` goes on, and is absent at the end. */
    expireVersions(afterSeq: number, nowMs: number): { removed: number; buckets: string[]; next?: number } & Freed {
      const buckets = bucketsById();
      if (![...buckets.values()].some((bucket) => bucket.settings.lifecycle.some((rule) => rule.enabled))) {
        return { removed: 0, buckets: [], freed: [] };
      }
      const rows = selectVersions.all(afterSeq) as unknown as (VersionRow & { bucket: number })[];
      const freed: string[] = [];
      const changed = new Set<string>();
      let removed = 0;
      for (const { bucket: id, seq } of rows) {
        const bucket = buckets.get(id)!;
        // As it is now: the removal of another may have made it the newest.
        const row = selectOne.get(seq) as VersionRow | undefined;
        const files = row && expireVersion(bucket, row, nowMs);
        if (files === undefined) continue;
        removed++;
        changed.add(bucket.name);
        freed.push(...files);
      }
      const next = rows.length === STEP_ROWS ? rows.at(-1)!.seq : undefined;
      return { removed, buckets: [...changed], freed, ...(next !== undefined && { next }) };
    },

    expireUploads(afterId: string, nowMs: number): { removed: number; next?: string } & Freed {
      const buckets = bucketsById();
      const rows = selectUploads.all(afterId) as unknown as {
        id: string;
        bucket: number;
        key: string;
        startedMs: number;
      }[];
      const freed: string[] = [];
      let removed = 0;
      for (const { id, bucket, key, startedMs } of rows) {
        const rules = buckets.get(bucket)!.settings.lifecycle;
        const days = rules.flatMap(({ enabled, prefix, abortUploadDays = [] }) =>
          enabled && key.startsWith(prefix) ? abortUploadDays : [],
        );
        if (nowMs - startedMs < (days.length > 0 ? Math.min(...days) : ABANDONED_DAYS) * DAY_MS) continue;
        removed += (countParts.get(id) as { parts: number }).parts;
        freed.push(...uploads.endUpload(id));
      }
      const next = rows.length === STEP_ROWS ? rows.at(-1)!.id : undefined;
      return { removed, freed, ...(next !== undefined && { next }) };
    },
  };
}

function rulesFor(bucket: BucketRow, { key, document }: VersionRow): LifecycleRule[] {
  return bucket.settings.lifecycle.filter(({ enabled, prefix, tags }) => {
    if (!enabled || !key.startsWith(prefix)) return false;
    const wanted = Object.entries(tags ?? {});
    if (wanted.length === 0) return true;
    const has = (JSON.parse(document) as ObjectDocument).tags;
    return wanted.every(([name, value]) => has[name] === value);
  });
}
