import type {
  CopyObjectCommandInput,
  CopyObjectCommandOutput,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { parseCopySource } from './copy-source.ts';
import { operation } from './operation.ts';
import { checksumsOf, conditionsOf, dateOf, keyOf, quoted, tagsFromHeader, versionOf } from './shapes.ts';
import { algorithmOf, bodyOptions, objectOptions } from './write-options.ts';

const MAX_DELETED = 1_000;

export const putObject = operation<PutObjectCommandInput, PutObjectCommandOutput>('write', async (input, call) => {
  const { request, buckets, cause } = call;
  const { payload, headers } = request;
  if (payload.bytes === 0 && !headers.has('content-length')) {
    throw new AwsError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (input.WriteOffsetBytes !== undefined)
    throw new AwsError(501, 'NotImplemented', 'Appending to objects is not supported');
  const conditions = conditionsOf(input);
  const options = {
    ...objectOptions(request),
    ...bodyOptions(request),
    ...algorithmOf(input.ChecksumAlgorithm),
    ...(conditions && { conditions }),
    ...cause,
  };
  const written = await buckets.put(input.Bucket!, keyOf(input.Key), payload.open(), options);
  return { ETag: quoted(written.etag), ...versionOf(written.versionId), ...checksumsOf(written) };
});

export const deleteObject = operation<DeleteObjectCommandInput, DeleteObjectCommandOutput>(
  'write',
  async (input, { buckets, cause }) => {
    const { deleteMarker, versionId } = await buckets.remove(
      input.Bucket!,
      keyOf(input.Key),
      input.VersionId === undefined ? cause : { ...cause, versionId: input.VersionId },
    );
    return { ...(deleteMarker && { DeleteMarker: true }), ...versionOf(versionId) };
  },
);

export const deleteObjects = operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>(
  'write',
  async (input, { buckets, bucket, errorOf, cause }) => {
    const { Objects = [], Quiet = false } = input.Delete ?? {};
    if (Objects.length === 0 || Objects.length > MAX_DELETED) {
      throw new AwsError(
        400,
        'MalformedXML',
        'The XML you provided was not well-formed or did not validate against our published schema',
      );
    }
    await bucket(input.Bucket);
    const Deleted: DeleteObjectsCommandOutput['Deleted'] = [];
    const Errors: DeleteObjectsCommandOutput['Errors'] = [];
    for (const { Key, VersionId } of Objects) {
      try {
        const removed = await buckets.remove(
          input.Bucket!,
          keyOf(Key),
          VersionId === undefined ? cause : { ...cause, versionId: VersionId },
        );
        if (Quiet) continue;
        const marker = removed.deleteMarker && {
          DeleteMarker: true,
          ...(removed.versionId !== undefined && { DeleteMarkerVersionId: removed.versionId }),
        };
        Deleted.push({ Key, ...versionOf(VersionId), ...marker });
      } catch (error) {
        const { code, message } = errorOf(error);
        Errors.push({ Key, ...versionOf(VersionId), Code: code, Message: message });
      }
    }
    return { Deleted, Errors };
  },
);

export const copyObject = operation<CopyObjectCommandInput, CopyObjectCommandOutput>('write', async (input, call) => {
  const { buckets, request, cause } = call;
  const source = parseCopySource(input.CopySource);
  call.authorize(source.bucket, 'read');
  const key = keyOf(input.Key);
  const replaces = input.MetadataDirective === 'REPLACE';
  const retags = input.TaggingDirective === 'REPLACE';
  if (source.bucket === input.Bucket && source.key === key && source.versionId === undefined && !replaces && !retags) {
    throw new AwsError(
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { headers, metadata } = replaces ? objectOptions(request) : {};
  const conditions = conditionsOf(input);
  const from = conditionsOf({
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  const copied = await buckets.copy(
    { ...source, ...(from && { conditions: from }) },
    { bucket: input.Bucket!, key },
    {
      ...(headers && { headers }),
      ...(metadata && { metadata }),
      ...(retags && { tags: tagsFromHeader(request.headers.get('x-amz-tagging')) ?? {} }),
      ...algorithmOf(input.ChecksumAlgorithm),
      ...(conditions && { conditions }),
      ...cause,
    },
  );
  return {
    CopyObjectResult: {
      ETag: quoted(copied.etag),
      LastModified: dateOf(copied.lastModifiedMs),
      ...checksumsOf(copied),
    },
    ...versionOf(copied.versionId),
    ...(source.versionId !== undefined && { CopySourceVersionId: source.versionId }),
  };
});
