import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../../model/problem.ts';
import type { ChecksumAlgorithm, Conditions, ObjectView, PartView, PutOptions } from '../buckets.ts';
import { checkWrite } from '../conditions.ts';
import { combineCrc } from '../crc.ts';
import { digestOf } from '../digests.ts';
import { type BucketRow, type CatalogTables, type Freed, type ObjectDocument, viewOf } from './catalog-tables.ts';

const MAX_LISTED = 10_000;
const PART_COLUMNS = 'number AS partNumber, bytes, etag, modified_ms AS lastModifiedMs, checksums, file';

type UploadOptions = Omit<PutOptions, 'expect' | 'conditions'>;
type StoredPart = PartView & { readonly file: string };

export type UploadOperations = ReturnType<typeof uploadOperations>;

/** Uploads in parts. The parts' files become the object's, none is copied. */
export function uploadOperations(db: DatabaseSync, tables: CatalogTables) {
  const insert = db.prepare('INSERT INTO uploads VALUES (?, ?, ?, ?, ?)');
  const select = db.prepare('SELECT options FROM uploads WHERE id = ? AND bucket = ? AND key = ?');
  const selectAll = db.prepare(
    `SELECT key, id AS uploadId, started_ms AS startedMs FROM uploads
     WHERE bucket = ? AND key >= ? ORDER BY key, started_ms LIMIT ${MAX_LISTED}`,
  );
  const remove = db.prepare('DELETE FROM uploads WHERE id = ?');
  const selectParts = db.prepare(`SELECT ${PART_COLUMNS} FROM parts WHERE upload = ? ORDER BY number`);
  const selectFile = db.prepare('SELECT file FROM parts WHERE upload = ? AND number = ?');
  const replacePart = db.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)');
  const removeParts = db.prepare('DELETE FROM parts WHERE upload = ?');

  const optionsOf = (bucket: BucketRow, key: string, uploadId: string): UploadOptions => {
    const row = select.get(uploadId, bucket.id, key) as { options: string } | undefined;
    if (row !== undefined) return JSON.parse(row.options);
    throw new Problem(
      'not_found',
      `there is no upload '${uploadId}' for '${key}'; it was completed or aborted, or never begun`,
      {
        details: { what: 'upload' },
      },
    );
  };

  const partsOf = (uploadId: string): StoredPart[] =>
    selectParts.all(uploadId).map((row) => ({ ...row, checksums: JSON.parse(row.checksums as string) }) as StoredPart);

  /** Ends an upload; returns the files of parts that became no object. */
  const end = (uploadId: string): string[] => {
    const files = partsOf(uploadId).map((part) => part.file);
    removeParts.run(uploadId);
    remove.run(uploadId);
    return tables.unused(files);
  };

  return {
    createUpload(bucketName: string, key: string, options: UploadOptions, nowMs: number): string {
      const id = randomBytes(16).toString('hex');
      insert.run(id, tables.bucket(bucketName).id, key, nowMs, JSON.stringify(options));
      return id;
    },

    upload: (bucketName: string, key: string, uploadId: string) => optionsOf(tables.bucket(bucketName), key, uploadId),

    putPart(bucketName: string, key: string, uploadId: string, part: StoredPart): Freed {
      optionsOf(tables.bucket(bucketName), key, uploadId);
      const replaced = selectFile.get(uploadId, part.partNumber) as { file: string } | undefined;
      const { partNumber, file, bytes, etag, lastModifiedMs, checksums } = part;
      replacePart.run(uploadId, partNumber, file, bytes, etag, lastModifiedMs, JSON.stringify(checksums));
      return { freed: replaced === undefined ? [] : tables.unused([replaced.file]) };
    },

    listParts(bucketName: string, key: string, uploadId: string): PartView[] {
      optionsOf(tables.bucket(bucketName), key, uploadId);
      return partsOf(uploadId).map(({ file: _, ...part }) => part);
    },

    listUploads(bucketName: string, prefix: string) {
      const rows = selectAll.all(tables.bucket(bucketName).id, prefix);
      return rows
        .map(({ key, uploadId, startedMs }) => {
          const startedAt = new Date(startedMs as number).toISOString();
          return { key: key as string, uploadId: uploadId as string, startedAt };
        })
        .filter(({ key }) => key.startsWith(prefix));
    },

    completeUpload(
      bucketName: string,
      key: string,
      uploadId: string,
      chosen: readonly { partNumber: number; etag: string }[],
      rules: {
        readonly minPartBytes: number;
        readonly conditions?: Conditions;
        readonly checksums?: ObjectView['checksums'];
        readonly trace?: string | undefined;
      },
      nowMs: number,
    ): { view: ObjectView } & Freed {
      const bucket = tables.bucket(bucketName);
      const options = optionsOf(bucket, key, uploadId);
      const parts = choose(partsOf(uploadId), chosen, rules.minPartBytes);
      if (rules.conditions !== undefined) {
        const newest = tables.newest(bucket, key);
        const current = newest?.marker === 0 ? { etag: newest.etag, lastModifiedMs: newest.modifiedMs } : undefined;
        checkWrite(current, rules.conditions);
      }
      const { headers = {}, metadata = {}, tags = {} } = options;
      const md5 = createHash('md5');
      for (const part of parts) md5.update(part.etag, 'hex');
      const document: ObjectDocument = {
        ...{ headers, metadata, tags, parts: parts.map((part) => part.bytes) },
        ...checksumsOf(parts, options),
      };
      assertChecksums(document.checksums, rules.checksums ?? {});
      const added = {
        bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
        etag: `${md5.digest('hex')}-${parts.length}`,
        document,
        body: { segments: parts.map(({ file, bytes }) => ({ file, bytes })) },
        event: 'ObjectCreated:CompleteMultipartUpload',
        trace: rules.trace,
      };
      const { row, freed } = tables.add(bucket, key, added, nowMs);
      return { view: viewOf(bucket, row), freed: [...freed, ...end(uploadId)] };
    },

    abortUpload(bucketName: string, key: string, uploadId: string): Freed {
      optionsOf(tables.bucket(bucketName), key, uploadId);
      return { freed: end(uploadId) };
    },

    endUpload: end,
  };
}

