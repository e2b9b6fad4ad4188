import type {
  CreateBucketCommandInput,
  CreateBucketCommandOutput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListBucketsCommandInput,
  ListBucketsCommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import { operation } from './operation.ts';
import { dateOf, OWNER } from './shapes.ts';

/** What clients are told where they ask: the region that AWS does not name, which every client takes. */
export const REGION = 'us-east-1';
const MAX_BUCKETS = 10_000;

export const listBuckets = operation<ListBucketsCommandInput, ListBucketsCommandOutput>(
  'none',
  async ({ Prefix = '', MaxBuckets = MAX_BUCKETS, ContinuationToken = '' }, { buckets, mayTouch }) => {
    if (MaxBuckets < 1)
      throw new AwsError(400, 'InvalidArgument', 'max-buckets must be an integer between 1 and 10000');
    const all = (await buckets.listBuckets()).filter(
      ({ name }) => name.startsWith(Prefix) && name > ContinuationToken && mayTouch(name),
    );
    const shown = all.slice(0, Math.min(MaxBuckets, MAX_BUCKETS));
    return {
      Owner: OWNER,
      Buckets: shown.map(({ name, createdAt }) => ({ Name: name, CreationDate: dateOf(Date.parse(createdAt)) })),
      ...(Prefix !== '' && { Prefix }),
      ...(shown.length < all.length && { ContinuationToken: shown.at(-1)!.name }),
    };
  },
);

export const createBucket = operation<CreateBucketCommandInput, CreateBucketCommandOutput>(
  'manage',
  async ({ Bucket }, { buckets }) => {
    await buckets.createBucket(Bucket!);
    return { Location: `/${Bucket}` };
  },
);

export const headBucket = operation<HeadBucketCommandInput, HeadBucketCommandOutput>(
  'any',
  async ({ Bucket }, call) => {
    await call.bucket(Bucket);
    return { BucketRegion: REGION, AccessPointAlias: false };
  },
);

export const deleteBucket = operation<DeleteBucketCommandInput, object>('manage', async ({ Bucket }, { buckets }) => {
  await buckets.removeBucket(Bucket!);
  return {};
});

export const getBucketLocation = operation<GetBucketLocationCommandInput, object>('any', async ({ Bucket }, call) => {
  await call.bucket(Bucket);
  // Empty is the name of the first region; the model cannot say a document that is nothing but its root.
  return {
    $xml: '<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>',
  };
});
