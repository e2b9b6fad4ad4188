import assert from 'node:assert/strict';
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type S3Node, startS3Node } from '../../src/door/aws/testing/s3-node.ts';
import { missing, runClient } from './run-client.ts';

const VERSION = '1.44.5';
const PYTHON = '/usr/bin/python3';

/** A Python with boto3: one of an own environment, kept between runs, or the machine's; or why there is none. */
async function findPython(): Promise<{ python: string } | { why: string }> {
  const kept = join(tmpdir(), `fob-boto3-${VERSION}`);
  const python = join(kept, 'bin', 'python');
  try {
    await access(python);
    return { python };
  } catch {
    // It is made below.
  }
  const fresh = await mkdtemp(join(tmpdir(), 'fob-boto3-new-'));
  try {
    await runClient(PYTHON, ['-m', 'venv', fresh]);
    const quiet = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '15'];
    await runClient(join(fresh, 'bin', 'python'), ['-m', 'pip', 'install', ...quiet, `boto3==${VERSION}`]);
    // Whole or not at all; who comes second keeps the first one's.
    await rename(fresh, kept).catch(() => undefined);
    return { python };
  } catch {
    if ((await missing(PYTHON, '-c', 'import boto3')) === false) return { python: PYTHON };
    return { why: `boto3 ${VERSION} can be installed neither by pip nor is python3-boto3 there` };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

const found = await findPython();
const skip = 'why' in found ? found.why : false;

const SCRIPT = `
import hashlib, io, json, os, urllib.error, urllib.request
import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

s3 = boto3.client('s3')
def code(work):
    try:
        work()
    except ClientError as error:
        return error.response['Error']['Code']

s3.create_bucket(Bucket='boto3')
key = "a b/ü '+&%2F.txt"
s3.put_object(Bucket='boto3', Key=key, Body=b'hello', Metadata={'who': 'me'}, ContentType='text/plain')
got = s3.get_object(Bucket='boto3', Key=key)
assert got['Body'].read() == b'hello' and got['Metadata'] == {'who': 'me'}, got
assert s3.head_object(Bucket='boto3', Key=key)['ContentLength'] == 5
assert s3.get_object(Bucket='boto3', Key=key, Range='bytes=1-2')['Body'].read() == b'el'
assert [each['Key'] for each in s3.list_objects_v2(Bucket='boto3')['Contents']] == [key]
assert [each['Key'] for each in s3.list_objects(Bucket='boto3')['Contents']] == [key]

big = os.urandom(12_000_000)
config = TransferConfig(multipart_threshold=5_242_880, multipart_chunksize=5_242_880)
s3.upload_fileobj(io.BytesIO(big), 'boto3', 'big', Config=config)
back = io.BytesIO()
s3.download_fileobj('boto3', 'big', back, Config=config)
assert hashlib.md5(back.getvalue()).digest() == hashlib.md5(big).digest()
s3.copy({'Bucket': 'boto3', 'Key': 'big'}, 'boto3', 'copied', Config=config)
assert s3.head_object(Bucket='boto3', Key='copied')['ContentLength'] == len(big)

for number in range(25):
    s3.put_object(Bucket='boto3', Key=f'many/{number:02}', Body=b'')
pages = s3.get_paginator('list_objects_v2').paginate(Bucket='boto3', Prefix='many/', PaginationConfig={'PageSize': 10})
assert sum(len(page['Contents']) for page in pages) == 25
assert [each['Prefix'] for each in s3.list_objects_v2(Bucket='boto3', Delimiter='/')['CommonPrefixes']] == ['a b/', 'many/']

from botocore.config import Config
for version in ['s3v4', None]:
    signer = boto3.client('s3', config=Config(signature_version=version))
    url = signer.generate_presigned_url('get_object', Params={'Bucket': 'boto3', 'Key': key, 'ResponseContentType': 'x/y'})
    assert ('AWSAccessKeyId' in url) == (version is None), url
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b'hello' and answer.headers['Content-Type'] == 'x/y'
    url = signer.generate_presigned_url('put_object', Params={'Bucket': 'boto3', 'Key': 'signed', 'Metadata': {'by': 'url'}})
    headers = {} if version is None else {'x-amz-meta-by': 'url'}
    urllib.request.urlopen(urllib.request.Request(url, b'put', headers | {'Content-Type': ''}, method='PUT'))
    assert s3.head_object(Bucket='boto3', Key='signed')['Metadata'] == {'by': 'url'}
    for changed in [url.replace('signed', 'other'), url + '&tagging', url + '&torrent']:
        try:
            urllib.request.urlopen(urllib.request.Request(changed, b'put', headers | {'Content-Type': ''}, method='PUT'))
            assert False, changed
        except urllib.error.HTTPError as error:
            assert error.code == 403, error
    url = signer.generate_presigned_url('get_object', Params={'Bucket': 'boto3', 'Key': key}, ExpiresIn=-1000)
    try:
        urllib.request.urlopen(url)
        assert False
    except urllib.error.HTTPError as error:
        assert error.code in (400, 403), error
s3.put_object_tagging(Bucket='boto3', Key=key, Tagging={'TagSet': [{'Key': 'a', 'Value': 'b'}]})
assert s3.get_object_tagging(Bucket='boto3', Key=key)['TagSet'] == [{'Key': 'a', 'Value': 'b'}]
s3.put_bucket_versioning(Bucket='boto3', VersioningConfiguration={'Status': 'Enabled'})
assert s3.get_bucket_versioning(Bucket='boto3')['Status'] == 'Enabled'
assert s3.get_bucket_location(Bucket='boto3')['LocationConstraint'] is None
assert code(lambda: s3.get_object(Bucket='boto3', Key='none')) == 'NoSuchKey'
s3.delete_object(Bucket='boto3', Key='signed')
assert code(lambda: s3.get_object(Bucket='none-such', Key='none')) == 'NoSuchBucket'
assert code(lambda: s3.head_object(Bucket='boto3', Key='none')) == '404'
assert code(lambda: s3.get_bucket_policy(Bucket='boto3')) == 'NoSuchBucketPolicy'
assert code(lambda: s3.put_object(Bucket='boto3', Key=key, Body=b'', IfNoneMatch='*')) == 'PreconditionFailed'

bucket = boto3.resource('s3').Bucket('boto3')
bucket.object_versions.delete()
bucket.delete()
print(json.dumps([each['Name'] for each in s3.list_buckets()['Buckets']]))
`;

describe('boto3', { skip }, () => {
  let node: S3Node;
  before(async () => {
    node = await startS3Node();
  });
  after(() => node?.close());

  test('unmodified, with nothing but its environment', async () => {
    const environment = {
      AWS_ACCESS_KEY_ID: node.accessKeyId,
      AWS_SECRET_ACCESS_KEY: node.secretAccessKey,
      AWS_ENDPOINT_URL: node.server.url,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_CONFIG_FILE: join(node.folder, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(node.folder, 'no-credentials'),
    };
    const { python } = found as { python: string };
    const printed = await runClient(python, ['-c', SCRIPT], { environment, folder: node.folder });
    assert.deepEqual(JSON.parse(printed), []);
  });
});
