import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { connectAsync } from 'mqtt';
import { noMosquitto, startMosquitto } from '../support/servers/mosquitto.ts';
import { openWorkshop, soon, type Workshop } from './workshop.ts';

describe('blueprints of messages', { skip: process.platform !== 'linux' }, () => {
  let workshop: Workshop;

  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop?.close());

  /** Bodies of messages that a queue holds; they are taken out. */
  const received = async (queue: string): Promise<string[]> =>
    (await workshop.json('queue', 'receive', queue, '-n', '10', '--wait', '20s', '--delete')).map(
      ({ body }: { body: string }) => body,
    );

  test('mqtt-sensors: readings are summed up by sensor and minute, and high ones told', {
    skip: noMosquitto,
  }, async () => {
    const { fob, json, make, sample, delivered } = workshop;
    const broker = await startMosquitto();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    try {
      const folder = await make('mqtt-sensors', {
        name: 'climate',
        broker: url,
        topic: 'house/+/temperature',
        limit: '25',
      });
      await fob('queue', 'create', 'high');
      await fob('topic', 'subscribe', 'climate-high', 'queue:high');
      await soon(async () => assert.equal((await json('trigger', 'show', 'climate-reading')).state, 'running'));

      assert.equal((await sample('climate', folder)).count, 1);
      const sensor = await connectAsync(url);
      const readings = ['20', '{"value": 22.5}', '26', 'warm'];
      for (const reading of readings) await sensor.publishAsync('house/hall/temperature', reading, { qos: 1 });
      await sensor.publishAsync('house/cellar/temperature', '12', { qos: 1 });
      await sensor.publishAsync('house/cellar/humidity', '80', { qos: 1 });
      await sensor.endAsync();

      // What is no number waits for another attempt, which holds up nothing but its own sensor.
      await delivered('climate', 'climate-reading', 4);
      const keys = (await json('kv', 'list', 'climate', '--values')) as { key: string; value: string }[];
      const sums = (name: string) => {
        const found = keys.filter(({ key }) => key.startsWith(`house/${name}/temperature/`));
        const all = found.map(({ value }) => JSON.parse(value) as { count: number; sum: number; max: number });
        return { count: sum(all, 'count'), sum: sum(all, 'sum'), max: Math.max(...all.map(({ max }) => max)) };
      };
      assert.deepEqual(sums('hall'), { count: 3, sum: 68.5, max: 26 });
      assert.deepEqual(sums('cellar'), { count: 1, sum: 12, max: 12 });
      assert.equal(keys.filter(({ key }) => key.includes('humidity')).length, 0);
      const [high, ...others] = (await received('high')).map((body) => JSON.parse(body));
      const { sensor: name, value, limit } = high.data ?? high;
      assert.deepEqual([name, value, limit, others], ['house/hall/temperature', 26, 25, []]);
    } finally {
      await broker.close();
    }
  });

  test('webhook-queue-worker: signed orders are queued once and worked on, and what fails for good is kept', async () => {
    const { json, make, sample, node, object } = workshop;
    const secret = 'the-secret-of-the-shop';
    const folder = await make('webhook-queue-worker', { name: 'shop', atOnce: '3' }, { WEBHOOK_SECRET: secret });
    assert.deepEqual(await sample('shop', folder), { queued: 'a-17' });
    await soon(async () => assert.equal(await object('shop-receipts', 'a-17.txt'), '3 x tea\n'));
    const trigger = await json('trigger', 'show', 'shop-work');
    assert.equal(trigger.delivery.maxConcurrency, 3);
    const order = async (id: string, item: string, { delivery = id, key = secret } = {}): Promise<number> => {
      const body = JSON.stringify({ id, item, quantity: 2 });
      const headers = {
        'Content-Type': 'application/json',
        'X-Delivery-Id': delivery,
        'X-Signature': createHmac('sha256', key).update(body).digest('hex'),
      };
      return (await node.client.request('POST', '/hooks/shop', { body, headers })).status;
    };
    assert.equal(await order('forged', 'tea', { key: 'somebody-elses' }), 401);
    assert.equal(await order('a-1', 'tea'), 200);
    assert.equal(await order('a-1', 'tea'), 200, 'the same delivery');
    assert.equal(await order('a-1', 'tea', { delivery: 'again' }), 200, 'the same order in another delivery');
    assert.equal(await order('a-2', 'coffee'), 200);
    await soon(async () => assert.equal(await object('shop-receipts', 'a-1.txt'), '2 x tea\n'));
    const [failed] = await received('shop-failed');
    assert.match(failed!, /a-2: there is no coffee/);
    const { lanes } = await json('events', 'shop-worker');
    assert.equal(lanes[0].delivered, 2, 'beside the sample, the order that came twice was worked on once');
    assert.equal(await object('shop-receipts', 'forged.txt'), undefined);
  });

  test('block-addresses: who is refused too often is blocked, told of, and refused by the proxy', async () => {
    const { fob, make, sample, node, value, delivered } = workshop;
    const folder = await make('block-addresses', { name: 'guard', limit: '3', never: '10.0.0.0/8' });
    assert.deepEqual(await sample('guard', folder), { blocked: [] });
    await fob('queue', 'create', 'told');
    await fob('topic', 'subscribe', 'guard-blocked', 'queue:told');
    const asked = async (address: string) =>
      (await node.client.request('GET', '/blocked', { headers: { 'X-Real-IP': address } })).status;
    assert.equal(await asked('192.0.2.9'), 204);

    const time = new Date().toISOString();
    const request = (address: string, status: number) => JSON.stringify({ address, status, time });
    const lines = [
      ...Array.from({ length: 4 }, () => request('192.0.2.9', 401)),
      ...Array.from({ length: 4 }, () => request('10.1.2.3', 401)),
      ...Array.from({ length: 9 }, () => request('192.0.2.1', 200)),
      ...Array.from({ length: 3 }, () => request('2001:db8::7', 404)),
    ];
    for (const line of lines) await fob('queue', 'send', 'guard-requests', line);
    await delivered('guard', 'guard-requests', lines.length);
    const answers = await Promise.all(['192.0.2.9', '10.1.2.3', '192.0.2.1', '2001:db8::7'].map(asked));
    assert.deepEqual(answers, [403, 204, 204, 204]);
    assert.deepEqual((await value('guard', 'blocked/192.0.2.9')).refused >= 4, true);
    const [told, ...others] = (await received('told')).map((body) => JSON.parse(body));
    const { address, minutes } = told.data ?? told;
    assert.deepEqual([address, minutes, others], ['192.0.2.9', 60, []]);
    assert.equal((await node.client.request('GET', '/blocked')).status, 400, 'the proxy says who is meant');
  });
});

function sum<T extends string>(all: readonly Readonly<Record<T, number>>[], field: T): number {
  return all.reduce((total, each) => total + each[field], 0);
}
