import type {
  AbortMultipartUploadCommandInput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import type { PartView } from '../../../service/bucket/buckets.ts';
import { AwsError } from '../aws-error.ts';
import { parseCopySource } from './copy-source.ts';
import { operation } from './operation.ts';
import { parseRange } from './read-objects.ts';
import { checksumsOf, conditionsOf, dateOf, keyOf, quoted, unquoted, versionOf } from './shapes.ts';
import { ALGORITHMS, algorithmOf, bodyOptions, givenChecksums, objectOptions } from './write-options.ts';

const MAX_PARTS = 10_000;

export const createMultipartUpload = operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput>(
  'write',
  async (input, { buckets, request }) => {
    const checksum = algorithmOf(input.ChecksumAlgorithm);
    const { uploadId } = await buckets.createUpload(input.Bucket!, keyOf(input.Key), {
      ...objectOptions(request),
      ...checksum,
      ...(input.ChecksumType !== undefined && { checksumType: input.ChecksumType }),
    });
    return {
      Bucket: input.Bucket,
      Key: input.Key,
      UploadId: uploadId,
      ...(checksum.checksumAlgorithm !== undefined && { ChecksumAlgorithm: checksum.checksumAlgorithm }),
      ...(input.ChecksumType !== undefined && { ChecksumType: input.ChecksumType }),
    };
  },
);

export const uploadPart = operation<UploadPartCommandInput, UploadPartCommandOutput>(
  'write',
  async (input, { buckets, request }) => {
    const number = partNumberOf(input.PartNumber);
    const options = bodyOptions(request);
    const { payload } = request;
    const part = await buckets.putPart(
      input.Bucket!,
      keyOf(input.Key),
      input.UploadId!,
      number,
      payload.open(),
      options,
    );
    return { ETag: quoted(part.etag), ...checksumsOf(part) };
  },
);

export const uploadPartCopy = operation<UploadPartCopyCommandInput, UploadPartCopyCommandOutput>(
  'write',
  async (input, call) => {
    const { buckets } = call;
    const { bucket, key, versionId } = parseCopySource(input.CopySource);
    call.authorize(bucket, 'read');
    const number = partNumberOf(input.PartNumber);
    const range = parseRange(input.CopySourceRange);
    if (input.CopySourceRange !== undefined && range === undefined) {
      throw new AwsError(
        400,
        'InvalidArgument',
        'The x-amz-copy-source-range value must be of the form bytes=first-last',
      );
    }
    const conditions = conditionsOf({
      IfMatch: input.CopySourceIfMatch,
      IfNoneMatch: input.CopySourceIfNoneMatch,
      IfModifiedSince: input.CopySourceIfModifiedSince,
      IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    });
    const source = await buckets.get(bucket, key, {
      ...(versionId !== undefined && { versionId }),
      ...(conditions && { conditions }),
      ...(range && { range }),
    });
    const bytes = source.range === undefined ? source.bytes : source.range.last - source.range.first + 1;
    const part = await buckets.putPart(input.Bucket!, keyOf(input.Key), input.UploadId!, number, source.body, {
      bytes,
    });
    return {
      CopyPartResult: { ETag: quoted(part.etag), LastModified: dateOf(part.lastModifiedMs), ...checksumsOf(part) },
      ...(versionId !== undefined && { CopySourceVersionId: versionId }),
    };
  },
);

export const completeMultipartUpload = operation<
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput
>('write', async (input, { buckets, request, cause }) => {
  const { Bucket, UploadId } = input;
  const key = keyOf(input.Key);
  const named = input.MultipartUpload?.Parts ?? [];
  if (named.length === 0 || named.length > MAX_PARTS) {
    throw new AwsError(400, 'MalformedXML', 'An upload is completed with the list of its parts, at most 10000');
  }
  if (named.some(hasChecksum)) assertChecksums(named, await buckets.listParts(Bucket!, key, UploadId!));
  const parts = named.map(({ PartNumber, ETag }) => ({ partNumber: partNumberOf(PartNumber), etag: unquoted(ETag) }));
  const conditions = conditionsOf(input);
  const checksums = givenChecksums(request);
  const made = await buckets.completeUpload(Bucket!, key, UploadId!, parts, {
    ...(conditions && { conditions }),
    ...(Object.keys(checksums).length > 0 && { checksums }),
    ...cause,
  });
  return {
    Location: `/${Bucket}/${key}`,
    Bucket,
    Key: key,
    ETag: quoted(made.etag),
    ...versionOf(made.versionId),
    ...checksumsOf(made),
  };
});

export const abortMultipartUpload = operation<AbortMultipartUploadCommandInput, object>(
  'write',
  async ({ Bucket, Key, UploadId }, { buckets }) => {
    await buckets.abortUpload(Bucket!, keyOf(Key), UploadId!);
    return {};
  },
);

function partNumberOf(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number;
  throw new AwsError(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
}

function hasChecksum(part: CompletedPart): boolean {
  return ALGORITHMS.some((algorithm) => part[`Checksum${algorithm}`] !== undefined);
}

/** Checksums that a client names with its parts must be theirs. */
function assertChecksums(named: readonly CompletedPart[], stored: readonly PartView[]): void {
  const byNumber = new Map(stored.map((part) => [part.partNumber, part.checksums]));
  for (const part of named) {
    const checksums = byNumber.get(part.PartNumber ?? 0) ?? {};
    const isOther = ALGORITHMS.some((algorithm) => {
      const [given, own] = [part[`Checksum${algorithm}`], checksums[algorithm]];
      return given !== undefined && own !== undefined && given !== own;
    });
    if (isOther) {
      throw new AwsError(
        400,
        'InvalidPart',
        'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part.',
        { details: { PartNumber: String(part.PartNumber) } },
      );
    }
  }
}
