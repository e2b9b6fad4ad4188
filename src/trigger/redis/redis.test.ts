import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Redis } from 'ioredis';
import { noRedis, startRedis } from '../../../test/support/servers/redis.ts';
import type { TestServer } from '../../../test/support/servers/server.ts';
import { Problem } from '../../model/problem.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { redisTrigger } from './redis.ts';

describe('Redis', { skip: noRedis }, () => {
  let server: TestServer;
  let sender: Redis;
  const running: SourceBench[] = [];

  before(async () => {
    server = await startRedis();
    sender = new Redis({ port: server.port, host: '127.0.0.1', maxRetriesPerRequest: null });
    sender.on('error', () => {});
  });
  after(async () => {
    for (const bench of running) await bench.stop();
    sender?.disconnect();
    await server?.close();
  });
  const reading = async (given: object): Promise<SourceBench> => {
    const url = `redis://127.0.0.1:${server.port}`;
    const bench = await startSource(redisTrigger, { url, ...given });
    running.push(bench);
    return bench;
  };
  const pending = async (stream: string): Promise<unknown> =>
    ((await sender.xpending(stream, 'fob-test')) as unknown[])[0];

  describe('streams', () => {
    it('hands on entries, with their fields as texts', async () => {
      const bench = await reading({ subject: 'orders' });
      const id = await sender.xadd('orders', '*', 'a', '1', 'b', Buffer.from([0xff]), 'c', 'x', 'c', 'y');
      const [event] = (await bench.received(1)).map((each) => each.event);
      assert.deepEqual([event!.id, event!.subject, event!.type], [`orders/${id}`, 'orders', 'fob.redis.entry']);
      assert.deepEqual(event!.data, { a: '1', b: '/w==', c: ['x', 'y'] });
      assert.equal(event!.base64fields, '["b"]');
      assert.equal(Date.parse(event!.time!), Number(id!.split('-')[0]));
    });

    it('takes one field as the message, and keeps entries without it as dead events', async () => {
      const bench = await reading({ subject: 'fields', field: 'body' });
      await sender.xadd('fields', '*', 'other', 'x');
      await sender.xadd('fields', '*', 'body', '{"n": 1}');
      await sender.xadd('fields', '*', 'body', '{"cut');
      const events = await bench.received(2);
      assert.deepEqual(
        events.map(({ event }) => event.data),
        [{ n: 1 }, '{"cut'],
      );
      assert.deepEqual(
        bench.quarantined.map(({ event, reason }) => [event.data, reason]),
        [[{ other: 'x' }, 'the entry has no field "body"']],
      );
      await bench.stop();
      assert.equal(await pending('fields'), 0);
    });

    it('begins where it is told, and goes on where it was', async () => {
      for (const n of [1, 2]) await sender.xadd('begin', '*', 'n', n);
      const recent = await reading({ subject: 'begin', group: 'new' });
      const whole = await reading({ subject: 'begin', group: 'all', from: 'beginning', count: 1 });
      await sender.xadd('begin', '*', 'n', 3);
      const numbers = (bench: SourceBench) => bench.events.map(({ event }) => (event.data as { n: string }).n);
      await whole.received(3);
      await recent.received(1);
      assert.deepEqual([numbers(recent), numbers(whole)], [['3'], ['1', '2', '3']]);
      await recent.stop();
      await sender.xadd('begin', '*', 'n', 4);
      const again = await reading({ subject: 'begin', group: 'new' });
      await again.received(1);
      assert.deepEqual(numbers(again), ['4']);
    });

    it('acknowledges only what was accepted', async () => {
      const bench = await reading({ subject: 'refused' });
      bench.refusal = new Problem('storage_full', 'the disk is full');
      const id = await sender.xadd('refused', '*', 'n', '1');
      await bench.reported('failed');
      assert.equal(await pending('refused'), 1);
      await bench.stop();
      const next = await reading({ subject: 'refused' });
      const [event] = await next.received(1);
      assert.equal(event!.event.id, `refused/${id}`);
      await next.stop();
      assert.equal(await pending('refused'), 0);
    });

    it('takes over what a dead consumer held, and forgets what was deleted meanwhile', async () => {
      await sender.xgroup('CREATE', 'held', 'fob-test', '$', 'MKSTREAM');
      const ids = [];
      for (const n of [1, 2, 3]) ids.push(await sender.xadd('held', '*', 'n', n));
      await sender.xreadgroup('GROUP', 'fob-test', 'dead', 'STREAMS', 'held', '>');
      await sender.xdel('held', ids[1]!);
      const bench = await reading({ subject: 'held', claimAfterMs: 100, count: 1 });
      const events = await bench.received(2);
      assert.deepEqual(
        events.map(({ event }) => event.id),
        [`held/${ids[0]}`, `held/${ids[2]}`],
      );
      await bench.stop();
      assert.equal(await pending('held'), 0);
    });

    it('reads on when everything was flushed, and when only the group was removed', async () => {
      const bench = await reading({ subject: 'flushed' });
      await sender.xadd('flushed', '*', 'n', '1');
      await bench.received(1);
      await sender.flushall();
      await sender.xadd('flushed', '*', 'n', '2');
      await bench.received(2);
      await sender.xgroup('DESTROY', 'flushed', 'fob-test');
      await sender.xadd('flushed', '*', 'n', '3');
      await bench.received(3);
      await sender.flushall();
      await sender.xadd('flushed', '1-1', 'n', '4');
      const events = await bench.received(4);
      assert.deepEqual(
        events.map(({ event }) => (event.data as { n: string }).n),
        ['1', '2', '3', '4'],
      );
    });

    it('comes back when the server was killed, and gets what was not acknowledged', async () => {
      const bench = await reading({ subject: 'killed' });
      bench.refusal = new Problem('unavailable', 'busy');
      const id = await sender.xadd('killed', '*', 'n', '1');
      await bench.reported('failed');
      await server.kill();
      await bench.reported('connecting');
      bench.refusal = undefined;
      const late = await reading({ subject: 'late' });
      assert.equal(late.reports.at(-1)!.state, 'connecting');
      await server.start();
      const [event] = await bench.received(1);
      assert.equal(event!.event.id, `killed/${id}`);
      await late.reported('running');
      await sender.xadd('late', '*', 'n', '1');
      await late.received(1);
    });

    it('says what it is refused for', async () => {
      await sender.set('text', 'x');
      const bench = await reading({ subject: 'text' });
      assert.equal(bench.reports[0]!.state, 'failed');
      assert.match(bench.reports[0]!.error!, /WRONGTYPE/);
      const wrong = await reading({ subject: 'orders', username: 'ann', password: 'wrong' });
      assert.equal(wrong.reports[0]!.state, 'failed');
      assert.match(wrong.reports[0]!.error!, /WRONGPASS/);
    });
  });

  describe('channels', () => {
    it('hands on messages of one channel', async () => {
      const bench = await reading({ subject: 'news', mode: 'channel' });
      await sender.publish('news', '{"n": 1}');
      await sender.publish('other', 'no');
      await sender.publish('news', Buffer.from([0xff]));
      const [first, second] = (await bench.received(2)).map(({ event }) => event);
      assert.deepEqual([first!.subject, first!.type, first!.data], ['news', 'fob.redis.message', { n: 1 }]);
      assert.equal(second!.data_base64, '/w==');
      assert.notEqual(first!.id, second!.id);
    });

    it('hands on messages of all channels that fit a pattern, also after the server was killed', async () => {
      const bench = await reading({ subject: 'news.*', mode: 'channel' });
      await sender.publish('news.a', 'one');
      await bench.received(1);
      await server.kill();
      await bench.reported('connecting');
      await server.start();
      await bench.reported('running');
      await sender.publish('news.b', 'two');
      const events = await bench.received(2);
      assert.deepEqual(
        events.map(({ event }) => [event.subject, event.data]),
        [
          ['news.a', 'one'],
          ['news.b', 'two'],
        ],
      );
    });

    it('holds what cannot be accepted for a while', async () => {
      const bench = await reading({ subject: 'busy', mode: 'channel' });
      bench.refusal = new Problem('unavailable', 'busy');
      await sender.publish('busy', 'one');
      await bench.reported('failed');
      await sender.publish('busy', 'two');
      bench.refusal = undefined;
      const events = await bench.received(2);
      assert.deepEqual(
        events.map(({ event }) => event.data),
        ['one', 'two'],
      );
    });
  });

  it('reads words', () => {
    assert.deepEqual(redisTrigger.parseWords(['rediss://:p%40ss@cache:6380/orders/new']), {
      url: 'rediss://cache:6380',
      subject: 'orders/new',
      password: 'p@ss',
    });
    assert.throws(() => redisTrigger.parseWords(['redis://cache/0']), /option db/);
    assert.throws(() => redisTrigger.parseWords(['cache/orders']), /redis:\/\/localhost\/orders/);
  });
});
