import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { noRabbitmq, startRabbitmq } from '../../../test/support/servers/rabbitmq.ts';
import { freePort, type TestServer } from '../../../test/support/servers/server.ts';
import { Problem } from '../../model/problem.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { amqpTrigger } from './amqp.ts';

describe('AMQP', { skip: noRabbitmq }, () => {
  let broker: TestServer;
  let connection: ChannelModel;
  let sender: ConfirmChannel;
  let tlsPort: number;
  let folder: string;
  const running: SourceBench[] = [];

  const open = async (): Promise<void> => {
    connection = await connect(`amqp://127.0.0.1:${broker.port}`);
    connection.on('error', () => {});
    sender = await connection.createConfirmChannel();
    sender.on('error', () => {});
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-test-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    tlsPort = await freePort();
    const tls = [`listeners.ssl.1 = 127.0.0.1:${tlsPort}`, `ssl_options.certfile = ${cert}`];
    broker = await startRabbitmq([...tls, `ssl_options.keyfile = ${key}`].join('\n'));
    await open();
  });
  after(async () => {
    for (const bench of running) await bench.stop();
    await connection?.close().catch(() => {});
    await broker?.close();
    await rm(folder, { recursive: true });
  });
  const consuming = async (given: object): Promise<SourceBench> => {
    const bench = await startSource(amqpTrigger, { url: `amqp://127.0.0.1:${broker.port}`, ...given });
    running.push(bench);
    return bench;
  };
  const send = async (queue: string, body: string | Buffer, properties = {}): Promise<void> => {
    sender.sendToQueue(queue, Buffer.from(body), { persistent: true, ...properties });
    await sender.waitForConfirms();
  };

  it('hands on what is sent, with what is said about it', async () => {
    const bench = await consuming({ queue: 'plain', declare: true });
    await send('plain', '{"n": 1}', {
      messageId: 'm-1',
      contentType: 'application/json',
      timestamp: 1_700_000_000,
      headers: { own: 'yes', bytes: Buffer.from([1, 2]) },
    });
    await send('plain', Buffer.from([0xff, 0]));
    await send('plain', '{"cut', { contentType: 'application/json' });
    const [first, second, third] = (await bench.received(3)).map(({ event }) => event);
    assert.deepEqual([first!.id, first!.subject, first!.data], ['m-1', 'plain', { n: 1 }]);
    assert.deepEqual([first!.time, first!.redelivered], ['2023-11-14T22:13:20.000Z', false]);
    assert.deepEqual([first!.virtualhost, first!.exchange, first!.routingkey], ['/', '', 'plain']);
    const { headers, deliveryMode } = JSON.parse(first!.properties as string);
    assert.deepEqual([deliveryMode, headers], [2, { own: 'yes', bytes: 'AQI=' }]);
    assert.equal(second!.data_base64, '/wA=');
    assert.equal(third!.data, '{"cut');
    assert.notEqual(second!.id, third!.id);
  });

  it('binds its queue to an exchange', async () => {
    await sender.assertExchange('shop', 'topic');
    const bench = await consuming({ queue: 'bound', declare: true, exchange: 'shop', routingKey: 'orders.*' });
    sender.publish('shop', 'orders.new', Buffer.from('yes'));
    sender.publish('shop', 'other.new', Buffer.from('no'));
    sender.publish('shop', 'orders.old', Buffer.from('yes'));
    const events = await bench.received(2);
    assert.deepEqual(
      events.map(({ event }) => [event.exchange, event.routingkey, event.data]),
      [
        ['shop', 'orders.new', 'yes'],
        ['shop', 'orders.old', 'yes'],
      ],
    );
  });

  it('takes a queue as it is, and says where there is none', async () => {
    await sender.assertQueue('quorum', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await send('quorum', 'x');
    const bench = await consuming({ queue: 'quorum', declare: true });
    await bench.received(1);
    const lost = await consuming({ queue: 'nowhere' });
    assert.deepEqual(lost.reports[0]!.state, 'failed');
    assert.match(lost.reports[0]!.error!, /no queue 'nowhere'/);
    await sender.assertQueue('nowhere');
    await lost.reported('running');
  });

  it('shares one acceptance among what came meanwhile, and never holds more than it may', async () => {
    await sender.assertQueue('many');
    const bench = await consuming({ queue: 'many', prefetch: 10 });
    bench.refusal = new Problem('unavailable', 'busy');
    for (let n = 0; n < 95; n++) sender.sendToQueue('many', Buffer.from(String(n)));
    await sender.waitForConfirms();
    await bench.reported('failed');
    assert.equal((await sender.checkQueue('many')).messageCount, 85);
    bench.refusal = undefined;
    const events = await bench.received(95);
    assert.deepEqual(
      events.map(({ event }) => event.data),
      Array.from({ length: 95 }, (_, n) => n),
    );
    assert.ok(bench.accepted.length < 95, `${bench.accepted.length} times`);
    assert.ok(Math.max(...bench.accepted) <= 10);
    await bench.stop();
    assert.equal((await sender.checkQueue('many')).messageCount, 0);
  });

  it('acknowledges only what was accepted', async () => {
    await sender.assertQueue('refused');
    const bench = await consuming({ queue: 'refused' });
    bench.refusal = new Problem('storage_full', 'the disk is full');
    await send('refused', 'one', { messageId: '1' });
    await bench.reported('failed');
    assert.equal(bench.reports.at(-1)!.error, 'the disk is full');
    bench.refusal = undefined;
    await bench.received(1);
    await bench.reported('running');
    bench.refusal = new Problem('storage_full', 'the disk is full');
    await send('refused', 'two', { messageId: '2' });
    await bench.reported('failed');
    await bench.stop();
    const next = await consuming({ queue: 'refused' });
    const [event] = await next.received(1);
    assert.deepEqual([event!.event.id, event!.event.redelivered], ['2', true]);
  });

  it('keeps what is too large as a dead event, and goes on', async () => {
    await sender.assertQueue('large');
    const bench = await consuming({ queue: 'large' });
    bench.refuse = (events) =>
      events.some(({ event }) => event.data === 'large') ? new Problem('too_large', 'too large') : undefined;
    for (const body of ['a', 'large', 'b']) sender.sendToQueue('large', Buffer.from(body));
    const events = await bench.received(2);
    assert.deepEqual(
      events.map(({ event }) => event.data),
      ['a', 'b'],
    );
    assert.deepEqual(
      bench.quarantined.map(({ event, reason }) => [event.data, reason]),
      [['large', 'too large']],
    );
  });

  it('comes back when the broker ends its subscription', async () => {
    await sender.assertQueue('deleted');
    const bench = await consuming({ queue: 'deleted', declare: true });
    await sender.deleteQueue('deleted');
    await bench.reported('connecting');
    assert.match(bench.reports.at(-1)!.error!, /the queue deleted is gone/);
    await bench.reported('running');
    await send('deleted', 'x');
    await bench.received(1);
  });

  it('comes back when the broker was killed, and gets what was not acknowledged', async () => {
    await sender.assertQueue('durable', { durable: true });
    const bench = await consuming({ queue: 'durable' });
    bench.refusal = new Problem('unavailable', 'busy');
    await send('durable', 'one', { messageId: 'one' });
    await bench.reported('failed');
    await broker.kill();
    await bench.reported('connecting');
    bench.refusal = undefined;
    const late = await consuming({ queue: 'durable' });
    assert.equal(late.reports.at(-1)!.state, 'connecting');
    await late.stop();
    await broker.start();
    const [event] = await bench.received(1);
    assert.equal(event!.event.id, 'one');
    await open();
    await send('durable', 'two');
    await bench.received(2);
  });

  it('speaks over TLS only to a broker whose certificate it can verify', async () => {
    const url = `amqps://127.0.0.1:${tlsPort}`;
    await sender.assertQueue('secret');
    await send('secret', 'x');
    const distrustful = await consuming({ url, queue: 'secret' });
    assert.equal(distrustful.reports[0]!.state, 'connecting');
    assert.match(distrustful.reports[0]!.error!, /self.signed/i);
    const trusting = await consuming({ url, queue: 'secret', ca: await readFile(join(folder, 'cert.pem'), 'utf8') });
    await trusting.received(1);
    assert.equal(distrustful.events.length, 0);
  });

  it('says what is wrong with words, options and passwords', async () => {
    const options = amqpTrigger.parseWords(['amqps://ann:p%40ss@broker:5671/team/orders']);
    assert.deepEqual(options, {
      url: 'amqps://broker:5671',
      queue: 'team/orders',
      username: 'ann',
      password: 'p@ss',
    });
    assert.throws(() => amqpTrigger.parseWords(['broker/queue']), /amqp:\/\/localhost\/orders/);
    assert.throws(() => amqpTrigger.check!({ exchange: '', routingKey: 'a' } as never), /exchange/);
    const bench = await consuming({ queue: 'plain', username: 'ann', password: 'wrong' });
    assert.equal(bench.reports[0]!.state, 'failed');
    assert.match(bench.reports[0]!.error!, /ACCESS_REFUSED|ACCESS-REFUSED/);
  });
});
