// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BLUEPRINTS_FOLDER } from '../../../project/blueprints/load.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

describe('blueprints in the native API', () => {
  let server: TestServer;
  const call = (method: string, path: string, body?: unknown) =>
    ask(server, method, `/v1/blueprints${path}`, {
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.server.close());

  test('are listed, and shown with what they ask for, what they make, and their files', async () => {
    const { blueprints } = (await call('GET', '')).json;
    const names = blueprints.map(({ name }: { name: string }) => name);
    assert.deepEqual(names, (await readdir(BLUEPRINTS_FOLDER)).sort());
    const { status, json } = await call('GET', '/csv-to-postgres');
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json.values), ['name', 'bucket', 'prefix', 'table', 'key', 'database']);
    assert.deepEqual(Object.keys(json.secrets), ['DATABASE_URL']);
    assert.deepEqual(json.resources.roles, { '${name}': { grants: ['bucket:${bucket}:read'] } });
    const code = json.files.find(({ path }: { path: string }) => path === 'function/load.py');
    assert.equal(code.text, await readFile(join(BLUEPRINTS_FOLDER, 'csv-to-postgres/function/load.py'), 'utf8'));
  });

  test('say what they make for some values, in units of the API, and keep no secrets', async () => {
    const values = { name: 'wq', atOnce: '5' };
    const { status, json } = await call('POST', '/webhook-queue-worker/resources', { values });
    assert.equal(status, 200);
    assert.deepEqual(json.values, { ...values, idHeader: 'X-Delivery-Id' });
    assert.equal(json.resources.functions['wq-worker'].timeoutMs, 60_000);
    assert.equal(json.resources.triggers['wq-work'].delivery.maxConcurrency, 5);
    assert.equal(json.resources.triggers.wq.options.secret, '${WEBHOOK_SECRET}');
    assert.match(json.projectFile, /^project: wq$/m);
  });

  test('refuse what they do not ask for, and names that there are not', async () => {
    const wrong = await call('POST', '/cron-report/resources', { values: { source: 'Big Bucket' } });
    assert.deepEqual([wrong.status, wrong.json.code, wrong.json.field], [400, 'invalid_request', 'source']);
    assert.equal((await call('POST', '/csv-to-postgres/resources', {})).status, 400);
    assert.equal((await call('POST', '/cron-report/resources', { value: {} })).status, 400);
    assert.equal((await call('GET', '/pigeon-post')).status, 404);
    for (const name of ['..%2Fdocs', '%2e%2e', '.']) {
      const { status } = await call('GET', `/${name}`);
      assert.ok([400, 404].includes(status), `${name}: ${status}`);
    }
  });
});
