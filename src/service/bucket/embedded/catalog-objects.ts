import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../../model/problem.ts';
import type { Conditions, ObjectView, PutOptions } from '../buckets.ts';
import { checkSource, checkWrite } from '../conditions.ts';
import {
  type BucketRow,
  type CatalogTables,
  type Freed,
  type NewVersion,
  type ObjectDocument,
  type Segment,
  type VersionRow,
  viewOf,
} from './catalog-tables.ts';

/** An object as it is found: where its body is, and which row it is. */
interface FoundObject {
  readonly view: ObjectView;
  readonly seq: number;
  readonly small?: Uint8Array;
  readonly segments: readonly Segment[];
}

interface CopyRequest {
  readonly from: { bucket: string; key: string; versionId?: string; conditions?: Conditions };
  readonly to: { bucket: string; key: string };
  readonly options: Pick<PutOptions, 'headers' | 'metadata' | 'tags' | 'conditions'>;
  readonly trace?: string | undefined;
  /** Checksums that were computed of one version of the source. */
  readonly computed?: { readonly seq: number; readonly checksums: ObjectView['checksums'] };
}

export type ObjectOperations = ReturnType<typeof objectOperations>;

/** Objects: added, found, removed, copied, tagged. */
export function objectOperations(db: DatabaseSync, tables: CatalogTables) {
  const updateDocument = db.prepare('UPDATE versions SET document = ? WHERE seq = ?');

  const checkConditions = (bucket: BucketRow, key: string, conditions: Conditions | undefined): void => {
    if (conditions === undefined) return;
    const newest = tables.newest(bucket, key);
    checkWrite(newest === undefined || newest.marker === 1 ? undefined : stateOf(newest), conditions);
  };

  return {
    put(
      bucketName: string,
      key: string,
      added: NewVersion,
      conditions: Conditions | undefined,
      nowMs: number,
    ): { view: ObjectView } & Freed {
      const bucket = tables.bucket(bucketName);
      checkConditions(bucket, key, conditions);
      const { row, freed } = tables.add(bucket, key, added, nowMs);
      return { view: viewOf(bucket, row), freed };
    },

    /** Whether a write under these conditions would be taken now, before its body is received. */
    mayWrite(bucketName: string, key: string, conditions: Conditions): void {
      checkConditions(tables.bucket(bucketName), key, conditions);
    },

    find(bucketName: string, key: string, versionId: string | undefined, withBody: boolean): FoundObject {
      const bucket = tables.bucket(bucketName);
      const row = tables.object(bucket, key, versionId);
      const body = withBody ? tables.body(row.seq) : { segments: [] };
      return { view: viewOf(bucket, row), seq: row.seq, ...body };
    },

    remove(
      bucketName: string,
      key: string,
      versionId: string | undefined,
      nowMs: number,
      trace?: string,
    ): { versionId?: string; deleteMarker: boolean } & Freed {
      const bucket = tables.bucket(bucketName);
      if (versionId === undefined && bucket.settings.versioning !== 'off') {
        const marker = tables.addMarker(bucket, key, 'ObjectRemoved:DeleteMarkerCreated', nowMs, trace);
        return { ...marker, deleteMarker: true };
      }
      const row = tables.version(bucket, key, versionId ?? 'null');
      const named = versionId === undefined ? {} : { versionId };
      if (row === undefined) return { ...named, deleteMarker: false, freed: [] };
      const freed = tables.removeVersion(bucket, row);
      tables.record(bucket, 'ObjectRemoved:Delete', row, nowMs, trace);
      return { ...named, deleteMarker: row.marker === 1, freed };
    },

    copy({ from, to, options, computed, trace }: CopyRequest, nowMs: number): { view: ObjectView } & Freed {
      const source = tables.bucket(from.bucket);
      const row = tables.object(source, from.key, from.versionId);
      if (from.conditions !== undefined) checkSource(stateOf(row), from.conditions);
      const target = tables.bucket(to.bucket);
      checkConditions(target, to.key, options.conditions);
      if (computed !== undefined && computed.seq !== row.seq) {
        throw new Problem('conflict', `'${from.key}' was changed while it was copied; try again`);
      }
      const kept = JSON.parse(row.document) as ObjectDocument;
      const { headers = kept.headers, metadata = kept.metadata, tags = kept.tags } = options;
      const document: ObjectDocument = {
        ...kept,
        ...{ headers, metadata, tags },
        ...(computed !== undefined && { checksums: computed.checksums, checksumType: 'FULL_OBJECT' }),
      };
      const { bytes, etag } = row;
      const event = 'ObjectCreated:Copy';
      const body = tables.body(row.seq);
      // An object may be copied onto itself: its files are referred to again before they are found unused.
      const before = tables.add(target, to.key, { bytes, etag, document, body, event, trace }, nowMs);
      return { view: viewOf(target, before.row), freed: tables.unused(before.freed) };
    },

    setTags(
      bucketName: string,
      key: string,
      tags: ObjectView['tags'],
      versionId: string | undefined,
      nowMs: number,
    ): void {
      const bucket = tables.bucket(bucketName);
      const row = tables.object(bucket, key, versionId);
      updateDocument.run(JSON.stringify({ ...(JSON.parse(row.document) as ObjectDocument), tags }), row.seq);
      const event = Object.keys(tags).length === 0 ? 'ObjectTagging:Delete' : 'ObjectTagging:Put';
      tables.record(bucket, event, row, nowMs);
    },
  };
}

function stateOf({ etag, modifiedMs }: VersionRow): { etag: string; lastModifiedMs: number } {
  return { etag, lastModifiedMs: modifiedMs };
}
