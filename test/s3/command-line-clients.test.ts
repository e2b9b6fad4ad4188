import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type S3Node, startS3Node } from '../../src/door/aws/testing/s3-node.ts';
import { missing, runClient } from './run-client.ts';

const MIB = 1_048_576;
const NO_RCLONE = await missing('rclone', 'version');
const NO_S3CMD = await missing('s3cmd', '--version');

/** A folder with a large file, an empty one, and names that need care. */
async function makeTree(folder: string): Promise<void> {
  await mkdir(join(folder, 'süb folder'), { recursive: true });
  await writeFile(join(folder, 'large.bin'), randomBytes(12 * MIB));
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'süb folder', "it's 100%+&.txt"), 'odd');
}

describe('command-line clients of S3', () => {
  let node: S3Node;
  before(async () => {
    node = await startS3Node();
    await makeTree(join(node.folder, 'tree'));
  });
  after(() => node.close());

  test('rclone copies, compares, lists and removes', { skip: NO_RCLONE }, async () => {
    const environment = {
      RCLONE_CONFIG: join(node.folder, 'no-rclone.conf'),
      RCLONE_CONFIG_FOB_TYPE: 's3',
      RCLONE_CONFIG_FOB_PROVIDER: 'Other',
      RCLONE_CONFIG_FOB_ENDPOINT: node.server.url,
      RCLONE_CONFIG_FOB_ACCESS_KEY_ID: node.accessKeyId,
      RCLONE_CONFIG_FOB_SECRET_ACCESS_KEY: node.secretAccessKey,
      RCLONE_S3_UPLOAD_CUTOFF: '5M',
      RCLONE_S3_CHUNK_SIZE: '5M',
    };
    const rclone = (...words: string[]) => runClient('rclone', words, { environment, folder: node.folder });
    await rclone('mkdir', 'fob:rclone');
    await rclone('copy', 'tree', 'fob:rclone/backup');
    await rclone('check', 'tree', 'fob:rclone/backup', '--download');
    const listed = JSON.parse(await rclone('lsjson', '-R', '--files-only', 'fob:rclone')) as {
      Path: string;
      Size: number;
    }[];
    assert.deepEqual(listed.map(({ Path, Size }) => [Path, Size]).sort(), [
      ['backup/empty', 0],
      ['backup/large.bin', 12 * MIB],
      ["backup/süb folder/it's 100%+&.txt", 3],
    ]);
    assert.equal(
      await rclone('cat', '--offset', '1', '--count', '1', "fob:rclone/backup/süb folder/it's 100%+&.txt"),
      'd',
    );
    await rclone('moveto', 'fob:rclone/backup/empty', 'fob:rclone/moved');
    await rclone('sync', 'fob:rclone/backup', 'fob:rclone/second');
    assert.equal((await rclone('lsf', 'fob:rclone')).trim(), 'backup/\nmoved\nsecond/'.split('\n').sort().join('\n'));
    await rclone('purge', 'fob:rclone');
    assert.equal(await node.buckets.findBucket('rclone'), undefined);
  });

  test('s3cmd puts, gets, copies, signs and removes', { skip: NO_S3CMD }, async () => {
    const host = `127.0.0.1:${node.server.port}`;
    const config = join(node.folder, 's3cfg');
    const settings = {
      access_key: node.accessKeyId,
      secret_key: node.secretAccessKey,
      host_base: host,
      host_bucket: host,
      use_https: 'False',
      multipart_chunk_size_mb: '5',
    };
    await writeFile(
      config,
      `[default]\n${Object.entries(settings)
        .map((pair) => pair.join(' = '))
        .join('\n')}\n`,
    );
    const s3cmd = (...words: string[]) =>
      runClient('s3cmd', ['-c', config, '--no-progress', ...words], { folder: node.folder });
    await s3cmd('mb', 's3://s3cmd');
    await s3cmd('put', '--recursive', 'tree/', 's3://s3cmd/backup/');
    const listed = await s3cmd('ls', '--recursive', 's3://s3cmd');
    assert.match(listed, /12582912 +s3:\/\/s3cmd\/backup\/large\.bin/);
    assert.match(listed, /s3:\/\/s3cmd\/backup\/süb folder\/it's 100%\+&\.txt/);
    await s3cmd('get', 's3://s3cmd/backup/large.bin', 'large.copy');
    const [sent, got] = await Promise.all(
      ['tree/large.bin', 'large.copy'].map((name) => readFile(join(node.folder, name))),
    );
    assert.ok(sent!.equals(got!));
    await s3cmd('cp', 's3://s3cmd/backup/empty', 's3://s3cmd/copied');
    assert.match(await s3cmd('info', 's3://s3cmd/copied'), /File size: +0/);
    assert.match(await s3cmd('info', 's3://s3cmd'), /Location: +us-east-1/);
    assert.match(await s3cmd('du', 's3://s3cmd/backup/'), /12582915/);
    await s3cmd('sync', 's3://s3cmd/backup/', 'synced/');
    assert.equal((await readFile(join(node.folder, 'synced', 'süb folder', "it's 100%+&.txt"))).toString(), 'odd');
    await s3cmd('del', '--recursive', '--force', 's3://s3cmd');
    await s3cmd('rb', 's3://s3cmd');
    assert.equal(await node.buckets.findBucket('s3cmd'), undefined);
  });
});
