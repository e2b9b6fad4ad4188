import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { noNats, startNats } from '../../../test/support/servers/nats.ts';
import type { TestServer } from '../../../test/support/servers/server.ts';
import { Problem } from '../../model/problem.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { natsTrigger } from './nats.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const idsOf = (bench: SourceBench): string[] => bench.events.map(({ event }) => event.id);
const dataOf = (bench: SourceBench): unknown[] => bench.events.map(({ event }) => event.data);

describe('NATS', { skip: noNats }, () => {
  let server: TestServer;
  let sender: NatsConnection;
  let manager: JetStreamManager;
  let streams: JetStreamClient;
  const running: SourceBench[] = [];

  before(async () => {
    server = await startNats();
    sender = await connect({ servers: `127.0.0.1:${server.port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    manager = await jetstreamManager(sender);
    streams = jetstream(sender);
  });
  after(async () => {
    for (const bench of running) await bench.stop();
    await sender.close();
    await server.close();
  });
  const listening = async (given: object): Promise<SourceBench> => {
    const bench = await startSource(natsTrigger, { url: `nats://127.0.0.1:${server.port}`, ...given });
    running.push(bench);
    return bench;
  };
  /** Waits until the server has said what it had to say before. */
  const back = async (bench: SourceBench): Promise<void> => {
    await bench.reported('running');
    await sender.flush();
  };

  describe('subjects', () => {
    it('hands on what is sent to a subject, with wildcards', async () => {
      const bench = await listening({ subject: 'orders.*.>' });
      sender.publish('orders.eu.made', '{"t": 21}');
      sender.publish('orders.eu.made.big', Uint8Array.of(0xff, 0));
      sender.publish('orders.eu', 'no');
      const own = headers();
      own.set('Content-Type', 'text/x-own');
      own.append('Tag', 'a');
      own.append('Tag', 'b');
      sender.publish('orders.us.made', '12', { headers: own });
      const [first, second, third] = (await bench.received(3)).map(({ event }) => event);
      assert.deepEqual([first!.subject, first!.data, first!.type], ['orders.eu.made', { t: 21 }, 'fob.nats.message']);
      assert.equal(second!.data_base64, '/wA=');
      assert.deepEqual([third!.data, third!.datacontenttype], ['12', 'text/x-own']);
      assert.deepEqual(JSON.parse(third!.headers as string).slice(1), [
        ['Tag', 'a'],
        ['Tag', 'b'],
      ]);
      assert.equal(new Set(idsOf(bench)).size, 3);
    });

    it('shares them in a queue group', async () => {
      const members = [
        await listening({ subject: 'shared', queue: 'g' }),
        await listening({ subject: 'shared', queue: 'g' }),
      ];
      const whole = await listening({ subject: 'shared' });
      for (let n = 0; n < 50; n++) sender.publish('shared', String(n));
      await whole.received(50);
      const [a, b] = members;
      while (a!.events.length + b!.events.length < 50)
        await Promise.race([a!.received(a!.events.length + 1), b!.received(b!.events.length + 1)]);
      assert.equal(new Set(members.flatMap(dataOf)).size, 50);
      assert.ok(a!.events.length > 0 && b!.events.length > 0);
    });

    it('keeps in memory what could not be accepted, until it can', async () => {
      const bench = await listening({ subject: 'refused' });
      bench.refusal = new Error('the disk is full');
      sender.publish('refused', 'one');
      await bench.reported('failed');
      sender.publish('refused', 'two');
      await sender.flush();
      bench.refusal = undefined;
      await bench.received(2);
      assert.deepEqual(dataOf(bench), ['one', 'two']);
      assert.equal(bench.reports.at(-1)!.error, undefined);
    });
  });

  describe('streams', () => {
    it('hands on what a stream holds, once, with ids that last', async () => {
      await manager.streams.add({ name: 'S', subjects: ['s.>'] });
      await streams.publish('s.a', bytes('{"n":1}'));
      await streams.publish('s.b', Uint8Array.of(0xff, 0));
      await streams.publish('s.c', bytes('x'), { msgID: 'own-id' });
      const bench = await listening({ subject: 's.>', stream: 'S', fromBeginning: true });
      const [first, second, third] = (await bench.received(3)).map(({ event }) => event);
      assert.deepEqual([first!.id, first!.subject, first!.data], ['S/1', 's.a', { n: 1 }]);
      assert.deepEqual([second!.id, second!.data_base64, second!.sequence], ['S/2', '/wA=', '2']);
      assert.equal(third!.id, 'own-id');
      await bench.stop();
      await streams.publish('s.d', bytes('later'));
      const next = await listening({ subject: 's.>', stream: 'S' });
      await next.received(1);
      assert.deepEqual(idsOf(next), ['S/4']);
    });

    it('is given again, with the same ids, what was refused', async () => {
      await manager.streams.add({ name: 'R', subjects: ['r'] });
      const bench = await listening({ subject: 'r', stream: 'R' });
      bench.refusal = new Error('the disk is full');
      for (let n = 0; n < 3; n++) await streams.publish('r', bytes(String(n)));
      await bench.reported('failed');
      assert.equal(bench.events.length, 0);
      bench.refusal = undefined;
      await bench.received(3);
      assert.deepEqual(idsOf(bench).sort(), ['R/1', 'R/2', 'R/3']);
      await bench.reported('running');
    });

    it('puts aside what is too large, and goes on', async () => {
      await manager.streams.add({ name: 'L', subjects: ['l'] });
      const bench = await listening({ subject: 'l', stream: 'L' });
      bench.refusal = new Problem('too_large', 'larger than 10 bytes');
      await streams.publish('l', bytes('much too large'));
      while (bench.quarantined.length === 0) await sender.flush();
      bench.refusal = undefined;
      await streams.publish('l', bytes('fits'));
      await bench.received(1);
      const [{ event, reason }] = bench.quarantined as [(typeof bench.quarantined)[0]];
      assert.equal(event.id, 'L/1');
      assert.match(reason, /larger than 10 bytes/);
    });

    it('goes on where it was when the server was killed', async () => {
      await manager.streams.add({ name: 'K', subjects: ['k'] });
      const bench = await listening({ subject: 'k', stream: 'K' });
      await streams.publish('k', bytes('one'));
      await bench.received(1);
      await server.kill();
      await bench.reported('connecting');
      await server.start();
      await back(bench);
      await streams.publish('k', bytes('two'));
      while (!dataOf(bench).includes('two')) await bench.received(bench.events.length + 1);
      assert.deepEqual([...new Set(idsOf(bench))], ['K/1', 'K/2']);
    });

    it('tells the server that it is still at work while accepting takes long', async () => {
      await manager.streams.add({ name: 'W', subjects: ['w'] });
      const bench = await listening({ subject: 'w', stream: 'W', ackWaitSeconds: 3 });
      const held = Promise.withResolvers<void>();
      bench.hold = held.promise;
      const signs = sender.subscribe('$JS.ACK.W.>', { max: 5 });
      await streams.publish('w', bytes('x'));
      const said: string[] = [];
      // Five signs of a third of the time each: longer than the server would have waited.
      for await (const sign of signs) said.push(sign.string());
      assert.deepEqual(new Set(said), new Set(['+WPI']));
      assert.equal((await manager.consumers.info('W', 'fob-test')).num_redelivered, 0);
      held.resolve();
      await bench.received(1);
    });

    it('says which stream is missing, and begins when it is there', async () => {
      const bench = await listening({ subject: 'm', stream: 'M', fromBeginning: true });
      assert.match(bench.reports.at(-1)!.error!, /no stream M; make it: nats stream add M/);
      await manager.streams.add({ name: 'M', subjects: ['m'] });
      await streams.publish('m', bytes('x'));
      await bench.received(1);
    });
  });

  for (const stream of ['', 'D'])
    it(`waits for a server that is down at the start, ${stream === '' ? 'for a subject' : 'for a stream'}`, async () => {
      if (stream !== '') await manager.streams.add({ name: stream, subjects: ['late'] });
      await server.kill();
      const bench = await listening({ subject: 'late', stream });
      assert.equal(bench.reports.at(-1)!.state, 'connecting');
      await server.start();
      await back(bench);
      sender.publish('late', 'x');
      await bench.received(1);
    });

  it('says what is wrong with words and subjects', async () => {
    assert.deepEqual(natsTrigger.parseWords(['tls://ann:p%40ss@a:4222,b:4222/x.*.>']), {
      url: 'tls://a:4222,b:4222',
      subject: 'x.*.>',
      username: 'ann',
      password: 'p@ss',
    });
    assert.throws(() => natsTrigger.parseWords(['host/subject']), /nats:\/\/localhost/);
    for (const subject of ['a..b', 'a.>.b', 'a*', '.a']) {
      assert.throws(() => natsTrigger.check!({ subject, stream: '', queue: '' } as never), /is no subject/, subject);
    }
    assert.throws(() => natsTrigger.check!({ subject: 'a', stream: 'S', queue: 'q' } as never), /"consumer"/);
  });
});

describe('NATS over TLS', { skip: noNats }, () => {
  it('speaks only to a server whose certificate it can verify, and gives it its password', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fob-test-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const server = await startNats('--tls', '--tlscert', cert, '--tlskey', key, '--user', 'ann', '--pass', 'secret');
    const given = { url: `tls://127.0.0.1:${server.port}`, subject: 't', username: 'ann', password: 'secret' };
    const ca = await readFile(cert, 'utf8');
    const benches = {
      distrustful: await startSource(natsTrigger, given),
      mistyped: await startSource(natsTrigger, { ...given, ca, password: 'wrong' }),
      trusting: await startSource(natsTrigger, { ...given, ca }),
    };
    try {
      await benches.trusting.reported('running');
      assert.match(benches.distrustful.reports[0]!.error!, /self.signed/i);
      assert.match(benches.mistyped.reports[0]!.error!, /authorization/i);
    } finally {
      for (const bench of Object.values(benches)) await bench.stop();
      await server.close();
      await rm(folder, { recursive: true });
    }
  });
});
