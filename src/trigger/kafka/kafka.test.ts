import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Admin, Producer } from '@platformatic/kafka';
import { noKafka, startKafka } from '../../../test/support/servers/kafka.ts';
import type { TestServer } from '../../../test/support/servers/server.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { kafkaTrigger } from './kafka.ts';

const idsOf = (bench: SourceBench): string[] => bench.events.map(({ event }) => event.id);
let groups = 0;

describe('Kafka', { skip: noKafka }, () => {
  let server: TestServer;
  let producer: Producer;
  let admin: Admin;
  const running: SourceBench[] = [];

  before(async () => {
    server = await startKafka();
    const client = { clientId: 'test', bootstrapBrokers: [`127.0.0.1:${server.port}`] };
    producer = new Producer(client);
    admin = new Admin(client);
    for (const topic of ['a', 'refused', 'killed'])
      await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  });
  after(async () => {
    for (const bench of running) await bench.stop();
    await producer.close(true);
    await admin.close();
    await server.close();
  });
  const send = (topic: string, ...values: readonly (string | Buffer)[]) =>
    producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value as string) })) });
  const reading = async (given: object, before?: SourceBench): Promise<SourceBench> => {
    const options = { brokers: `127.0.0.1:${server.port}`, group: `g${++groups}`, fromBeginning: true, ...given };
    const bench = await startSource(kafkaTrigger, options, before);
    running.push(bench);
    return bench;
  };

  it('hands on records with keys and headers, and goes on behind them', async () => {
    const headers = new Map([[Buffer.from('h'), Buffer.from([0xff])]]);
    await producer.send({ messages: [{ topic: 'a', key: Buffer.from('k'), value: Buffer.from('{"n":1}'), headers }] });
    await send('a', Buffer.from([0xff, 0]), 'text');
    const bench = await reading({ topics: ['a'], group: 'same' });
    const [first, second, third] = await bench.received(3);
    assert.deepEqual([first!.event.id, first!.event.data, first!.event.subject], ['a/0/0', { n: 1 }, 'a']);
    assert.deepEqual([first!.event.keybase64, first!.key], ['aw==', 'aw==']);
    assert.equal(first!.event.headers, '[["h","/w=="]]');
    assert.deepEqual([second!.event.data_base64, second!.key], ['/wA=', undefined]);
    assert.deepEqual([third!.event.data, third!.event.offset], ['text', '2']);
    await bench.stop();
    await send('a', 'later');
    const next = await reading({ topics: ['a'], group: 'same' });
    await next.received(1);
    assert.deepEqual(idsOf(next), ['a/0/3']);
  });

  it('commits nothing that was not accepted: it is read again with the same ids', async () => {
    await send('refused', 'one', 'two');
    const first = await reading({ topics: ['refused'], group: 'r' });
    await first.received(2);
    first.refusal = new Error('the disk is full');
    await send('refused', 'three');
    await first.reported('failed');
    await first.stop();
    const second = await reading({ topics: ['refused'], group: 'r' });
    await second.received(1);
    assert.deepEqual(idsOf(second), ['refused/0/2']);
  });

  it('goes on when the broker was killed, and waits for one that is down at the start', async () => {
    await send('killed', 'one');
    const bench = await reading({ topics: ['killed'] });
    await bench.received(1);
    await server.kill();
    const late = await reading({ topics: ['killed'] });
    assert.equal(late.reports.at(-1)!.state, 'connecting');
    await server.start();
    await late.received(1);
    await send('killed', 'two');
    while (!idsOf(bench).includes('killed/0/1')) await bench.received(bench.events.length + 1);
    assert.deepEqual([...new Set(idsOf(bench))], ['killed/0/0', 'killed/0/1']);
  });
});

describe('options of Kafka', () => {
  it('says what is wrong with words and options', () => {
    assert.deepEqual(kafkaTrigger.parseWords(['kafka://a,b:19092/x,y.z']), {
      brokers: 'a:9092,b:19092',
      topics: ['x', 'y.z'],
    });
    assert.throws(() => kafkaTrigger.parseWords(['a:9092/x']), /kafka:\/\/localhost:9092\/orders/);
    assert.throws(() => kafkaTrigger.check!({ sasl: 'PLAIN', username: '' } as never), /"sasl" and "username"/);
  });
});
