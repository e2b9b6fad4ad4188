import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type S3Node, startS3Node } from '../../src/door/aws/testing/s3-node.ts';

const MIB = 1_048_576;

describe('@aws-sdk/client-s3', () => {
  let node: S3Node;
  let s3: sdk.S3Client;
  const clients: sdk.S3Client[] = [];
  const clientOf = (config: sdk.S3ClientConfig = {}): sdk.S3Client => {
    const client = new sdk.S3Client({
      endpoint: node.server.url,
      region: 'eu-central-1',
      forcePathStyle: true,
      maxAttempts: 1,
      // It wonders aloud about empty bodies.
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      credentials: node,
      ...config,
    });
    clients.push(client);
    return client;
  };
  const makeBucket = async (Bucket: string): Promise<string> => {
    await s3.send(new sdk.CreateBucketCommand({ Bucket }));
    return Bucket;
  };
  const put = (
    Bucket: string,
    Key: string,
    Body: string | Buffer = Key,
    more: Partial<sdk.PutObjectCommandInput> = {},
  ) => s3.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...more }));

  before(async () => {
    node = await startS3Node();
    s3 = clientOf();
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await node.close();
  });

  test('puts, gets and lists objects', async () => {
    const Bucket = await makeBucket('first');
    const Key = 'a b/ü+&%2F.txt';
    const written = await put(Bucket, Key, 'hello', {
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Expires: new Date(86_400_000),
      Metadata: { who: 'me' },
      Tagging: 'a=1&b=zwei%20drei',
    });
    assert.equal(written.ETag, '"5d41402abc4b2a76b9719d911017c592"');
    const got = await s3.send(new sdk.GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    assert.equal(await got.Body!.transformToString(), 'hello');
    assert.equal(got.ContentType, 'text/plain');
    assert.equal(got.CacheControl, 'no-cache');
    assert.equal(got.ExpiresString, 'Fri, 02 Jan 1970 00:00:00 GMT');
    assert.equal(got.ChecksumCRC32, 'NhCmhg==');
    assert.equal(got.TagCount, 2);
    assert.deepEqual(got.Metadata, { who: 'me' });
    const head = await s3.send(new sdk.HeadObjectCommand({ Bucket, Key }));
    assert.equal(head.ContentLength, 5);
    assert.ok(head.LastModified!.getTime() > Date.now() - 60_000);
    const list = await s3.send(new sdk.ListObjectsV2Command({ Bucket }));
    assert.deepEqual(
      list.Contents?.map(({ Key: key, Size }) => [key, Size]),
      [[Key, 5]],
    );
    const { Buckets } = await s3.send(new sdk.ListBucketsCommand({}));
    assert.ok(Buckets?.some(({ Name }) => Name === Bucket));
    await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
    await assert.rejects(s3.send(new sdk.GetObjectCommand({ Bucket, Key })), sdk.NoSuchKey);
    await assert.rejects(s3.send(new sdk.HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' });
    await assert.rejects(s3.send(new sdk.HeadBucketCommand({ Bucket: 'no-such' })), { name: 'NotFound' });
  });

  test('reads ranges, under conditions, with other headers', async () => {
    const Bucket = await makeBucket('ranges');
    const { ETag } = await put(Bucket, 'abc', 'abcdefghij');
    const get = (more: Partial<sdk.GetObjectCommandInput>) =>
      s3.send(new sdk.GetObjectCommand({ Bucket, Key: 'abc', ...more }));
    for (const [Range, text, ContentRange] of [
      ['bytes=0-2', 'abc', 'bytes 0-2/10'],
      ['bytes=7-', 'hij', 'bytes 7-9/10'],
      ['bytes=-2', 'ij', 'bytes 8-9/10'],
      ['bytes=8-99', 'ij', 'bytes 8-9/10'],
      ['bytes=1-1,3-3', 'abcdefghij', undefined],
    ] as const) {
      const part = await get({ Range });
      assert.deepEqual([await part.Body!.transformToString(), part.ContentRange], [text, ContentRange]);
      const head = await s3.send(new sdk.HeadObjectCommand({ Bucket, Key: 'abc', Range }));
      assert.equal(head.ContentLength, text.length);
    }
    await assert.rejects(get({ Range: 'bytes=10-' }), { name: 'InvalidRange' });
    await assert.rejects(get({ IfNoneMatch: ETag }), ({ $metadata }) => $metadata.httpStatusCode === 304);
    await assert.rejects(get({ IfMatch: '"other"' }), { name: 'PreconditionFailed' });
    await assert.rejects(
      get({ IfModifiedSince: new Date(Date.now() + 60_000) }),
      ({ $metadata }) => $metadata.httpStatusCode === 304,
    );
    const named = await get({ ResponseContentType: 'x/y', ResponseContentDisposition: 'attachment' });
    assert.deepEqual([named.ContentType, named.ContentDisposition], ['x/y', 'attachment']);
    await named.Body!.transformToString();
    await assert.rejects(put(Bucket, 'abc', 'x', { IfNoneMatch: '*' }), { name: 'PreconditionFailed' });
    await put(Bucket, 'abc', 'x', { IfMatch: ETag! });
  });

  test('lists in pages, with prefixes, in both versions', async () => {
    const Bucket = await makeBucket('pages');
    const keys = ['a/1', 'a/2', 'b', 'c/x/1', 'c/y', 'd e+f', 'é'];
    for (const key of keys) await put(Bucket, key, '');
    const all: string[] = [];
    let pages = 0;
    for await (const page of sdk.paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket })) {
      all.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      pages++;
    }
    assert.deepEqual([all, pages], [keys, 4]);
    const levels: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page: sdk.ListObjectsCommandOutput = await s3.send(
        new sdk.ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 1, ...(Marker && { Marker }) }),
      );
      levels.push(
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
      );
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    assert.deepEqual(levels, ['a/', 'b', 'c/', 'd e+f', 'é']);
    const encoded = await s3.send(new sdk.ListObjectsV2Command({ Bucket, StartAfter: 'c/y', EncodingType: 'url' }));
    assert.deepEqual(
      encoded.Contents?.map(({ Key }) => Key),
      ['d%20e%2Bf', '%C3%A9'],
    );
    const none = await s3.send(new sdk.ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false]);
    await assert.rejects(s3.send(new sdk.ListObjectsV2Command({ Bucket, ContinuationToken: '%%' })), {
      name: 'InvalidArgument',
    });
    const gone = await s3.send(
      new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: [...keys, 'never was'].map((Key) => ({ Key })) } }),
    );
    assert.deepEqual([gone.Deleted?.length, gone.Errors], [8, undefined]);
    await s3.send(new sdk.DeleteBucketCommand({ Bucket }));
  });

  test('uploads in parts', async () => {
    const Bucket = await makeBucket('parts');
    const body = randomBytes(11 * MIB);
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: 'big', Body: Readable.from(slices(body, 100_000)) },
    });
    const done = await upload.done();
    assert.match(done.ETag!, /-3"$/);
    const got = await s3.send(new sdk.GetObjectCommand({ Bucket, Key: 'big' }));
    assert.ok(body.equals(await got.Body!.transformToByteArray()));
    const second = await s3.send(new sdk.GetObjectCommand({ Bucket, Key: 'big', PartNumber: 2 }));
    assert.deepEqual([second.PartsCount, second.ContentLength], [3, 5 * MIB]);
    second.Body!.transformToWebStream().cancel();
    const attributes = await s3.send(
      new sdk.GetObjectAttributesCommand({
        Bucket,
        Key: 'big',
        ObjectAttributes: ['ETag', 'ObjectSize', 'ObjectParts'],
      }),
    );
    assert.deepEqual([attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount], [11 * MIB, 3]);

    const { UploadId } = await s3.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: 'copied' }));
    const about = { Bucket, Key: 'copied', UploadId };
    const parts = [];
    for (const [PartNumber, CopySourceRange] of [
      [3, `bytes=0-${5 * MIB - 1}`],
      [7, `bytes=${5 * MIB}-${11 * MIB - 1}`],
    ] as const) {
      const { CopyPartResult } = await s3.send(
        new sdk.UploadPartCopyCommand({ ...about, PartNumber, CopySource: `${Bucket}/big`, CopySourceRange }),
      );
      parts.push({ PartNumber, ETag: CopyPartResult!.ETag! });
    }
    const listed = await s3.send(new sdk.ListPartsCommand({ ...about, MaxParts: 1 }));
    assert.deepEqual([listed.Parts?.[0]?.PartNumber, listed.NextPartNumberMarker, listed.IsTruncated], [3, '3', true]);
    const uploads = await s3.send(new sdk.ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(
      uploads.Uploads?.map(({ Key }) => Key),
      ['copied'],
    );
    const complete = (Parts: sdk.CompletedPart[]) =>
      s3.send(new sdk.CompleteMultipartUploadCommand({ ...about, MultipartUpload: { Parts } }));
    await assert.rejects(complete([...parts].reverse()), { name: 'InvalidPartOrder' });
    await assert.rejects(complete([{ PartNumber: 3, ETag: '"00"' }]), { name: 'InvalidPart' });
    await complete(parts);
    const copied = await s3.send(new sdk.GetObjectCommand({ Bucket, Key: 'copied' }));
    assert.ok(body.equals(await copied.Body!.transformToByteArray()));

    const ended = await s3.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: 'ended' }));
    const end = { Bucket, Key: 'ended', UploadId: ended.UploadId };
    await s3.send(new sdk.AbortMultipartUploadCommand(end));
    await assert.rejects(s3.send(new sdk.UploadPartCommand({ ...end, PartNumber: 1, Body: 'x' })), sdk.NoSuchUpload);
    await assert.rejects(s3.send(new sdk.UploadPartCommand({ ...end, PartNumber: 10_001, Body: 'x' })), {
      name: 'InvalidArgument',
    });
  });

  test('keeps versions, copies, tags', async () => {
    const Bucket = await makeBucket('versions');
    assert.equal((await s3.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status, undefined);
    await s3.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    assert.equal((await s3.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status, 'Enabled');
    const one = await put(Bucket, 'k', 'one', { Metadata: { n: '1' } });
    const two = await put(Bucket, 'k', 'two');
    assert.notEqual(one.VersionId, two.VersionId);
    const gone = await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'k' }));
    assert.equal(gone.DeleteMarker, true);
    const listed = await s3.send(new sdk.ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      listed.Versions?.map(({ VersionId }) => VersionId),
      [two.VersionId, one.VersionId],
    );
    assert.deepEqual(
      listed.DeleteMarkers?.map(({ IsLatest }) => IsLatest),
      [true],
    );
    const CopySource = `${Bucket}/k?versionId=${one.VersionId}`;
    await s3.send(new sdk.CopyObjectCommand({ Bucket, Key: 'a copy', CopySource }));
    const copy = await s3.send(new sdk.GetObjectCommand({ Bucket, Key: 'a copy' }));
    assert.deepEqual([await copy.Body!.transformToString(), copy.Metadata], ['one', { n: '1' }]);
    await s3.send(
      new sdk.CopyObjectCommand({
        Bucket,
        Key: 'a copy',
        CopySource: encodeURI(`${Bucket}/a copy`),
        MetadataDirective: 'REPLACE',
        ContentType: 'x/y',
      }),
    );
    const replaced = await s3.send(new sdk.HeadObjectCommand({ Bucket, Key: 'a copy' }));
    assert.deepEqual([replaced.ContentType, replaced.Metadata], ['x/y', {}]);
    await assert.rejects(
      s3.send(new sdk.CopyObjectCommand({ Bucket, Key: 'a copy', CopySource: encodeURI(`${Bucket}/a copy`) })),
      { name: 'InvalidRequest' },
    );
    const TagSet = [{ Key: 'a', Value: '<&>' }];
    await s3.send(new sdk.PutObjectTaggingCommand({ Bucket, Key: 'a copy', Tagging: { TagSet } }));
    const tags = await s3.send(new sdk.GetObjectTaggingCommand({ Bucket, Key: 'a copy' }));
    assert.deepEqual(tags.TagSet, TagSet);
    await s3.send(new sdk.DeleteObjectTaggingCommand({ Bucket, Key: 'a copy' }));
    await assert.rejects(s3.send(new sdk.GetBucketTaggingCommand({ Bucket })), { name: 'NoSuchTagSet' });
    await s3.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    assert.deepEqual((await s3.send(new sdk.GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);
    await assert.rejects(s3.send(new sdk.DeleteBucketCommand({ Bucket })), { name: 'BucketNotEmpty' });
  });

  test('settings of buckets are kept, shown as unset, or refused', async () => {
    const Bucket = await makeBucket('settings');
    const Rules: sdk.LifecycleRule[] = [
      { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } },
      {
        ID: 'tagged',
        Status: 'Disabled',
        Filter: { And: { Prefix: 'x/', Tags: [{ Key: 'a', Value: 'b' }] } },
        NoncurrentVersionExpiration: { NoncurrentDays: 3 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      },
    ];
    await assert.rejects(s3.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })), {
      name: 'NoSuchLifecycleConfiguration',
    });
    await s3.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    assert.deepEqual((await s3.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules, Rules);
    const glacier: sdk.LifecycleRule = {
      Status: 'Enabled',
      Filter: { Prefix: '' },
      Transitions: [{ Days: 1, StorageClass: 'GLACIER' }],
    };
    await assert.rejects(
      s3.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [glacier] } })),
      { name: 'NotImplemented' },
    );
    assert.equal((await s3.send(new sdk.GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '', '');
    const acl = await s3.send(new sdk.GetBucketAclCommand({ Bucket }));
    assert.deepEqual(
      acl.Grants?.map(({ Permission, Grantee }) => [Permission, Grantee?.Type]),
      [['FULL_CONTROL', 'CanonicalUser']],
    );
    await s3.send(new sdk.PutBucketAclCommand({ Bucket, ACL: 'private' }));
    await assert.rejects(s3.send(new sdk.PutBucketAclCommand({ Bucket, ACL: 'public-read' })), {
      name: 'AccessControlListNotSupported',
    });
    const hooks = await s3.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
    assert.equal(
      hooks.LambdaFunctionConfigurations?.[0]?.LambdaFunctionArn,
      'arn:aws:lambda:us-east-1:000000000000:function:thumb',
    );
    for (const [command, name] of [
      [new sdk.GetBucketPolicyCommand({ Bucket }), 'NoSuchBucketPolicy'],
      [new sdk.GetBucketCorsCommand({ Bucket }), 'NoSuchCORSConfiguration'],
      [new sdk.GetBucketWebsiteCommand({ Bucket }), 'NoSuchWebsiteConfiguration'],
      [new sdk.GetBucketPolicyCommand({ Bucket: 'no-such' }), 'NoSuchBucket'],
      [new sdk.CreateBucketCommand({ Bucket }), 'BucketAlreadyOwnedByYou'],
      [new sdk.CreateBucketCommand({ Bucket: 'UPPER' }), 'InvalidBucketName'],
      [new sdk.GetObjectTorrentCommand({ Bucket, Key: 'x' }), 'NotImplemented'],
      [new sdk.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }), 'NotImplemented'],
      [new sdk.PutObjectCommand({ Bucket, Key: 'x', ServerSideEncryption: 'AES256' }), 'NotImplemented'],
      [new sdk.PutObjectCommand({ Bucket, Key: 'x'.repeat(1_025), Body: '' }), 'KeyTooLongError'],
      [new sdk.HeadBucketCommand({ Bucket, ExpectedBucketOwner: '123456789012' }), '403'],
    ] as const) {
      await assert.rejects(s3.send(command as sdk.GetBucketPolicyCommand), (error: sdk.S3ServiceException) => {
        assert.ok(error.name === name || String(error.$metadata.httpStatusCode) === name, `${error.name} for ${name}`);
        assert.ok(error.$metadata.requestId);
        return true;
      });
    }
  });

  test('every checksum and every way to send a body', async () => {
    const Bucket = await makeBucket('checksums');
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
      const client = clientOf();
      const Key = `${ChecksumAlgorithm}.bin`;
      const Body = randomBytes(300_000);
      // A stream is sent in chunks with its checksum in the trailer, a buffer with it in a header.
      await client.send(
        new sdk.PutObjectCommand({
          Bucket,
          Key,
          ChecksumAlgorithm,
          Body: Readable.from(slices(Body, 70_000)),
          ContentLength: Body.length,
        }),
      );
      const got = await client.send(new sdk.GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      assert.ok(Body.equals(await got.Body!.transformToByteArray()));
      const fromStream = got[`Checksum${ChecksumAlgorithm}`];
      assert.ok(fromStream);
      assert.equal(got.ContentEncoding, undefined);
      const again = await client.send(new sdk.PutObjectCommand({ Bucket, Key, ChecksumAlgorithm, Body }));
      assert.equal(again[`Checksum${ChecksumAlgorithm}`], fromStream);
      await assert.rejects(
        client.send(
          new sdk.PutObjectCommand({
            Bucket,
            Key: 'wrong',
            Body,
            [`Checksum${ChecksumAlgorithm}`]: again.ChecksumCRC32
              ? 'AAAAAA=='
              : `${fromStream.slice(1, 5)}${fromStream.slice(4)}`,
          }),
        ),
        (error: Error) => ['BadDigest', 'InvalidRequest'].includes(error.name),
      );
    }
    await assert.rejects(put(Bucket, 'wrong', 'x', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }), { name: 'BadDigest' });
    await assert.rejects(put(Bucket, 'wrong', 'x', { ContentMD5: 'no' }), { name: 'InvalidDigest' });
    await assert.rejects(s3.send(new sdk.HeadObjectCommand({ Bucket, Key: 'wrong' })), { name: 'NotFound' });
  });

  test('presigned URLs are good for what they were signed, as long as they say', async () => {
    const Bucket = await makeBucket('presigned');
    const toPut = new sdk.PutObjectCommand({ Bucket, Key: 'p q.txt', Metadata: { by: 'url' } });
    const upload = await getSignedUrl(s3, toPut, { expiresIn: 60 });
    assert.equal((await fetch(upload, { method: 'PUT', body: 'presigned' })).status, 200);
    const stored = await s3.send(new sdk.HeadObjectCommand({ Bucket, Key: 'p q.txt' }));
    assert.deepEqual(stored.Metadata, { by: 'url' });
    const url = await getSignedUrl(s3, new sdk.GetObjectCommand({ Bucket, Key: 'p q.txt' }), { expiresIn: 60 });
    assert.equal(await (await fetch(url)).text(), 'presigned');
    const other = await fetch(url.replace('p%20q', 'other'));
    assert.deepEqual([other.status, (await other.text()).includes('<Code>SignatureDoesNotMatch</Code>')], [403, true]);
    const old = await getSignedUrl(s3, new sdk.GetObjectCommand({ Bucket, Key: 'p q.txt' }), {
      expiresIn: 60,
      signingDate: new Date(Date.now() - 120_000),
    });
    assert.match(await (await fetch(old)).text(), /<Code>AccessDenied<\/Code><Message>Request has expired/);
  });

  test('buckets are also found by host name', async () => {
    const Bucket = await makeBucket('by-host');
    for (const host of ['localhost', 's3.localhost']) {
      const seen: string[] = [];
      const agent = new Agent({
        lookup: (name, _options, found) => {
          seen.push(name);
          (found as (error: null, addresses: object[]) => void)(null, [{ address: '127.0.0.1', family: 4 }]);
        },
      });
      const client = clientOf({
        endpoint: `http://${host}:${node.server.port}`,
        forcePathStyle: false,
        requestHandler: { httpAgent: agent },
      });
      await client.send(new sdk.PutObjectCommand({ Bucket, Key: 'a/b', Body: host }));
      const got = await client.send(new sdk.GetObjectCommand({ Bucket, Key: 'a/b' }));
      assert.equal(await got.Body!.transformToString(), host);
      assert.deepEqual([...new Set(seen)], [`by-host.${host}`]);
      agent.destroy();
    }
  });

  test('keys may do what they were granted', async () => {
    const Bucket = await makeBucket('granted');
    await put(Bucket, 'k', 'v');
    const reader = clientOf({ credentials: await node.keys.create({ grants: ['bucket:granted:read'] }) });
    assert.equal((await reader.send(new sdk.ListObjectsV2Command({ Bucket }))).KeyCount, 1);
    assert.deepEqual(
      (await reader.send(new sdk.ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
      [Bucket],
    );
    for (const command of [
      new sdk.PutObjectCommand({ Bucket, Key: 'k', Body: '' }),
      new sdk.DeleteObjectCommand({ Bucket, Key: 'k' }),
      new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } }),
      new sdk.CreateMultipartUploadCommand({ Bucket, Key: 'k' }),
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      new sdk.GetObjectCommand({ Bucket: 'first', Key: 'k' }),
      new sdk.GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' }),
      new sdk.CreateBucketCommand({ Bucket: 'mine' }),
    ]) {
      await assert.rejects(reader.send(command as sdk.GetObjectCommand), { name: 'AccessDenied' });
    }
    const writer = clientOf({ credentials: await node.keys.create({ grants: ['bucket:dropbox:write'] }) });
    await makeBucket('dropbox');
    await writer.send(new sdk.PutObjectCommand({ Bucket: 'dropbox', Key: 'in', Body: 'x' }));
    await assert.rejects(writer.send(new sdk.GetObjectCommand({ Bucket: 'dropbox', Key: 'in' })), {
      name: 'AccessDenied',
    });
    await assert.rejects(
      writer.send(new sdk.CopyObjectCommand({ Bucket: 'dropbox', Key: 'x', CopySource: 'granted/k' })),
      { name: 'AccessDenied' },
    );
    const session = node.keys.issue({ name: 'function f', grants: () => ['bucket:granted:read'] });
    const inFunction = clientOf({ credentials: session });
    assert.equal((await inFunction.send(new sdk.ListObjectsV2Command({ Bucket }))).KeyCount, 1);
    const stolen = clientOf({ credentials: { ...session, sessionToken: 'other' } });
    await assert.rejects(stolen.send(new sdk.ListObjectsV2Command({ Bucket })), { name: 'InvalidToken' });
    node.keys.revoke(session.accessKeyId);
    await assert.rejects(inFunction.send(new sdk.ListObjectsV2Command({ Bucket })), { name: 'InvalidAccessKeyId' });
    const wrong = clientOf({ credentials: { ...node, secretAccessKey: 'wrong' } });
    await assert.rejects(wrong.send(new sdk.ListBucketsCommand({})), { name: 'SignatureDoesNotMatch' });
    const late = clientOf({ systemClockOffset: 20 * 60_000 });
    await assert.rejects(late.send(new sdk.ListBucketsCommand({})), { name: 'RequestTimeTooSkewed' });
  });

  test('an upload whose sender goes away leaves nothing', async () => {
    const Bucket = await makeBucket('aborted');
    const url = new URL(await getSignedUrl(s3, new sdk.PutObjectCommand({ Bucket, Key: 'half' })));
    const req = httpRequest(url, { method: 'PUT', headers: { 'content-length': 5 * MIB } });
    const gone = new Promise((resolve) => req.once('close', resolve).on('error', () => undefined));
    req.write(randomBytes(MIB), () => req.destroy());
    await gone;
    await put(Bucket, 'whole', 'x');
    const { Contents } = await s3.send(new sdk.ListObjectsV2Command({ Bucket }));
    assert.deepEqual(
      Contents?.map(({ Key }) => Key),
      ['whole'],
    );
  });
});

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
