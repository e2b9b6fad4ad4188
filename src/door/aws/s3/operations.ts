import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './listing.ts';
import { copyObject, deleteObject, deleteObjects, putObject } from './objects.ts';
import type { S3Operation } from './operation.ts';
import { getObject, getObjectAttributes, headObject } from './read-objects.ts';

/** Every operation that is supported, by its name in the model. */
export const OPERATIONS: Readonly<Record<string, S3Operation>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,

  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CopyObject: copyObject,
  GetObjectAttributes: getObjectAttributes,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
};