function choose(
  stored: readonly StoredPart[],
  chosen: readonly { partNumber: number; etag: string }[],
  minPartBytes: number,
): StoredPart[] {
  if (chosen.length === 0)
    throw refused('invalid_part', 'an object has at least one part; name those that it consists of');
  const byNumber = new Map(stored.map((part) => [part.partNumber, part]));
  return chosen.map(({ partNumber, etag }, at) => {
    if (at > 0 && partNumber <= chosen[at - 1]!.partNumber) {
      throw refused('invalid_part_order', 'the parts are not in ascending order of their numbers');
    }
    const part = byNumber.get(partNumber);
    if (part === undefined || part.etag !== etag) {
      throw refused('invalid_part', `part ${partNumber} with the ETag "${etag}" was not uploaded`);
    }
    if (part.bytes < minPartBytes && at < chosen.length - 1) {
      throw refused(
        'entity_too_small',
        `part ${partNumber} has ${part.bytes} bytes; all but the last have at least ${minPartBytes}`,
      );
    }
    return part;
  });
}

/** The checksum of the whole: of the parts' checksums, or what a single pass over all bytes would have given. */
function checksumsOf(
  parts: readonly StoredPart[],
  options: UploadOptions,
): Pick<ObjectDocument, 'checksums' | 'checksumType'> {
  const { checksumAlgorithm: algorithm, checksumType = defaultType(algorithm) } = options;
  if (algorithm === undefined) return { checksums: {} };
  const values = parts.map((part) => part.checksums[algorithm] ?? '');
  if (checksumType === 'COMPOSITE') {
    const whole = Buffer.concat(values.map((value) => Buffer.from(value, 'base64')));
    return { checksums: { [algorithm]: `${digestOf(algorithm, whole)}-${parts.length}` }, checksumType };
  }
  const crc = algorithm as Exclude<ChecksumAlgorithm, 'SHA1' | 'SHA256'>;
  const value = values.reduce((before, part, at) => combineCrc(crc, before, part, parts[at]!.bytes));
  return { checksums: { [algorithm]: value }, checksumType };
}

/** What is demanded must be so, where it is known; a composite one is demanded with or without its number of parts. */
function assertChecksums(actual: ObjectView['checksums'], demanded: ObjectView['checksums']): void {
  for (const [algorithm, value] of Object.entries(demanded)) {
    const own = actual[algorithm as ChecksumAlgorithm];
    if (own === undefined || own === value || own.replace(/-\d+$/, '') === value) continue;
    throw refused('bad_digest', `the ${algorithm} of the whole is ${own}, not ${value}; upload the parts again`);
  }
}

/** What S3 makes of an upload that names only an algorithm. */
export function defaultType(algorithm: ChecksumAlgorithm | undefined): 'FULL_OBJECT' | 'COMPOSITE' {
  return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
}

function refused(reason: string, message: string): Problem {
  return new Problem('invalid_request', message, { details: { reason } });
}
