import type { ChecksumAlgorithm, PutOptions } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';
import { fromHeader } from '../http-binding.ts';
import type { AwsRequest } from '../service.ts';
import { tagsFromHeader } from './shapes.ts';

/** As S3 allows in one request. */
const MAX_PUT_BYTES = 5_368_709_120;
const MAX_METADATA_BYTES = 2_048;
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};
export const ALGORITHMS = Object.keys(DIGEST_BYTES) as ChecksumAlgorithm[];
/** Headers of an object that are kept and given back as they came. */
const KEPT = ['content-type', 'content-language', 'content-disposition', 'cache-control', 'expires'];

/** What a request says of the object that it makes: its headers, metadata and tags. */
export function objectOptions({ headers }: AwsRequest): Pick<PutOptions, 'headers' | 'metadata' | 'tags'> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers.get(name);
    if (value !== undefined && value !== '') kept[name] = fromHeader(value);
  }
  const encoding = (headers.get('content-encoding') ?? '')
    .split(',')
    .map((each) => each.trim())
    // It is of the transfer alone.
    .filter((each) => each !== '' && each !== 'aws-chunked');
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  const tags = tagsFromHeader(headers.get('x-amz-tagging'));
  return { headers: kept, metadata: metadataOf(headers), ...(tags !== undefined && { tags }) };
}

function metadataOf(headers: ReadonlyMap<string, string>): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-meta-')) continue;
    const key = name.slice('x-amz-meta-'.length);
    bytes += key.length + value.length;
    Object.defineProperty(metadata, key, { value: fromHeader(value), enumerable: true, configurable: true });
  }
  if (bytes <= MAX_METADATA_BYTES) return metadata;
  throw new AwsError(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size.');
}

/** What a request says of the bytes that it carries: their length and digests. */
export function bodyOptions({ payload, headers }: AwsRequest): Pick<PutOptions, 'bytes' | 'disposable' | 'expect'> {
  const { bytes, sha256Hex } = payload;
  if (bytes !== undefined && bytes > MAX_PUT_BYTES) {
    throw new AwsError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.', {
      details: { ProposedSize: String(bytes), MaxSizeAllowed: String(MAX_PUT_BYTES) },
    });
  }
  const md5 = headers.get('content-md5');
  if (md5 !== undefined && !isDigest(md5, 16)) {
    throw new AwsError(400, 'InvalidDigest', 'The Content-MD5 you specified is not valid.');
  }
  const checksums = givenChecksums({ headers });
  const trailer = ALGORITHMS.find((algorithm) => payload.trailerNames.includes(headerOf(algorithm)));
  const trailing = trailer && { algorithm: trailer, value: () => payload.trailer(headerOf(trailer)) };
  return {
    ...(bytes !== undefined && { bytes }),
    disposable: true,
    expect: {
      ...(md5 !== undefined && { md5 }),
      ...(sha256Hex !== undefined && { sha256Hex }),
      ...(Object.keys(checksums).length > 0 && { checksums }),
      ...(trailing !== undefined && { trailing }),
    },
  };
}

/** Checksums that a request's headers name: of its body, or of the object that it completes. */
export function givenChecksums({ headers }: Pick<AwsRequest, 'headers'>): Partial<Record<ChecksumAlgorithm, string>> {
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of ALGORITHMS) {
    const name = headerOf(algorithm);
    const value = headers.get(name);
    if (value !== undefined) checksums[algorithm] = validChecksum(name, value, algorithm);
  }
  return checksums;
}

function headerOf(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

function validChecksum(name: string, value: string, algorithm: ChecksumAlgorithm): string {
  // That of an object in parts may say how many.
  if (isDigest(value.replace(/-\d{1,5}$/, ''), DIGEST_BYTES[algorithm])) return value;
  throw new AwsError(400, 'InvalidRequest', `Value for ${name} header is invalid.`);
}

/** The algorithm that an object's checksum is to be of, where the request names one. */
export function algorithmOf(name: string | undefined): { checksumAlgorithm?: ChecksumAlgorithm } {
  if (name === undefined || name === '') return {};
  const algorithm = ALGORITHMS.find((each) => each === name.toUpperCase());
  if (algorithm !== undefined) return { checksumAlgorithm: algorithm };
  throw new AwsError(
    400,
    'InvalidRequest',
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${ALGORITHMS.join(', ')}]`,
  );
}

function isDigest(base64: string, bytes: number): boolean {
  const digest = Buffer.from(base64, 'base64');
  return digest.length === bytes && digest.toString('base64') === base64.trim();
}
