import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../../model/clock.ts';
import { openTestServices, type TestServices } from '../../../service/testing/embedded-services.ts';
import { grantedPrincipal, setPrincipal } from '../../principal.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

describe('backing services in the native API', () => {
  let backing: TestServices;
  let node: TestServer;
  before(async () => {
    backing = await openTestServices(systemClock);
    node = await startTestServer({}, { services: backing.services });
  });
  after(async () => {
    await node?.server.close();
    await backing?.dispose();
  });
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    ask(node, method, `/v1${path}`, {
      headers,
      ...(body !== undefined && {
        body: Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body),
      }),
    });

  test('what a function sends says how many functions called one another to get there', async () => {
    await call('PUT', '/queues/chained');
    await call('PUT', '/topics/chained');
    await call('POST', '/topics/chained/subscriptions', { destination: 'queue:chained' });
    const socket = createServer((req, res) => {
      setPrincipal(req, grantedPrincipal('function', 'function f', ['queue:chained:send', 'topic:chained:publish'], 3));
      node.server.serveFunction(req, res);
    });
    await new Promise<void>((resolve) => socket.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = socket.address() as AddressInfo;
      const event = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't', 'ce-fobhops': '0' };
      for (const [path, body, headers = {}] of [
        ['queues/chained/messages', 'x'],
        ['queues/chained/batch', '{"messages":[{"body":"x"}]}', { 'content-type': 'application/json' }],
        ['topics/chained/publish', '1'],
        ['topics/chained/events', '', event],
      ] as [string, string, Record<string, string>?][]) {
        const { status } = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { method: 'POST', body, headers });
        assert.ok(status < 300, `${path}: ${status}`);
        const { items } = await backing.services.queues.peek('chained', { limit: 10 });
        assert.equal(items.at(-1)!.attributes['fob-hops'], '3', path);
        await backing.services.queues.purge('chained');
      }
    } finally {
      for (const path of ['/topics/chained', '/queues/chained']) await call('DELETE', path);
      socket.closeAllConnections();
      await new Promise((resolve) => socket.close(resolve));
    }
  });

  describe('queues', () => {
    test('are created, changed, listed and removed', async () => {
      const created = await call('PUT', '/queues/life', { visibilityMs: 1_000 });
      assert.equal(created.status, 201);
      assert.equal(created.json.settings.visibilityMs, 1_000);
      const changed = await call('PUT', '/queues/life', { delayMs: 5 });
      assert.deepEqual([changed.status, changed.json.settings.visibilityMs], [200, 1_000]);
      assert.equal((await call('PUT', '/queues/life')).status, 200);
      assert.deepEqual((await call('GET', '/queues/life')).json.stats, {
        ready: 0,
        delayed: 0,
        leased: 0,
        oldestAgeMs: 0,
      });
      assert.ok((await call('GET', '/queues')).json.queues.some(({ name }: { name: string }) => name === 'life'));
      assert.equal((await call('DELETE', '/queues/life')).status, 204);
      assert.equal((await call('GET', '/queues/life')).status, 404);
      assert.equal((await call('PUT', '/queues/a%20b')).status, 400);
      assert.equal((await call('PUT', '/queues/x', { visibility: 1 })).status, 400);
      assert.equal((await call('PUT', '/queues/x', '{')).status, 400);
    });

    test('take a body as it is, with attributes from headers', async () => {
      await call('PUT', '/queues/raw');
      const body = Buffer.from([0, 255, 1]);
      const headers = { 'content-type': 'image/png', 'Fob-Attribute-Colour': 'grün', 'Fob-Deduplication-Id': 'once' };
      // Headers are bytes: a text beyond ASCII goes as UTF-8.
      headers['Fob-Attribute-Colour'] = Buffer.from(headers['Fob-Attribute-Colour']).toString('latin1');
      const sent = await call('POST', '/queues/raw/messages', body, headers);
      assert.deepEqual([sent.status, sent.json.duplicate], [201, false]);
      assert.equal((await call('POST', '/queues/raw/messages', body, headers)).json.duplicate, true);
      const [message] = (await call('POST', '/queues/raw/receive?max=10&visibilityMs=60000')).json.messages;
      assert.equal(message.bodyBase64, body.toString('base64'));
      assert.deepEqual(message.attributes, { 'content-type': 'image/png', colour: 'grün' });
      assert.equal((await call('PATCH', `/queues/raw/messages/${message.receipt}`, { visibilityMs: 0 })).status, 204);
      const [again] = (await call('POST', '/queues/raw/receive')).json.messages;
      assert.equal(again.attempt, 2);
      assert.equal((await call('DELETE', `/queues/raw/messages/${message.receipt}`)).status, 404);
      assert.equal((await call('DELETE', `/queues/raw/messages/${again.receipt}`)).status, 204);
      assert.equal((await call('POST', '/queues/raw/messages', 'x', { 'Fob-Delay-Ms': 'soon' })).status, 400);
      assert.equal((await call('POST', '/queues/raw/messages', Buffer.alloc(1_048_577))).status, 413);
    });

    test('take batches, are looked at, purged and redriven', async () => {
      await call('PUT', '/queues/dead');
      await call('PUT', '/queues/batch', { deadLetter: { queue: 'dead', maxReceives: 1 } });
      assert.equal((await call('DELETE', '/queues/dead')).status, 409);
      const messages = [{ body: 'a' }, { bodyBase64: 'AP8=', delayMs: 60_000 }, { body: 'c', attributes: { x: 'y' } }];
      const sent = await call('POST', '/queues/batch/batch', { messages });
      assert.equal(sent.json.messages.length, 3);
      assert.equal(
        (await call('POST', '/queues/batch/batch', { messages: [{ body: 'a', bodyBase64: 'aa' }] })).status,
        400,
      );
      const peeked = (await call('GET', '/queues/batch/messages?limit=2')).json;
      assert.deepEqual(
        peeked.messages.map((each: { state: string }) => each.state),
        ['ready', 'delayed'],
      );
      const rest = (await call('GET', `/queues/batch/messages?cursor=${encodeURIComponent(peeked.cursor)}`)).json;
      assert.deepEqual(
        rest.messages.map((each: { body: string }) => each.body),
        ['c'],
      );
      for (const { receipt } of (await call('POST', '/queues/batch/receive?max=10')).json.messages)
        await call('PATCH', `/queues/batch/messages/${receipt}`, { visibilityMs: 0 });
      assert.deepEqual((await call('POST', '/queues/batch/receive?max=10')).json.messages, []);
      assert.deepEqual((await call('POST', '/queues/dead/redrive', { ratePerSecond: 1_000 })).json, { moved: 2 });
      assert.deepEqual((await call('POST', '/queues/batch/purge')).json, { purged: 3 });
    });

    test('a client that waits and leaves takes nothing with it', async () => {
      await call('PUT', '/queues/left');
      const waiting = request({
        port: node.port,
        path: '/v1/queues/left/receive?waitMs=20000',
        method: 'POST',
        agent: false,
      });
      const ended = new Promise((resolve) => waiting.once('close', resolve));
      waiting.on('error', () => {});
      const arrived = new Promise<void>((resolve) =>
        waiting.once('socket', (socket) => socket.once('connect', resolve)),
      );
      waiting.end();
      await arrived;
      waiting.destroy();
      await ended;
      await call('POST', '/queues/left/messages', 'kept');
      const { messages } = (await call('POST', '/queues/left/receive?waitMs=20000')).json;
      assert.equal(messages[0].body, 'kept');
    });
  });

  describe('topics', () => {
    test('publish to their subscribers', async () => {
      assert.equal((await call('PUT', '/topics/news')).status, 201);
      assert.equal((await call('PUT', '/topics/news')).status, 200);
      await call('PUT', '/queues/news');
      const subscribed = await call('POST', '/topics/news/subscriptions', { destination: 'queue:news' });
      assert.equal(subscribed.status, 201);
      const json = { 'content-type': 'application/json' };
      const published = await call('POST', '/topics/news/publish?type=paid&subject=s', { amount: 1 }, json);
      assert.deepEqual([published.status, published.json.source], [200, 'fob:topic/news']);
      const own = { specversion: '1.0', id: '7', source: '/s', type: 't' };
      await call('POST', '/topics/news/publish', own, { 'content-type': 'application/cloudevents+json' });
      await call('POST', '/topics/news/publish?id=8', Buffer.from([0, 255]), { 'content-type': 'image/png' });
      const { items } = await backing.services.queues.peek('news', { limit: 10 });
      const [first, second, third] = items.map(({ body }) => JSON.parse(body.toString()));
      assert.deepEqual(
        [first.id, first.type, first.subject, first.data],
        [published.json.id, 'paid', 's', { amount: 1 }],
      );
      assert.deepEqual(second, own);
      assert.deepEqual([third.id, third.datacontenttype, third.data_base64], ['8', 'image/png', 'AP8=']);
      assert.equal((await call('POST', '/topics/news/publish', '{', json)).status, 400);
      assert.equal((await call('POST', '/topics/none/publish', '{}', json)).status, 404);
      const shown = (await call('GET', '/topics/news')).json;
      assert.deepEqual([shown.published, shown.dead, shown.subscriptions], [3, 0, [subscribed.json]]);
      assert.equal((await call('DELETE', `/topics/news/subscriptions/${subscribed.json.id}`)).status, 204);
      assert.equal((await call('DELETE', `/topics/news/subscriptions/${subscribed.json.id}`)).status, 404);
      assert.equal((await call('POST', '/topics/news/subscriptions', { destination: 'function:f' })).status, 400);
      assert.equal((await call('GET', '/topics')).json.topics.length, 1);
      assert.equal((await call('DELETE', '/topics/news')).status, 204);
      assert.equal((await call('GET', '/topics/news')).status, 404);
    });

    test('show, try again and remove what was given up', async () => {
      await call('PUT', '/topics/gone');
      const attributes = {
        destination: 'http://x/',
        origin: 'topic/gone',
        error: 'the answer was 500',
        attempts: '30',
      };
      for (let n = 0; n < 2; n++)
        await backing.store.queue.send('errand/dead/topic/gone', { body: Buffer.from('{}'), attributes });
      assert.equal((await call('GET', '/topics/gone')).json.dead, 2);
      const { dead } = (await call('GET', '/topics/gone/dead?limit=1')).json;
      assert.deepEqual([dead[0].destination, dead[0].error, dead[0].attempts], ['http://x/', 'the answer was 500', 30]);
      assert.deepEqual((await call('POST', '/topics/gone/redrive')).json, { moved: 2 });
      assert.deepEqual((await call('POST', '/topics/gone/purge')).json, { purged: 0 });
    });
  });

  describe('key-values', () => {
    test('keep bytes under any key', async () => {
      const value = Buffer.from([0, 255, 10]);
      for (const key of ['k', 'a/b/c', encodeURIComponent('ä b/%2F?#'), encodeURIComponent('é'.repeat(512))]) {
        const put = await call('PUT', `/kv/bytes/${key}`, value);
        assert.equal(put.status, 200, key);
        const got = await call('GET', `/kv/bytes/${key}`);
        assert.deepEqual(got.bytes, value);
        assert.equal(got.headers.etag, put.headers.etag);
        assert.equal(put.json.key, decodeURIComponent(key));
      }
      assert.deepEqual((await call('GET', '/kv')).json.spaces, [{ space: 'bytes', keys: 4 }]);
      const { entries } = (await call('GET', '/kv/bytes?prefix=a/&values=true')).json;
      assert.deepEqual(
        entries.map((each: object) => ({ ...each, revision: 0 })),
        [{ key: 'a/b/c', revision: 0, bytes: 3, valueBase64: 'AP8K' }],
      );
      assert.equal((await call('DELETE', '/kv/bytes/a/b/c')).status, 204);
      assert.equal((await call('DELETE', '/kv/bytes/a/b/c')).status, 404);
      assert.equal((await call('GET', '/kv/bytes/a/b/c')).status, 404);
      assert.deepEqual((await call('DELETE', '/kv/bytes')).json, { removed: 3 });
      assert.equal((await call('PUT', '/kv/bytes/', value)).status, 400);
      assert.equal((await call('PUT', `/kv/bytes/${'x'.repeat(1_025)}`, value)).status, 400);
      assert.equal((await call('PUT', '/kv/bytes/k', Buffer.alloc(1_048_577))).status, 413);
    });

    test('are changed only at the revision that is demanded', async () => {
      const first = await call('PUT', '/kv/cas/k', 'one', { 'If-None-Match': '*' });
      assert.equal(first.status, 200);
      assert.equal((await call('PUT', '/kv/cas/k', 'two', { 'If-None-Match': '*' })).status, 412);
      const second = await call('PUT', '/kv/cas/k', 'two', { 'If-Match': first.headers.etag! });
      assert.equal(second.status, 200);
      assert.equal((await call('PUT', '/kv/cas/k', 'three', { 'If-Match': first.headers.etag! })).status, 412);
      assert.equal((await call('DELETE', '/kv/cas/k', undefined, { 'If-Match': first.headers.etag! })).status, 412);
      assert.equal((await call('PUT', '/kv/cas/none', 'x', { 'If-Match': '*' })).status, 412);
      assert.equal((await call('PUT', '/kv/cas/k', 'three', { 'If-Match': '*' })).status, 200);
      assert.equal((await call('PUT', '/kv/cas/k', 'x', { 'If-Match': 'nonsense' })).status, 400);
      assert.equal((await call('GET', '/kv/cas/k')).text, 'three');
    });

    test('go when their time is over', async () => {
      const before = Date.now();
      const byQuery = await call('PUT', '/kv/brief/q?ttlMs=60000', 'x');
      const byHeader = await call('PUT', '/kv/brief/h', 'x', { 'Fob-Expires-In-Ms': '60000' });
      for (const put of [byQuery, byHeader]) assert.ok(put.json.expiresAtMs >= before + 60_000);
      const got = await call('GET', '/kv/brief/h');
      assert.equal(Number(got.headers['fob-expires-at-ms']), byHeader.json.expiresAtMs);
      assert.equal((await call('PUT', '/kv/brief/x', 'x', { 'Fob-Expires-In-Ms': '0' })).status, 400);
    });
  });
});
