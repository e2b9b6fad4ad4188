import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runFob } from '../../../cli/testing/run-fob.ts';
import { type S3Node, startS3Node } from '../../aws/testing/s3-node.ts';
import { ask } from '../../testing/test-server.ts';

describe('access keys in the native API', () => {
  let node: S3Node;
  before(async () => {
    node = await startS3Node();
    await node.keys.remove(node.accessKeyId);
  });
  after(() => node.close());

  test('are created, listed without their secrets, and removed', async () => {
    const body = JSON.stringify({ label: 'site', grants: ['bucket:site:read'], expiresAt: '2999-01-01T00:00:00Z' });
    const created = await ask(node.server, 'POST', '/v1/keys', { body });
    assert.equal(created.status, 201);
    const { secretAccessKey, ...shown } = created.json;
    assert.match(secretAccessKey, /^[A-Za-z0-9]{40}$/);
    assert.deepEqual(shown.grants, ['bucket:site:read']);
    assert.equal(shown.expiresAt, '2999-01-01T00:00:00.000Z');
    const listed = await ask(node.server, 'GET', '/v1/keys');
    assert.deepEqual(listed.json.keys, [shown]);
    assert.equal(node.keys.find(shown.accessKeyId)?.secretAccessKey, secretAccessKey);
    assert.equal((await ask(node.server, 'DELETE', `/v1/keys/${shown.accessKeyId}`)).status, 204);
    assert.equal((await ask(node.server, 'DELETE', `/v1/keys/${shown.accessKeyId}`)).status, 404);
    assert.equal(node.keys.find(shown.accessKeyId), undefined);
  });

  test('refuse what is no grant, no time, or over already', async () => {
    for (const body of [
      { grants: ['bucket:photos:fly'] },
      { expiresAt: 'tomorrow' },
      { expiresAt: '2001-01-01T00:00:00Z' },
      { label: 'x'.repeat(300) },
      { more: 1 },
    ]) {
      const answer = await ask(node.server, 'POST', '/v1/keys', { body: JSON.stringify(body) });
      assert.equal(answer.status, 400, JSON.stringify(body));
    }
    assert.deepEqual(await node.keys.list(), []);
  });

  test('by the command line', async () => {
    const fob = (...words: string[]) => runFob(words, { environment: { FOB_URL: node.server.url }, cwd: node.folder });
    assert.match((await fob('key', 'list')).stderr, /no access keys yet: fob key create/);
    const created = await fob('key', 'create', 'backup', '--grant', 'bucket:backups', '--expires', '90d');
    assert.equal(created.code, 0, created.stderr);
    const id = /^export AWS_ACCESS_KEY_ID=(\w{20})$/m.exec(created.stdout)?.[1];
    assert.ok(id);
    assert.match(created.stdout, new RegExp(`^export AWS_ENDPOINT_URL=${node.server.url}$`, 'm'));
    const listed = await fob('key', 'list');
    assert.match(listed.stdout, new RegExp(`^${id} .* never .* bucket:backups +backup$`, 'm'));
    const asJson = JSON.parse((await fob('key', 'create', '--json')).stdout);
    assert.equal(asJson.endpoint, node.server.url);
    assert.equal(asJson.grants, undefined);
    const removed = await fob('key', 'rm', id, 'FOBKNOSUCH', asJson.accessKeyId);
    assert.equal(removed.code, 3);
    assert.match(removed.stderr, /there is no access key "FOBKNOSUCH"/);
    assert.deepEqual(await node.keys.list(), []);
    assert.equal((await fob('key', 'create', '--expires', 'soon')).code, 2);
  });
});
