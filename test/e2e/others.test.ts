import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { startTestNode, type TestNode } from '../support/node.ts';

const OPERATOR = 'the-operator-of-this-node';

describe('what others may not do with a function, nor see of it', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const tokens: Record<string, string> = {};

  const as = (token: string, method: string, path: string, body?: object) =>
    node.request(method, path, {
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  /** Resolves with the status of what answers. */
  const attach = (target: string, token?: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { connection: 'Upgrade', upgrade: 'tcp', ...(token && { authorization: `Bearer ${token}` }) };
      const req = request(`${node.url}/v1/functions/${target}/debugger`, { headers });
      req.once('upgrade', (res, socket) => {
        socket.destroy();
        resolve(res.statusCode!);
      });
      req.once('response', (res) => {
        res.resume();
        resolve(res.statusCode!);
      });
      req.once('error', reject);
      req.end();
    });

  before(async () => {
    node = await startTestNode({ token: OPERATOR });
    for (const [name, role] of Object.entries({
      ada: 'administrator',
      vic: 'viewer',
      mallory: 'appops',
      own: 'appops',
    })) {
      const made = await as(OPERATOR, 'POST', '/v1/users', { name, roles: [role], token: {} });
      tokens[name] = made.json.token.token;
    }
    const form = new FormData();
    form.set('config', JSON.stringify({ owner: 'own', debug: true }));
    form.set('code', new File(['export const handler = () => 1;\n'], 'index.mjs'));
    const deployed = await node.request('PUT', '/v1/functions/pay', {
      body: form,
      headers: { authorization: `Bearer ${OPERATOR}` },
    });
    assert.equal(deployed.status, 201, deployed.text);
    await as(OPERATOR, 'PUT', '/v1/queues/own-jobs', {});
    const trigger = { function: 'pay', type: 'queue', name: 'pays', options: { queue: 'own-jobs' } };
    assert.equal((await as(OPERATOR, 'POST', '/v1/triggers', trigger)).status, 201);
  });
  after(() => node?.close());

  test('a debugger attaches for those alone who may deploy the function', async () => {
    assert.equal(await attach('pay'), 401);
    assert.equal(await attach('pay', tokens.vic), 403);
    assert.equal(await attach('pay', tokens.mallory), 403);
    assert.equal(await attach('absent', tokens.mallory), 403);
    const narrow = await as(tokens.own!, 'POST', '/v1/tokens', { scopes: { actions: ['logs:read'] } });
    assert.equal(await attach('pay', narrow.json.token), 403);
    assert.equal(await attach('pay', tokens.own), 101);
    assert.equal(await attach('pay', OPERATOR), 101);
  });

  test('an attached debugger is written down, and so is who was refused', async () => {
    const { entries } = (await as(tokens.ada!, 'GET', '/v1/audit?limit=100')).json;
    const of = entries
      .filter(({ subject }: { subject: string }) => subject === 'function:pay')
      .map(({ actor, action, outcome }: Record<string, string>) => `${actor} ${action} ${outcome}`);
    assert.ok(of.includes('mallory function:deploy denied'), of.join('\n'));
    assert.ok(of.includes('own function:debug done'), of.join('\n'));
  });

  test('the map has no triggers of functions that are not shown', async () => {
    const ids = async (who: string) =>
      (await as(tokens[who]!, 'GET', '/v1/map')).json.nodes.map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids('mallory'), []);
    assert.deepEqual((await ids('own')).sort(), ['function:pay', 'queue:own-jobs', 'trigger:pays']);
  });

  test('an access key is not given what whoever makes it may not do', async () => {
    const statements = [{ effect: 'allow', actions: ['key:write'] }];
    assert.ok((await as(OPERATOR, 'PUT', '/v1/roles/keeper', { statements })).status < 300);
    await as(OPERATOR, 'PATCH', '/v1/users/own', { roles: ['appops', 'keeper'] });
    for (const body of [{}, { grants: ['bucket:theirs:read'] }, { grants: ['bucket:*'] }]) {
      const { status, json } = await as(tokens.own!, 'POST', '/v1/keys', body);
      assert.deepEqual([status, json.code], [403, 'forbidden'], JSON.stringify(body));
      assert.match(json.detail, /gives what you may not do yourself/);
    }
    assert.equal((await as(tokens.own!, 'POST', '/v1/keys', { grants: ['bucket:own-photos'] })).status, 201);
    assert.equal((await as(tokens.ada!, 'POST', '/v1/keys', {})).status, 201);
  });

  test('what a repository holds is given to those alone who may see code', async () => {
    assert.equal((await as(tokens.own!, 'PUT', '/v1/repositories/own-shop', {})).status, 201);
    const fetchOf = async (who: string) => {
      const paths = ['/git/own-shop.git/info/refs?service=git-upload-pack', '/git/own-shop.git/git-upload-pack'];
      const [refs, pack] = await Promise.all([
        as(tokens[who]!, 'GET', paths[0]!),
        node.request('POST', paths[1]!, {
          headers: {
            authorization: `Bearer ${tokens[who]}`,
            'content-type': 'application/x-git-upload-pack-request',
          },
          body: '0000',
        }),
      ]);
      return [refs.status, pack.status];
    };
    assert.deepEqual(await fetchOf('vic'), [403, 403]);
    assert.deepEqual(await fetchOf('mallory'), [403, 403]);
    assert.deepEqual(await fetchOf('own'), [200, 200]);
  });

  test('alert rules, silences and defaults of functions that are not shown are kept back', async () => {
    const rule = { when: 'errors > 5 over 5m', function: 'pay' };
    assert.equal((await as(tokens.own!, 'PUT', '/v1/alerts/rules/own-pay', rule)).status, 201);
    const silence = { function: 'pay', forMs: 60_000, reason: 'being mended' };
    assert.equal((await as(tokens.own!, 'POST', '/v1/alerts/silences', silence)).status, 201);
    const change = { scope: 'function:pay', rule: 'errors', change: { enabled: false } };
    assert.equal((await as(tokens.own!, 'PUT', '/v1/alerts/defaults', change)).status, 204);
    const seen = async (who: string) => {
      const of = async (path: string) => (await as(tokens[who]!, 'GET', path)).json;
      return [
        (await of('/v1/alerts/rules')).rules.length,
        (await of('/v1/alerts/silences')).silences.length,
        (await of('/v1/alerts/defaults')).changes.length,
        (await as(tokens[who]!, 'GET', '/v1/alerts/rules/own-pay')).status,
        (await as(tokens[who]!, 'GET', '/v1/alerts/defaults?function=pay')).status,
      ];
    };
    assert.deepEqual(await seen('own'), [1, 1, 1, 200, 200]);
    assert.deepEqual(await seen('mallory'), [0, 0, 0, 403, 403]);
  });

  test('what an access key does to a bucket is written down, and its objects are not', async () => {
    const { json: key } = await as(OPERATOR, 'POST', '/v1/keys', { label: 'ci' });
    const s3 = new sdk.S3Client({ endpoint: node.url, region: 'local', forcePathStyle: true, credentials: key });
    const Bucket = 'by-key';
    await s3.send(new sdk.CreateBucketCommand({ Bucket }));
    await s3.send(new sdk.PutObjectCommand({ Bucket, Key: 'a', Body: 'b' }));
    await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new sdk.DeleteBucketCommand({ Bucket }));
    s3.destroy();
    const { entries } = (await as(tokens.ada!, 'GET', `/v1/audit?subject=bucket:${Bucket}`)).json;
    assert.deepEqual(
      entries.map(({ action, details }: { action: string; details: object }) => [action, details]),
      [
        ['bucket:manage', { operation: 'DeleteBucket' }],
        ['bucket:manage', { operation: 'CreateBucket' }],
      ],
    );
    assert.match(entries[0].actor, /ci|key/);
  });
});
