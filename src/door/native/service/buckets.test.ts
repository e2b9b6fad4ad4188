import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runFob } from '../../../cli/testing/run-fob.ts';
import { systemClock } from '../../../model/clock.ts';
import { type EmbeddedBuckets, openBuckets } from '../../../service/bucket/embedded/buckets.ts';
import type { Services } from '../../../service/services.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const LARGE = Buffer.alloc(3_000_000, 'large ');

describe('buckets in the native API', () => {
  let folder = '';
  let buckets: EmbeddedBuckets;
  let node: TestServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-buckets-'));
    buckets = await openBuckets({ folder, clock: systemClock });
    node = await startTestServer({}, { services: { buckets } as unknown as Services });
    assert.equal((await ask(node, 'PUT', '/v1/buckets/photos')).status, 201);
  });
  after(async () => {
    await node.server.close();
    await buckets.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fob = (...words: string[]) => runFob(words, { environment: { FOB_URL: node.url }, cwd: folder });

  it('are made, configured, shown and removed', async () => {
    assert.equal((await ask(node, 'PUT', '/v1/buckets/photos')).status, 409);
    assert.equal((await ask(node, 'PUT', '/v1/buckets/No')).status, 400);
    await ask(node, 'PUT', '/v1/buckets/other');
    const change = { versioning: 'enabled', lifecycle: [{ id: 'a', enabled: true, prefix: '', expireDays: 3 }] };
    const changed = await ask(node, 'PATCH', '/v1/buckets/other', { body: JSON.stringify(change) });
    assert.deepEqual(changed.json.settings, { ...change, tags: {} });
    const wrong = { body: JSON.stringify({ versioning: 'maybe' }) };
    assert.equal((await ask(node, 'PATCH', '/v1/buckets/other', wrong)).status, 400);
    assert.equal((await ask(node, 'GET', '/v1/buckets/other')).json.objects, 0);
    assert.equal((await ask(node, 'DELETE', '/v1/buckets/other')).status, 204);
    assert.equal((await ask(node, 'GET', '/v1/buckets/other')).status, 404);
    const { buckets: listed } = (await ask(node, 'GET', '/v1/buckets')).json;
    assert.deepEqual(
      listed.map(({ name }: { name: string }) => name),
      ['photos'],
    );
  });

  it('tell the versions of an object, and of no other', async () => {
    await ask(node, 'PUT', '/v1/buckets/kept');
    await ask(node, 'PATCH', '/v1/buckets/kept', { body: JSON.stringify({ versioning: 'enabled' }) });
    for (const body of ['one', 'longer']) await ask(node, 'PUT', '/v1/buckets/kept/objects/a', { body });
    await ask(node, 'PUT', '/v1/buckets/kept/objects/ab', { body: 'another' });
    await ask(node, 'DELETE', '/v1/buckets/kept/objects/a');
    type Version = { versionId: string; bytes: number; latest: boolean; deleteMarker: boolean };
    const listed = async (query: string): Promise<{ versions: Version[]; next?: string }> =>
      (await ask(node, 'GET', `/v1/buckets/kept/versions?key=a${query}`)).json;
    const { versions, next } = await listed('');
    assert.deepEqual(
      versions.map(({ bytes, latest, deleteMarker }) => [bytes, latest, deleteMarker]),
      [
        [0, true, true],
        [6, false, false],
        [3, false, false],
      ],
    );
    assert.equal(next, undefined);
    const first = await listed('&limit=2');
    const second = await listed(`&limit=2&after=${first.next}`);
    assert.deepEqual([...first.versions, ...second.versions], versions);
    const old = await ask(node, 'GET', `/v1/buckets/kept/objects/a?versionId=${versions[2]!.versionId}`);
    assert.equal(old.text, 'one');
    assert.deepEqual((await ask(node, 'GET', '/v1/buckets/kept/versions?key=b')).json.versions, []);
    const removed = async (query = '') => (await ask(node, 'GET', `/v1/buckets/kept/removed${query}`)).json;
    await ask(node, 'DELETE', '/v1/buckets/kept/objects/ab');
    const all = await removed();
    assert.deepEqual(
      all.removed.map(({ key, versionId }: { key: string; versionId: string }) => [key, versionId.length > 0]),
      [
        ['a', true],
        ['ab', true],
      ],
    );
    const one = await removed('?limit=1');
    assert.deepEqual([...one.removed, ...(await removed(`?limit=1&after=${one.next}`)).removed], all.removed);
    assert.deepEqual((await removed('?prefix=ab')).removed, [all.removed[1]]);
    assert.deepEqual((await removed('?prefix=b')).removed, []);
    await ask(node, 'DELETE', `/v1/buckets/kept/objects/ab?versionId=${all.removed[1].versionId}`);
    assert.equal((await ask(node, 'GET', '/v1/buckets/kept/objects/ab')).text, 'another');
    assert.deepEqual((await removed()).removed, [all.removed[0]]);
    assert.equal((await ask(node, 'GET', '/v1/buckets/none/removed')).status, 404);
    assert.equal((await ask(node, 'GET', '/v1/buckets/kept/versions')).status, 400);
    assert.equal((await ask(node, 'GET', '/v1/buckets/none/versions?key=a')).status, 404);
    for (const { versionId } of versions)
      await ask(node, 'DELETE', `/v1/buckets/kept/objects/a?versionId=${versionId}`);
    const [left] = (await ask(node, 'GET', '/v1/buckets/kept/versions?key=ab')).json.versions;
    await ask(node, 'DELETE', `/v1/buckets/kept/objects/ab?versionId=${left.versionId}`);
    assert.equal((await ask(node, 'DELETE', '/v1/buckets/kept')).status, 204);
  });

  it('take and serve objects with ranges and conditions, as nothing that a browser runs', async () => {
    const path = '/v1/buckets/photos/objects/a%2F..%2Fb/%C3%BC';
    const headers = { 'content-type': 'text/html', 'fob-meta-who': 'me' };
    const put = await ask(node, 'PUT', path, { headers, body: LARGE });
    assert.equal(put.status, 200);
    assert.equal(put.json.key, 'a/../b/ü');
    const got = await ask(node, 'GET', path);
    assert.ok(got.bytes.equals(LARGE));
    assert.equal(got.headers['content-type'], 'text/html');
    assert.equal(got.headers['content-security-policy'], 'sandbox');
    assert.equal(got.headers['x-content-type-options'], 'nosniff');
    assert.equal(got.headers['fob-meta-who'], 'me');
    const range = await ask(node, 'GET', path, { headers: { range: 'bytes=1-4' } });
    assert.deepEqual(
      [range.status, range.text, range.headers['content-range']],
      [206, 'arge', `bytes 1-4/${LARGE.length}`],
    );
    assert.equal((await ask(node, 'GET', path, { headers: { range: 'bytes=3000000-' } })).status, 416);
    const unchanged = await ask(node, 'GET', path, { headers: { 'if-none-match': got.headers.etag! } });
    assert.deepEqual([unchanged.status, unchanged.text], [304, '']);
    const head = await ask(node, 'HEAD', path);
    assert.deepEqual([head.status, head.headers['content-length']], [200, String(LARGE.length)]);
    const create = { headers: { 'if-none-match': '*' }, body: LARGE };
    assert.equal((await ask(node, 'PUT', path, create)).status, 412);
    assert.equal((await ask(node, 'PUT', path, { headers: { 'content-md5': 'AA==' }, body: 'x' })).status, 400);
    const page = (await ask(node, 'GET', '/v1/buckets/photos/objects?delimiter=/')).json;
    assert.deepEqual(page, { objects: [], commonPrefixes: ['a/'] });
    assert.equal((await ask(node, 'DELETE', path)).status, 204);
    assert.equal((await ask(node, 'GET', path)).status, 404);
    assert.equal((await fetch(node.url + path, { method: 'HEAD' })).status, 404);
  });

  it('are what `fob bucket` works with', async () => {
    await writeFile(join(folder, 'cat.txt'), LARGE);
    assert.match((await fob('bucket', 'list')).stdout, /^BUCKET +OBJECTS +SIZE/);
    assert.match((await fob('bucket', 'list', 'photos')).stderr, /no objects yet: .*bucket put photos/);
    const put = await fob('bucket', 'put', 'photos', 'cat.txt', '--key', 'pets/', '--meta', 'who=me');
    assert.match(put.stdout, /stored 1 object \(2\.9 MB\) in photos/, put.stderr);
    const input = { environment: { FOB_URL: node.url }, input: 'from a pipe' };
    await runFob(['bucket', 'put', 'photos', '-', '--key', 'piped'], input);
    assert.equal((await fob('bucket', 'get', 'photos', 'piped', '-')).stdout, 'from a pipe');
    assert.match((await fob('bucket', 'list', 'photos')).stdout, /^pets\/\n[\s\S]*|piped +11 B/m);
    await fob('bucket', 'get', 'photos', 'pets/cat.txt', 'copy.txt');
    assert.ok((await readFile(join(folder, 'copy.txt'))).equals(LARGE));
    assert.match((await fob('bucket', 'show', 'photos', 'pets/cat.txt')).stdout, /fob-meta-who +me/);
    const set = await fob('bucket', 'set', 'photos', '--expire', 'logs/=30', '--json');
    assert.equal(JSON.parse(set.stdout).settings.lifecycle[0].expireDays, 30, set.stderr);
    assert.equal((await fob('bucket', 'rm', 'photos')).code, 5);
    assert.match((await fob('bucket', 'rm', 'photos', '--prefix', '')).stdout, /2 objects of photos removed/);
    assert.equal((await fob('bucket', 'rm', 'photos')).code, 0);
    assert.equal((await fob('bucket', 'get', 'photos', 'x', '-')).code, 3);
  });
});
