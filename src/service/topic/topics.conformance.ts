import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CloudEvent } from '../../model/event.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter, Opened } from '../../store/conformance.ts';
import type { Queues } from '../queue/queues.ts';
import type { TopicSubscriber, Topics } from './topics.ts';

/** Topics, and the queues of the same node that subscribe to them. */
interface TopicsAndQueues {
  readonly topics: Topics;
  readonly queues: Queues;
}

/** What every adapter of topics must do. */
export function topicsConformance(adapter: Adapter<TopicsAndQueues>): void {
  describe(`${adapter.name} topics`, () => {
    const clock = new FakeClock();
    let opened: Opened<TopicsAndQueues>;
    let topics: Topics;
    let queues: Queues;
    let names = 0;
    let topic = '';
    before(async () => {
      opened = await adapter.create(clock);
      ({ topics, queues } = opened.port);
    });
    after(() => opened.dispose());
    const fresh = async (): Promise<void> => {
      topic = `orders.${++names}`;
      await topics.create(topic);
    };
    const subscribed = async (filter?: Record<string, unknown>, ending = ''): Promise<string> => {
      const queue = `queue-${++names}${ending}`;
      await queues.create(queue);
      await topics.subscribe(topic, { destination: `queue:${queue}`, ...(filter && { filter }) });
      return queue;
    };
    const event = (id: string, more: Partial<CloudEvent> = {}): CloudEvent => ({
      specversion: '1.0',
      id,
      source: '/shop',
      type: 'ordered',
      ...more,
    });
    const gotBy = async (queue: string): Promise<CloudEvent[]> => {
      const { items } = await queues.peek(queue, { limit: 100 });
      return items.map(({ body }) => JSON.parse(body.toString()) as CloudEvent);
    };
    const idsOf = async (queue: string) => (await gotBy(queue)).map(({ id }) => id);

    test('are changed and removed where they stand as they were seen', async () => {
      await fresh();
      await assert.rejects(topics.create(topic, 0), { code: 'conflict' });
      const { revision } = (await topics.find(topic))!;
      const one = await topics.subscribe(topic, { destination: 'queue:one' }, revision);
      const late = { code: 'conflict' };
      await assert.rejects(topics.subscribe(topic, { destination: 'queue:two' }, revision), late);
      await assert.rejects(topics.unsubscribe(topic, one.id, revision), late);
      await assert.rejects(topics.remove(topic, revision), late);
      const now = (await topics.find(topic))!;
      assert.deepEqual(now.subscriptions, [one]);
      assert.equal(await topics.unsubscribe(topic, one.id, now.revision), true);
    });

    test('what is published goes to every subscriber, as it is', async () => {
      await fresh();
      const [one, other] = [await subscribed(), await subscribed()];
      const events = [event('1', { data: { a: [1, 'ä'] }, subject: 'x' }), event('2', { data_base64: 'AP8=' })];
      await topics.publish(topic, events);
      assert.deepEqual(await gotBy(one), events);
      assert.deepEqual(await gotBy(other), events);
      assert.equal((await topics.find(topic))!.published, 2);
    });

    test('an event that was published before is not sent again for 24 h', async () => {
      await fresh();
      const queue = await subscribed();
      await topics.publish(topic, [event('1'), event('1')]);
      await topics.publish(topic, [event('1'), event('1', { source: '/other' })]);
      assert.deepEqual(await idsOf(queue), ['1', '1']);
      clock.advance(86_400_000);
      await topics.publish(topic, [event('1')]);
      assert.equal((await gotBy(queue)).length, 3);
    });

    test('a filter lets through what matches its pattern', async () => {
      await fresh();
      const queue = await subscribed({ type: [{ prefix: 'order' }], detail: { amount: [{ numeric: ['>', 10] }] } });
      await topics.publish(topic, [
        event('small', { data: { amount: 1 } }),
        event('large', { data: { amount: 11 } }),
        event('foreign', { type: 'paid', data: { amount: 11 } }),
      ]);
      assert.deepEqual(await idsOf(queue), ['large']);
      await assert.rejects(topics.subscribe(topic, { destination: 'queue:x', filter: { type: 'no list' } }), {
        code: 'invalid_request',
      });
    });

    test('attached subscribers are part of the same commit', async () => {
      await fresh();
      const queue = await subscribed();
      const heard: string[] = [];
      const subscriber: TopicSubscriber = (events) => ({
        parts: [{ kind: 'send', queue: `queue/${queue}`, message: { body: Buffer.from('{"id":"attached"}') } }],
        committed: () => heard.push(...events.map(({ id }) => id)),
      });
      const detach = topics.attach(topic, subscriber);
      await topics.publish(topic, [event('1')]);
      assert.deepEqual(heard, ['1']);
      assert.deepEqual(await idsOf(queue), ['1', 'attached']);
      const failing = topics.attach(topic, () => {
        throw new Error('cannot');
      });
      await assert.rejects(topics.publish(topic, [event('2')]), /cannot/);
      assert.deepEqual(await idsOf(queue), ['1', 'attached'], 'all or none');
      failing();
      detach();
      await topics.publish(topic, [event('3')]);
      assert.deepEqual(heard, ['1']);
    });

    test('what is prepared is sent only by its commit', async () => {
      await fresh();
      const queue = await subscribed();
      const { parts } = await topics.prepare(topic, [event('1')]);
      assert.equal(parts.length, 1);
      assert.deepEqual(await idsOf(queue), []);
      assert.equal((await topics.find(topic))!.published, 0);
    });

    test('FIFO queues get the events of one partition, subject or topic in their order', async () => {
      await fresh();
      const queue = await subscribed(undefined, '.fifo');
      await topics.publish(topic, [
        event('1', { subject: 's' }),
        event('2', { partitionkey: 'p', subject: 's' }),
        event('3'),
      ]);
      const { items } = await queues.peek(queue, { limit: 10 });
      assert.deepEqual(
        items.map(({ group }) => group),
        ['s', 'p', topic],
      );
    });

    test('subscriptions are kept once, ended, and outlive a restart', async () => {
      await fresh();
      const queue = await subscribed();
      const destination = `queue:${queue}`;
      const first = await topics.subscribe(topic, { destination });
      const filtered = await topics.subscribe(topic, { destination, filter: { type: ['paid'] } });
      assert.notEqual(filtered.id, first.id);
      ({ topics, queues } = await opened.reopen());
      assert.deepEqual((await topics.find(topic))!.subscriptions, [first, filtered]);
      await topics.publish(topic, [event('1', { type: 'paid' })]);
      assert.deepEqual(await idsOf(queue), ['1'], 'wanted twice, sent once');
      assert.equal(await topics.unsubscribe(topic, first.id), true);
      assert.equal(await topics.unsubscribe(topic, first.id), false);
      await topics.publish(topic, [event('2')]);
      assert.deepEqual(await idsOf(queue), ['1']);
      await Promise.all(['a', 'b', 'c'].map((id) => topics.subscribe(topic, { destination: `queue:${id}` })));
      assert.equal((await topics.find(topic))!.subscriptions.length, 4, 'concurrent changes are all kept');
    });

    test('a queue that was removed keeps nobody else from what is published', async () => {
      await fresh();
      const [queue, removed] = [await subscribed(), await subscribed()];
      await queues.remove(removed);
      await topics.publish(topic, [event('1')]);
      assert.deepEqual(await idsOf(queue), ['1']);
    });

    test('what cannot be published, subscribed or named is refused', async () => {
      await fresh();
      const queue = await subscribed();
      for (const wrong of [
        [],
        [{ ...event('1'), specversion: '0.3' }],
        [event('')],
        [event('1', { source: '' })],
        [event('1'), event('2', { type: 7 as unknown as string })],
      ])
        await assert.rejects(topics.publish(topic, wrong as CloudEvent[]), { code: 'invalid_request' });
      await assert.rejects(topics.publish(topic, [event('1'), event('2', { data: 'x'.repeat(1_000_000) })]), {
        code: 'too_large',
      });
      assert.deepEqual(await idsOf(queue), []);
      for (const destination of ['function:f', 'topic:t', 'nonsense', 'ftp://x', 'http://[', ''])
        await assert.rejects(topics.subscribe(topic, { destination }), { code: 'invalid_request' }, destination);
      for (const name of ['', 'a b', '-a', 'x'.repeat(129), 'a/b'])
        await assert.rejects(topics.create(name), { code: 'invalid_request' }, name);
      for (const call of [
        topics.publish('none', [event('1')]),
        topics.subscribe('none', { destination: 'queue:q' }),
        topics.unsubscribe('none', 'id'),
      ])
        await assert.rejects(call, { code: 'not_found' });
      assert.equal(await topics.remove(topic), true);
      assert.equal(await topics.remove(topic), false);
      assert.equal(await topics.find(topic), undefined);
    });
  });
}
