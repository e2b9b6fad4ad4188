import type {
  GetObjectAttributesCommandInput,
  GetObjectAttributesCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { GetOptions, ObjectView } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';
import { type Output, operation } from './operation.ts';
import { checksumsOf, conditionsOf, dateOf, keyOf, quoted, versionOf } from './shapes.ts';

const DEFAULT_TYPE = 'binary/octet-stream';
const MAX_PARTS = 10_000;

/** Headers of an answer that a request may set, by the input's member. */
const OVERRIDES = {
  'content-type': 'ResponseContentType',
  'content-language': 'ResponseContentLanguage',
  'cache-control': 'ResponseCacheControl',
  'content-disposition': 'ResponseContentDisposition',
  'content-encoding': 'ResponseContentEncoding',
  expires: 'ResponseExpires',
} as const;

export const getObject = operation<GetObjectCommandInput, GetObjectCommandOutput>(
  'read',
  async (input, { buckets }) => {
    const found = await buckets.get(input.Bucket!, keyOf(input.Key), readOptions(input));
    const { range, body } = found;
    const bytes = range === undefined ? found.bytes : range.last - range.first + 1;
    return { ...described(input, found), ...ranged(found, range), ContentLength: bytes, Body: body };
  },
);

export const headObject = operation<HeadObjectCommandInput, HeadObjectCommandOutput>(
  'read',
  async (input, { buckets }) => {
    const options = readOptions(input);
    const found = await buckets.head(input.Bucket!, keyOf(input.Key), options);
    const range = rangeWithin(found, options);
    const bytes = range === undefined ? found.bytes : range.last - range.first + 1;
    return { ...described(input, found), ...ranged(found, range), ContentLength: bytes };
  },
);

type Reading = GetObjectCommandInput | HeadObjectCommandInput;

function readOptions(input: Reading): GetOptions {
  const { PartNumber: partNumber, VersionId: versionId } = input;
  const range = parseRange(input.Range);
  if (partNumber !== undefined) {
    if (range !== undefined) {
      throw new AwsError(400, 'InvalidRequest', 'Cannot specify both Range header and partNumber query parameter');
    }
    if (partNumber < 1 || partNumber > MAX_PARTS) {
      throw new AwsError(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
    }
  }
  const conditions = conditionsOf(input);
  return {
    ...(versionId !== undefined && { versionId }),
    ...(conditions && { conditions }),
    ...(range && { range }),
    ...(partNumber !== undefined && { partNumber }),
  };
}

/** One range of bytes; several, or what is none, mean the whole object, as S3 has it. */
export function parseRange(text: string | undefined): GetOptions['range'] {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (first === '') return { suffixBytes: Number(last) };
  if (last === '') return { first: Number(first) };
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
}

/** What HEAD says of a range: no body was opened that could tell. */
function rangeWithin({ bytes, parts }: ObjectView, { range, partNumber }: GetOptions) {
  if (partNumber !== undefined && parts !== undefined) {
    const size = parts[partNumber - 1];
    if (size === undefined) throw unsatisfiable(bytes);
    const first = parts.slice(0, partNumber - 1).reduce((sum, part) => sum + part, 0);
    return { first, last: first + size - 1 };
  }
  if (range === undefined) return undefined;
  const first = 'suffixBytes' in range ? Math.max(0, bytes - range.suffixBytes) : range.first;
  if (first >= bytes) throw unsatisfiable(bytes);
  const last = 'suffixBytes' in range ? bytes - 1 : Math.min(bytes - 1, range.last ?? bytes - 1);
  return { first, last };
}

function unsatisfiable(bytes: number): AwsError {
  return new AwsError(416, 'InvalidRange', 'The requested range is not satisfiable', {
    headers: { 'Content-Range': `bytes */${bytes}` },
  });
}

/** What both reads say of an object. */
function described(input: Reading, found: ObjectView): Output<GetObjectCommandOutput> {
  const headers: Record<string, string> = { 'content-type': DEFAULT_TYPE, ...found.headers };
  for (const [name, member] of Object.entries(OVERRIDES)) {
    const value = (input as GetObjectCommandInput)[member];
    if (value !== undefined) headers[name] = value instanceof Date ? value.toUTCString() : value;
  }
  const whole = input.Range === undefined && input.PartNumber === undefined;
  const tags = Object.keys(found.tags).length;
  return {
    AcceptRanges: 'bytes',
    ETag: quoted(found.etag),
    LastModified: dateOf(found.lastModifiedMs),
    Metadata: { ...found.metadata },
    ...versionOf(found.versionId),
    ...(input.ChecksumMode === 'ENABLED' && whole && checksumsOf(found)),
    ...(tags > 0 && { TagCount: tags }),
    ...(input.PartNumber !== undefined && found.parts !== undefined && { PartsCount: found.parts.length }),
    $headers: Object.entries(headers).flat(),
  };
}

function ranged({ bytes }: ObjectView, range: { first: number; last: number } | undefined) {
  return range === undefined ? {} : { $status: 206, ContentRange: `bytes ${range.first}-${range.last}/${bytes}` };
}

export const getObjectAttributes = operation<GetObjectAttributesCommandInput, GetObjectAttributesCommandOutput>(
  'read',
  async (input, { buckets, request }) => {
    const wanted = new Set(
      (request.headers.get('x-amz-object-attributes') ?? '').split(',').map((each) => each.trim()),
    );
    const { VersionId: versionId } = input;
    const found = await buckets.head(input.Bucket!, keyOf(input.Key), versionId === undefined ? {} : { versionId });
    const { parts } = found;
    const marker = Number(request.headers.get('x-amz-part-number-marker') ?? 0) || 0;
    const most = Math.min(input.MaxParts ?? 1_000, 1_000);
    const shown = Math.max(0, Math.min((parts?.length ?? 0) - marker, most));
    return {
      LastModified: dateOf(found.lastModifiedMs),
      ...versionOf(found.versionId),
      ...(wanted.has('ETag') && { ETag: found.etag }),
      ...(wanted.has('Checksum') && { Checksum: checksumsOf(found) }),
      ...(wanted.has('ObjectSize') && { ObjectSize: found.bytes }),
      ...(wanted.has('StorageClass') && { StorageClass: 'STANDARD' as const }),
      ...(wanted.has('ObjectParts') &&
        parts !== undefined && {
          ObjectParts: {
            TotalPartsCount: parts.length,
            PartNumberMarker: String(marker),
            NextPartNumberMarker: String(marker + shown),
            MaxParts: most,
            IsTruncated: marker + shown < parts.length,
            // S3 lists them only where each has a checksum of its own, which the port does not keep.
          },
        }),
    };
  },
);
