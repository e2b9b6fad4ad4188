import type {
  DeleteBucketTaggingCommandInput,
  DeleteObjectTaggingCommandInput,
  DeleteObjectTaggingCommandOutput,
  GetBucketTaggingCommandInput,
  GetBucketTaggingCommandOutput,
  GetObjectTaggingCommandInput,
  GetObjectTaggingCommandOutput,
  PutBucketTaggingCommandInput,
  PutObjectTaggingCommandInput,
  PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { operation, type S3Call } from './operation.ts';
import { keyOf, tagSet, tagsFrom, versionOf } from './shapes.ts';

export const getBucketTagging = operation<GetBucketTaggingCommandInput, GetBucketTaggingCommandOutput>(
  'read',
  async ({ Bucket }, { bucket }) => {
    const { tags } = (await bucket(Bucket)).settings;
    if (Object.keys(tags).length === 0) throw new AwsError(404, 'NoSuchTagSet', 'The TagSet does not exist');
    return { TagSet: tagSet(tags) };
  },
);

export const putBucketTagging = operation<PutBucketTaggingCommandInput, object>(
  'manage',
  async ({ Bucket, Tagging }, { buckets }) => {
    await buckets.configureBucket(Bucket!, { tags: tagsFrom(Tagging?.TagSet, 'bucket') });
    return { $status: 204 };
  },
);

export const deleteBucketTagging = operation<DeleteBucketTaggingCommandInput, object>(
  'manage',
  async ({ Bucket }, { buckets }) => {
    await buckets.configureBucket(Bucket!, { tags: {} });
    return {};
  },
);

export const getObjectTagging = operation<GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput>(
  'read',
  async ({ Bucket, Key, VersionId }, { buckets }) => {
    const found = await buckets.head(Bucket!, keyOf(Key), VersionId === undefined ? {} : { versionId: VersionId });
    return { TagSet: tagSet(found.tags), ...versionOf(found.versionId) };
  },
);

export const putObjectTagging = operation<PutObjectTaggingCommandInput, PutObjectTaggingCommandOutput>(
  'write',
  ({ Tagging, ...input }, call) => setTags(call, input, tagsFrom(Tagging?.TagSet, 'object')),
);

export const deleteObjectTagging = operation<DeleteObjectTaggingCommandInput, DeleteObjectTaggingCommandOutput>(
  'write',
  (input, call) => setTags(call, input, {}),
);

async function setTags(
  { buckets }: S3Call,
  { Bucket, Key, VersionId }: DeleteObjectTaggingCommandInput,
  tags: Readonly<Record<string, string>>,
) {
  await buckets.setTags(Bucket!, keyOf(Key), tags, VersionId);
  return versionOf(VersionId);
}
