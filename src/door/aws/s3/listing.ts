import type {
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import type { Buckets, ListOptions, ListPage, ObjectView } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';
import { uriEncodePath } from '../canonical.ts';
import { operation } from './operation.ts';
import { dateOf, OWNER, quoted } from './shapes.ts';

const MAX_KEYS = 1_000;

interface Listing {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

export const listObjectsV2 = operation<ListObjectsV2CommandInput, ListObjectsV2CommandOutput>(
  'read',
  async (input, { buckets, bucket }) => {
    await bucket(input.Bucket);
    const { StartAfter, ContinuationToken } = input;
    const after = ContinuationToken === undefined ? StartAfter : decodeToken(ContinuationToken);
    const { limit, encode, shared } = common(input);
    const page = await list(buckets, input.Bucket!, { ...listOptions(input, after), limit });
    const owner = input.FetchOwner === true ? { Owner: OWNER } : {};
    return {
      ...shared,
      ...(StartAfter !== undefined && { StartAfter: encode(StartAfter) }),
      ...(ContinuationToken !== undefined && { ContinuationToken }),
      KeyCount: page.objects.length + page.commonPrefixes.length,
      IsTruncated: page.next !== undefined,
      ...(page.next !== undefined && { NextContinuationToken: encodeToken(page.next) }),
      Contents: page.objects.map((object) => ({ ...entry(object, encode), ...owner })),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    };
  },
);

export const listObjects = operation<ListObjectsCommandInput, ListObjectsCommandOutput>(
  'read',
  async (input, { buckets, bucket }) => {
    await bucket(input.Bucket);
    const { Marker = '' } = input;
    const { limit, encode, shared } = common(input);
    const page = await list(buckets, input.Bucket!, {
      ...listOptions(input, Marker === '' ? undefined : Marker),
      limit,
    });
    return {
      ...shared,
      Marker: encode(Marker),
      IsTruncated: page.next !== undefined,
      ...(page.next !== undefined && { NextMarker: encode(page.next) }),
      Contents: page.objects.map((object) => ({ ...entry(object, encode), Owner: OWNER })),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    };
  },
);

export const listObjectVersions = operation<ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput>(
  'read',
  async (input, { buckets, bucket }) => {
    await bucket(input.Bucket);
    const { KeyMarker = '', VersionIdMarker } = input;
    if (VersionIdMarker !== undefined && VersionIdMarker !== '' && KeyMarker === '') {
      throw new AwsError(400, 'InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
    }
    const { limit, encode, shared } = common(input);
    const { versions, commonPrefixes, next } =
      limit === 0
        ? { versions: [], commonPrefixes: [] as string[] }
        : await buckets.listVersions(input.Bucket!, {
            ...listOptions(input, KeyMarker === '' ? undefined : KeyMarker),
            limit,
            ...(VersionIdMarker && { versionIdMarker: VersionIdMarker }),
          });
    const shown = versions.map((version) => ({
      marker: version.deleteMarker,
      entry: {
        ...entry(version, encode),
        VersionId: version.versionId ?? 'null',
        IsLatest: version.latest,
        Owner: OWNER,
      },
    }));
    return {
      ...shared,
      KeyMarker: encode(KeyMarker),
      VersionIdMarker: VersionIdMarker ?? '',
      IsTruncated: next !== undefined,
      ...(next && { NextKeyMarker: encode(next.key), NextVersionIdMarker: next.versionId ?? '' }),
      Versions: shown.filter(({ marker }) => !marker).map((each) => each.entry),
      DeleteMarkers: shown
        .filter(({ marker }) => marker)
        .map(({ entry: { Key, VersionId, IsLatest, LastModified, Owner } }) => ({
          ...{ Key, VersionId, IsLatest, LastModified, Owner },
        })),
      CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    };
  },
);

/** What every listing takes and repeats. */
function common(input: Listing & { readonly Bucket?: string | undefined }) {
  const { MaxKeys = MAX_KEYS, EncodingType, Prefix = '', Delimiter } = input;
  if (MaxKeys < 0)
    throw new AwsError(400, 'InvalidArgument', 'Argument max-keys must be an integer between 0 and 2147483647');
  if (EncodingType !== undefined && EncodingType !== 'url') {
    throw new AwsError(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  const encode = EncodingType === 'url' ? uriEncodePath : (text: string) => text;
  return {
    limit: Math.min(MaxKeys, MAX_KEYS),
    encode,
    shared: {
      Name: input.Bucket,
      Prefix: encode(Prefix),
      MaxKeys: Math.min(MaxKeys, MAX_KEYS),
      ...(Delimiter && { Delimiter: encode(Delimiter) }),
      ...(EncodingType && { EncodingType: 'url' as const }),
    },
  };
}

function listOptions({ Prefix, Delimiter }: Listing, after: string | undefined): Omit<ListOptions, 'limit'> {
  return {
    ...(Prefix && { prefix: Prefix }),
    ...(Delimiter && { delimiter: Delimiter }),
    ...(after !== undefined && { after }),
  };
}

/** A page; asking for nothing is answered with nothing. */
async function list(buckets: Buckets, bucket: string, options: ListOptions): Promise<ListPage> {
  return options.limit === 0 ? { objects: [], commonPrefixes: [] } : buckets.list(bucket, options);
}

function entry(object: ObjectView, encode: (text: string) => string) {
  const algorithms = Object.keys(object.checksums) as ('CRC32' | 'CRC32C' | 'SHA1' | 'SHA256' | 'CRC64NVME')[];
  return {
    Key: encode(object.key),
    LastModified: dateOf(object.lastModifiedMs),
    ETag: quoted(object.etag),
    ...(algorithms.length > 0 && { ChecksumAlgorithm: algorithms }),
    ...(algorithms.length > 0 && object.checksumType && { ChecksumType: object.checksumType }),
    Size: object.bytes,
    StorageClass: 'STANDARD' as const,
  };
}

function encodeToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function decodeToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString('utf8');
  if (token !== '' && encodeToken(after) === token) return after;
  throw new AwsError(400, 'InvalidArgument', 'The continuation token provided is incorrect');
}
