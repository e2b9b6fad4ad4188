import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { type S3Node, startS3Node } from '../../src/door/aws/testing/s3-node.ts';

describe('@aws-sdk/client-s3', () => {
  let node: S3Node;
  let s3: S3Client;
  before(async () => {
    node = await startS3Node();
    s3 = new S3Client({
      endpoint: node.server.url,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: node,
    });
  });
  after(async () => {
    s3.destroy();
    await node.close();
  });

  test('puts, gets and lists objects', async () => {
    const Bucket = 'first';
    await s3.send(new CreateBucketCommand({ Bucket }));
    const put = await s3.send(
      new PutObjectCommand({ Bucket, Key: 'a b/ü+&.txt', Body: 'hello', ContentType: 'text/plain', Metadata: { who: 'me' } }),
    );
    assert.equal(put.ETag, '"5d41402abc4b2a76b9719d911017c592"');
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü+&.txt' }));
    assert.equal(await got.Body!.transformToString(), 'hello');
    assert.equal(got.ContentType, 'text/plain');
    assert.deepEqual(got.Metadata, { who: 'me' });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü+&.txt' }));
    assert.equal(head.ContentLength, 5);
    const list = await s3.send(new ListObjectsV2Command({ Bucket }));
    assert.deepEqual(list.Contents?.map(({ Key }) => Key), ['a b/ü+&.txt']);
    const buckets = await s3.send(new ListBucketsCommand({}));
    assert.deepEqual(buckets.Buckets?.map(({ Name }) => Name), [Bucket]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b/ü+&.txt' }));
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü+&.txt' })), { name: 'NoSuchKey' });
  });
});
