import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Buckets } from '../bucket/buckets.ts';
import { openTestServices, type TestServices } from '../testing/embedded-services.ts';
import { Receiver } from '../testing/receiver.ts';
import type { Errand } from './errands.ts';

const DAY_MS = 86_400_000;

describe('errands', () => {
  let receiver: Receiver;
  let node: TestServices;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    await node.dispose();
    await receiver.close();
  });
  const start = async (errand: Partial<Errand> = {}): Promise<void> => {
    const whole: Errand = {
      destination: `${receiver.url}/hook`,
      origin: 'topic/orders',
      eventId: 'event 1',
      body: Buffer.from('{"a":1}'),
      contentType: 'application/json',
      ...errand,
    };
    assert.equal(await node.store.commit([node.services.errands.prepare(whole)]), true);
  };
  /** Waits for what was given up. */
  const givenUp = async (origin = 'topic/orders') => {
    const [dead] = await node.store.queue.receive(`errand/dead/${origin}`, { max: 1, leaseMs: 1, waitMs: 20_000 });
    // There lie the dead events of functions, one of which may have the name of an origin.
    assert.ok((await node.store.queue.queues()).every((name) => !name.startsWith('dead/')));
    return dead!;
  };

  test('what is published reaches an address, structured, once it answers well', async () => {
    node = await openTestServices(systemClock);
    node.services.start();
    let failures = 2;
    receiver.answer = (_received, response) => {
      if (failures-- === 2) response.destroy();
      else response.writeHead(failures >= 0 ? 500 : 204).end();
    };
    await node.services.topics.create('orders');
    await node.services.topics.subscribe('orders', { destination: `${receiver.url}/hook?a=b` });
    const event = { specversion: '1.0', id: '1', source: '/shop', type: 'ordered', data: { amount: 3 } } as const;
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await node.services.topics.publish('orders', [{ ...event, traceparent }]);
    for (const attempt of ['1', '2', '3']) {
      const { path, headers, body } = await receiver.next();
      assert.equal(path, '/hook?a=b');
      assert.equal(headers['fob-attempt'], attempt);
      assert.match(headers['content-type']!, /^application\/cloudevents\+json/);
      assert.equal(headers.traceparent, traceparent);
      assert.deepEqual(JSON.parse(body.toString()), { ...event, traceparent });
    }
  });

  test('one that was started before a crash is run after it', async () => {
    node = await openTestServices(systemClock);
    await start();
    node = await node.reopen();
    node.services.start();
    assert.equal((await receiver.next()).body.toString(), '{"a":1}');
  });

  test('after a day it lies among the dead with its error, has a record, and can be tried again', async () => {
    const clock = new FakeClock();
    node = await openTestServices(clock);
    receiver.answer = (_received, response) => response.writeHead(503).end();
    await start({ destination: receiver.url.replace('//', '//user:geheim@') });
    clock.advance(DAY_MS);
    node.services.start();
    const { headers } = await receiver.next();
    assert.equal(headers.authorization, `Basic ${Buffer.from('user:geheim').toString('base64')}`);
    const dead = await givenUp();
    assert.equal(dead.attributes.error, 'the answer was 503');
    assert.equal(dead.attributes.attempts, '1');
    await node.store.journal.flush();
    const { items } = await node.store.audit.query({ limit: 10 });
    assert.deepEqual(
      [items[0]!.action, items[0]!.subject, items[0]!.details.eventId],
      ['errand.dead', 'topic/orders', 'event 1'],
    );
    assert.ok(!JSON.stringify(items).includes('geheim'));
    assert.equal((await node.services.errands.stats()).dead, 1);

    receiver.answer = (_received, response) => response.end();
    clock.advance(1);
    assert.equal(await node.services.errands.redrive('topic/orders'), 1);
    assert.equal((await receiver.next()).headers['fob-attempt'], '1');
    assert.equal(await node.services.errands.deadCount('topic/orders'), 0);
  });

  test('the dead are kept for 14 days, and their removal has a record', async () => {
    const clock = new FakeClock();
    node = await openTestServices(clock);
    receiver.answer = (_received, response) => response.writeHead(410).end();
    await start();
    node.services.start();
    await givenUp();
    clock.advance(14 * DAY_MS);
    assert.equal(await node.services.errands.expire(), 0);
    clock.advance(1);
    assert.equal(await node.services.errands.expire(), 1);
    await node.store.journal.flush();
    assert.equal((await node.store.audit.query({ limit: 1 })).items[0]!.action, 'errand.expire');
  });

  test('a redirect is not followed, and an answer without end is not awaited', async () => {
    const clock = new FakeClock();
    node = await openTestServices(clock);
    receiver.answer = ({ path }, response) => {
      if (path === '/redirect') response.writeHead(302, { location: `${receiver.url}/secret` }).end();
      else response.end(Buffer.alloc(10_000_000));
    };
    await start({ destination: `${receiver.url}/redirect` });
    clock.advance(DAY_MS);
    node.services.start();
    assert.equal((await receiver.next()).path, '/redirect');
    assert.equal((await givenUp()).attributes.error, 'the answer was 302');
    await start({ destination: `${receiver.url}/endless` });
    assert.equal((await receiver.next()).path, '/endless');
    await start({ destination: `${receiver.url}/next` });
    assert.equal((await receiver.next()).path, '/next', 'nothing was asked of the redirect in between');
  });

  test('the node itself and link-local addresses are not reached, by name neither', async () => {
    const clock = new FakeClock();
    node = await openTestServices(clock, { ownPort: () => receiver.port });
    receiver.answer = () => assert.fail('it was reached');
    const port = receiver.port;
    const addresses = [
      ...['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'localhost', '2130706433'].map(
        (host) => `${host}:${port}`,
      ),
      '169.254.169.254',
      '[fe80::1]',
    ];
    for (const [at, address] of addresses.entries())
      await start({ destination: `http://${address}/`, origin: `topic/${at}` });
    clock.advance(DAY_MS);
    node.services.start();
    for (const [at, address] of addresses.entries())
      assert.match((await givenUp(`topic/${at}`)).attributes.error!, /this node itself|link-local/, address);
  });

  test('an address that does not answer holds nobody else up', async () => {
    node = await openTestServices(systemClock);
    node.services.start();
    const slow = await Receiver.start();
    try {
      slow.answer = () => {};
      await Promise.all(Array.from({ length: 100 }, () => start({ destination: slow.url })));
      await slow.next();
      await start({ eventId: 'fast' });
      assert.equal((await receiver.next()).headers['fob-event-id'], 'fast');
    } finally {
      await slow.close();
    }
  });

  test('a bucket gets each event as an object of its day', async () => {
    const clock = new FakeClock(Date.UTC(2026, 2, 9));
    let put: (value: unknown[]) => void = () => {};
    const done = new Promise<unknown[]>((resolve) => {
      put = resolve;
    });
    const buckets: Pick<Buckets, 'put' | 'findBucket'> = {
      findBucket: async () => undefined,
      async put(bucket, key, body, options) {
        put([bucket, key, (await buffer(body)).toString(), options.headers]);
        return {} as Awaited<ReturnType<Buckets['put']>>;
      },
    };
    node = await openTestServices(clock, { buckets });
    node.services.start();
    await start({ destination: 'bucket:results/failed', eventId: 'a/b ä' });
    assert.deepEqual(await done, [
      'results',
      'failed/2026/03/09/a%2Fb%20%C3%A4.json',
      '{"a":1}',
      { 'content-type': 'application/json' },
    ]);
  });

  test('a queue that comes back gets what was published meanwhile', async () => {
    const clock = new FakeClock();
    node = await openTestServices(clock);
    const { topics, queues } = node.services;
    await queues.create('late.fifo');
    await topics.create('orders');
    await topics.subscribe('orders', { destination: 'queue:late.fifo' });
    await queues.remove('late.fifo');
    await topics.publish('orders', [{ specversion: '1.0', id: '1', source: '/shop', type: 'ordered' }]);
    await queues.create('late.fifo');
    node.services.start();
    const [message] = await queues.receive('late.fifo', { max: 1, waitMs: 20_000 });
    assert.equal(JSON.parse(message!.body.toString()).id, '1');
  });
});
