import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../../model/clock.ts';
import { CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE } from '../../../model/cloudevents.ts';
import type { CloudEvent } from '../../../model/event.ts';
import type { Buckets } from '../../../service/bucket/buckets.ts';
import { createServices, type RunningServices } from '../../../service/create-services.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Store } from '../../../store/store.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const EVENT = { specversion: '1.0', id: '1', source: '/shop', type: 'com.example.ordered' };
const HEADERS = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/shop', 'ce-type': 'com.example.ordered' };

describe("a topic's address for CloudEvents", () => {
  let folder: string;
  let store: Store;
  let services: RunningServices;
  let node: TestServer;
  let topics = 0;
  /** Each test has a topic of its own: what was published once is known for a day. */
  let path: string;
  let queue: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-ingest-'));
    store = await openEmbeddedStore({ folder, clock: systemClock });
    services = await createServices({
      store,
      buckets: {} as Buckets,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      compileFilter: () => () => true,
      ownPort: () => undefined,
    });
    node = await startTestServer({ maxBodyBytes: 20_000 }, { services });
  });
  after(async () => {
    await node?.server.close();
    await services?.close();
    await store?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    const topic = `orders-${++topics}`;
    path = `/v1/topics/${topic}/events`;
    queue = `all-${topics}`;
    await services.topics.create(topic);
    await services.queues.create(queue, {});
    await services.topics.subscribe(topic, { destination: `queue:${queue}` });
  });

  const post = (headers: Record<string, string>, body: string | Buffer = '', to = path) =>
    ask(node, 'POST', to, { headers, body });
  /** What a subscriber got. */
  const published = async (): Promise<CloudEvent[]> => {
    const messages = await services.queues.receive(queue, { max: 10, waitMs: 0 });
    return messages.map(({ body }) => JSON.parse(body.toString()));
  };

  test('takes one in headers and body', async () => {
    const subject = 'Euro%20%E2%82%AC';
    const answer = await post({ ...HEADERS, 'ce-subject': subject, 'content-type': 'application/json' }, '{"n": 1.0}');
    assert.deepEqual([answer.status, answer.json], [202, { accepted: 1 }]);
    const event = { ...EVENT, subject: 'Euro €', datacontenttype: 'application/json', data: { n: 1 } };
    assert.deepEqual(await published(), [event]);
  });

  test('takes one as JSON, and a batch, all or none', async () => {
    assert.equal((await post({ 'content-type': CLOUD_EVENT_TYPE }, JSON.stringify(EVENT))).status, 202);
    const batch = ['2', '3'].map((id) => ({ ...EVENT, id }));
    const sent = await post({ 'content-type': CLOUD_EVENT_BATCH_TYPE }, JSON.stringify(batch));
    assert.deepEqual(sent.json, { accepted: 2 });
    const broken = [
      { ...EVENT, id: '4' },
      { ...EVENT, id: '' },
    ];
    assert.equal((await post({ 'content-type': CLOUD_EVENT_BATCH_TYPE }, JSON.stringify(broken))).status, 400);
    assert.deepEqual((await post({ 'content-type': CLOUD_EVENT_BATCH_TYPE }, '[]')).json, { accepted: 0 });
    assert.deepEqual((await published()).map(({ id }) => id).sort(), ['1', '2', '3']);
  });

  test('one that comes again is answered alike and published once', async () => {
    const batch = JSON.stringify([EVENT, EVENT, { ...EVENT, source: '/other' }]);
    for (let time = 0; time < 2; time++)
      assert.equal((await post({ 'content-type': CLOUD_EVENT_BATCH_TYPE }, batch)).status, 202);
    assert.equal((await post(HEADERS)).status, 202);
    assert.deepEqual((await published()).map(({ source }) => source).sort(), ['/other', '/shop']);
  });

  test('refuses with the right status', async () => {
    assert.equal((await post({ 'content-type': 'application/json' }, '{}')).status, 415);
    assert.equal((await post({ 'content-type': 'application/cloudevents+xml' }, '<x/>')).status, 415);
    assert.equal((await post({ ...HEADERS, 'ce-id': '' })).status, 400);
    assert.equal((await post(HEADERS, Buffer.alloc(20_001))).status, 413);
    assert.equal((await post(HEADERS, '', '/v1/topics/none/events')).status, 404);
    assert.equal((await post({ 'content-type': CLOUD_EVENT_BATCH_TYPE }, '[]', '/v1/topics/none/events')).status, 404);
    const other = await ask(node, 'GET', path);
    assert.deepEqual([other.status, other.headers.allow], [405, 'POST, OPTIONS']);
    assert.deepEqual(await published(), []);
  });

  test('a header that comes twice is refused', async () => {
    const twice = { ...HEADERS, 'ce-id': ['1', '2'] } as unknown as Record<string, string>;
    const answer = await post(twice);
    assert.equal(answer.status, 400);
    assert.match(answer.json.detail, /ce-id is there 2 times/);
    assert.deepEqual(await published(), []);
  });

  test('a sender that asks first is told that it may', async () => {
    const asked = await ask(node, 'OPTIONS', path, {
      headers: { 'webhook-request-origin': 'eventemitter.example.com', 'webhook-request-rate': '120' },
    });
    assert.equal(asked.status, 200);
    assert.equal(asked.headers['webhook-allowed-origin'], 'eventemitter.example.com');
    assert.equal(asked.headers['webhook-allowed-rate'], '*');
    assert.match(asked.headers.allow!, /POST/);
    const plain = await ask(node, 'OPTIONS', path);
    assert.equal(plain.headers['webhook-allowed-origin'], undefined);
    const odd = await ask(node, 'OPTIONS', path, { headers: { 'webhook-request-origin': '<script>' } });
    assert.equal(odd.status, 400);
    assert.equal((await ask(node, 'OPTIONS', '/v1/topics/none/events')).status, 404);
  });
});
