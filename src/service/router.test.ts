import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CloudEvent } from '../model/event.ts';
import { Problem } from '../model/problem.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import { contextWithin, formatTraceparent } from '../model/trace.ts';
import type { Buckets } from './bucket/buckets.ts';
import { createRouter, type RouterOptions } from './router.ts';
import { openTestServices, type TestServices } from './testing/embedded-services.ts';

const INVOCATION = '019a1b2c-0000-7000-8000-000000000001';
const ORIGIN = { function: 'shop', invocationId: INVOCATION, hops: 2, trace: contextWithin(INVOCATION, undefined) };
/** The first thing that it sends is the cause of what that causes; the span shares all but its last digits with the invocation's. */
const TRACE = { traceId: '019a1b2c000070008000000000000001', parentSpanId: '8000000000008001', sampled: false };
const TRACEPARENT = formatTraceparent(TRACE);

describe('the router', () => {
  const clock = new FakeClock();
  let node: TestServices;
  let router: ReturnType<typeof createRouter>;
  const prepared: Parameters<ReturnType<RouterOptions['events']>['prepare']>[0][number][] = [];
  let started = 0;
  before(async () => {
    const findBucket = async (name: string) =>
      name === 'there' ? ({ name } as Awaited<ReturnType<Buckets['findBucket']>>) : undefined;
    node = await openTestServices(clock, { buckets: { findBucket, put: () => assert.fail('nothing is run here') } });
    const { queues, topics } = node.services;
    for (const name of ['jobs', 'heard', 'jobs.fifo']) await queues.create(name);
    await topics.create('news');
    await topics.subscribe('news', { destination: 'queue:heard' });
    router = createRouter({
      ...node.services,
      now: () => clock.now(),
      events: () => ({
        prepare(events) {
          if (events.some(({ function: name }) => name === 'none')) throw new Problem('not_found', 'no such function');
          prepared.push(...events);
          return { parts: [], committed: () => started++ };
        },
      }),
    });
  });
  after(() => node.dispose());

  const send = async (destination: string, text: string, contentType = 'application/json', more = {}) => {
    const item = { destination, body: Buffer.from(text), contentType, ...more };
    const { parts, committed } = await router.route([item], ORIGIN);
    assert.equal(await node.store.commit(parts), true);
    committed();
  };
  const last = async (queue: string) => (await node.services.queues.peek(queue, { limit: 100 })).items.at(-1)!;
  const lastEvent = async () => JSON.parse((await last('heard')).body.toString()) as CloudEvent;

  test('a queue gets the body as it is, one hop further', async () => {
    await send('queue:jobs', 'bytes', 'text/plain', { delayMs: 5_000 });
    const message = await last('jobs');
    assert.equal(message.body.toString(), 'bytes');
    assert.deepEqual(message.attributes, {
      'content-type': 'text/plain',
      'fob-hops': '3',
      'fob-trace': TRACEPARENT,
    });
    assert.equal(message.state, 'delayed');
    await send('queue:jobs.fifo', '1');
    assert.equal((await last('jobs.fifo')).group, 'shop');
    await send('queue:jobs.fifo', '2', 'application/json', { key: 'customer', deduplicationId: '2' });
    assert.equal((await last('jobs.fifo')).group, 'customer');
  });

  test('a topic gets an event', async () => {
    await send('topic:news', '{"a":1}');
    assert.deepEqual(await lastEvent(), {
      specversion: '1.0',
      id: `${ORIGIN.invocationId}-0`,
      source: 'fob:function/shop',
      type: 'fob.function.emitted',
      time: new Date(clock.now()).toISOString(),
      datacontenttype: 'application/json',
      data: { a: 1 },
      fobhops: 3,
      traceparent: TRACEPARENT,
    });
    await send('topic:news', 'plain', 'text/plain', { deduplicationId: 'own' });
    assert.deepEqual([(await lastEvent()).id, (await lastEvent()).data], ['own', 'plain']);
    const own = { specversion: '1.0', id: 'e', source: '/s', type: 't' };
    await send('topic:news', JSON.stringify(own), 'application/cloudevents+json; charset=UTF-8');
    assert.deepEqual(await lastEvent(), { ...own, fobhops: 3, traceparent: TRACEPARENT });
    const traced = { ...own, id: 'traced', traceparent: formatTraceparent({ ...TRACE, traceId: 'a'.repeat(32) }) };
    await send('topic:news', JSON.stringify(traced), 'application/cloudevents+json');
    assert.deepEqual(await lastEvent(), { ...traced, fobhops: 3 }, 'an event that says its trace keeps it');
    await assert.rejects(send('topic:news', '{', 'application/json', { deduplicationId: 'x' }), {
      code: 'invalid_request',
    });
  });

  test('a function gets a payload, or an event as such', async () => {
    await send('function:other', '[1]', 'application/json', { key: 'k', deduplicationId: 'd', delayMs: 1 });
    const content = { kind: 'payload', payload: Buffer.from('[1]'), payloadKind: 'json' };
    const whole = {
      function: 'other',
      content,
      key: 'k',
      deduplicationId: 'd',
      delayMs: 1,
      hops: 3,
      caller: 'shop',
      trace: TRACE,
    };
    assert.deepEqual(prepared.at(-1), whole);
    assert.equal(started, 1);
    await send('function:other', '\0', 'image/png');
    assert.deepEqual(prepared.at(-1)!.content, {
      kind: 'payload',
      payload: Buffer.from('\0'),
      payloadKind: 'binary',
      contentType: 'image/png',
    });
    const event = { specversion: '1.0', id: 'e', source: '/s', type: 't' };
    await send('function:other', JSON.stringify(event), 'application/cloudevents+json');
    assert.deepEqual(prepared.at(-1)!.content, { kind: 'event', event });
  });

  test('what says that it is an event must be one', async () => {
    for (const destination of ['function:other', 'topic:news'])
      for (const text of [
        'null',
        '5',
        '{}',
        '{"specversion":"1.0","id":"e","source":"/s","type":[]}',
        '['.repeat(9_999),
      ])
        await assert.rejects(
          send(destination, text, 'application/cloudevents+json'),
          { code: 'invalid_request' },
          text,
        );
  });

  test('a bucket and an address become errands', async () => {
    await send('bucket:there/failed', '{}');
    await send('https://example.org/hook', '{}');
    const { items } = await node.store.queue.list('errand', { limit: 10 });
    assert.deepEqual(
      items.map(({ attributes: { destination, origin, eventId } }) => [destination, origin, eventId]),
      ['bucket:there/failed', 'https://example.org/hook'].map((destination) => [
        destination,
        'errand/shop',
        `${ORIGIN.invocationId}-0`,
      ]),
    );
  });

  test('where one destination is not there, nothing is sent', async () => {
    const before = await node.services.queues.stats('jobs');
    for (const destination of ['queue:none', 'topic:none', 'function:none', 'bucket:none']) {
      const items = ['queue:jobs', destination].map((each) => ({
        destination: each,
        body: Buffer.from('{}'),
        contentType: 'application/json',
      }));
      await assert.rejects(router.route(items, ORIGIN), { code: 'not_found' }, destination);
    }
    assert.deepEqual(await node.services.queues.stats('jobs'), before);
  });
});
