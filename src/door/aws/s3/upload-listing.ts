import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { uriEncodePath } from '../canonical.ts';
import { operation } from './operation.ts';
import { checksumsOf, dateOf, keyOf, OWNER, quoted } from './shapes.ts';

const MAX_LISTED = 1_000;

export const listParts = operation<ListPartsCommandInput, ListPartsCommandOutput>(
  'write',
  async (input, { buckets }) => {
    const { Bucket, Key, UploadId, MaxParts = MAX_LISTED, PartNumberMarker = '0' } = input;
    const after = wholeNumber('part-number-marker', PartNumberMarker);
    const limit = limitOf('max-parts', MaxParts);
    const all = (await buckets.listParts(Bucket!, keyOf(Key), UploadId!)).filter(
      ({ partNumber }) => partNumber > after,
    );
    const shown = all.slice(0, limit);
    return {
      ...{ Bucket, Key, UploadId },
      PartNumberMarker: String(after),
      NextPartNumberMarker: String(shown.at(-1)?.partNumber ?? after),
      MaxParts: limit,
      IsTruncated: shown.length < all.length,
      Parts: shown.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: dateOf(part.lastModifiedMs),
        ETag: quoted(part.etag),
        Size: part.bytes,
        ...checksumsOf(part),
      })),
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: 'STANDARD',
    };
  },
);

export const listMultipartUploads = operation<ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput>(
  'write',
  async (input, { buckets, bucket }) => {
    await bucket(input.Bucket);
    const { Bucket, Prefix = '', Delimiter = '', KeyMarker = '', UploadIdMarker = '', EncodingType } = input;
    const limit = limitOf('max-uploads', input.MaxUploads ?? MAX_LISTED);
    const encode = EncodingType === 'url' ? uriEncodePath : (text: string) => text;
    const uploads = await buckets.listUploads(Bucket!, Prefix);
    const groups = grouped(uploads, Prefix, Delimiter);
    const from = KeyMarker === '' ? 0 : startAfter(groups, KeyMarker, UploadIdMarker);
    const shown = groups.slice(from, from + limit);
    const last = shown.at(-1);
    const isTruncated = from + shown.length < groups.length;
    return {
      Bucket,
      Prefix: encode(Prefix),
      ...(Delimiter !== '' && { Delimiter: encode(Delimiter) }),
      KeyMarker: encode(KeyMarker),
      UploadIdMarker,
      MaxUploads: limit,
      IsTruncated: isTruncated,
      ...(EncodingType === 'url' && { EncodingType }),
      ...(isTruncated && last && { NextKeyMarker: encode(last.name), NextUploadIdMarker: last.uploadId ?? '' }),
      Uploads: shown.flatMap(({ name, uploadId, startedAt }) =>
        uploadId === undefined
          ? []
          : [
              {
                UploadId: uploadId,
                Key: encode(name),
                Initiated: dateOf(Date.parse(startedAt)),
                StorageClass: 'STANDARD' as const,
                Owner: OWNER,
                Initiator: OWNER,
              },
            ],
      ),
      CommonPrefixes: shown.flatMap(({ name, uploadId }) => (uploadId === undefined ? [{ Prefix: encode(name) }] : [])),
    };
  },
);

/** One line of the listing: an upload, or a common prefix of several. */
interface Line {
  readonly name: string;
  readonly uploadId?: string;
  readonly startedAt: string;
}

function grouped(
  uploads: readonly { key: string; uploadId: string; startedAt: string }[],
  prefix: string,
  delimiter: string,
): Line[] {
  const lines: Line[] = [];
  for (const { key, uploadId, startedAt } of uploads) {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at === -1) lines.push({ name: key, uploadId, startedAt });
    else {
      const name = key.slice(0, at + delimiter.length);
      if (lines.at(-1)?.name !== name) lines.push({ name, startedAt });
    }
  }
  return lines;
}

/** The index of the first line after a marker. */
function startAfter(lines: readonly Line[], key: string, uploadId: string): number {
  const exact = lines.findIndex((line) => line.name === key && line.uploadId === uploadId);
  if (exact !== -1) return exact + 1;
  const marker = Buffer.from(key);
  const next = lines.findIndex((line) => Buffer.compare(Buffer.from(line.name), marker) > 0);
  return next === -1 ? lines.length : next;
}

function limitOf(name: string, given: number): number {
  if (given >= 0) return Math.min(given, MAX_LISTED);
  throw new AwsError(400, 'InvalidArgument', `Argument ${name} must be an integer between 0 and 2147483647`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AwsError(400, 'InvalidArgument', `Provided ${name} not an integer or within integer range`);
}
