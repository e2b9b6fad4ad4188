import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connectAsync, type MqttClient } from 'mqtt';
import { noMosquitto, startMosquitto } from '../../../test/support/servers/mosquitto.ts';
import type { TestServer } from '../../../test/support/servers/server.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { mqttTrigger } from './mqtt.ts';

describe('MQTT', { skip: noMosquitto }, () => {
  let broker: TestServer;
  let sender: MqttClient;
  const running: SourceBench[] = [];
  let clients = 0;

  before(async () => {
    broker = await startMosquitto();
    sender = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5 });
  });
  after(async () => {
    for (const bench of running) await bench.stop();
    await sender.endAsync(true);
    await broker.close();
  });
  const subscribed = async (given: object, before?: SourceBench): Promise<SourceBench> => {
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const bench = await startSource(mqttTrigger, { url, clientId: `c${++clients}`, ...given }, before);
    running.push(bench);
    return bench;
  };

  for (const version of [4, 5]) {
    it(`hands on what is published, in version ${version}`, async () => {
      const bench = await subscribed({ topic: `v${version}/+/t`, version });
      await sender.publishAsync(`v${version}/a/t`, '{"t": 21}', { qos: 1 });
      await sender.publishAsync(`v${version}/b/t`, Buffer.from([0xff, 0]), { qos: 2, retain: false });
      await sender.publishAsync(`v${version}/b/other`, 'no', { qos: 1 });
      await sender.publishAsync(`v${version}/c/t`, 'plain', {
        qos: 0,
        properties: { contentType: 'text/x-own', userProperties: { own: 'yes' } },
      });
      const [first, second, third] = (await bench.received(3)).map(({ event }) => event);
      assert.deepEqual([first!.subject, first!.data, first!.qos], [`v${version}/a/t`, { t: 21 }, 1]);
      assert.equal(second!.data_base64, '/wA=');
      assert.equal(third!.data, 'plain');
      if (version === 5) assert.deepEqual([third!.datacontenttype, third!.attributes], ['text/x-own', '{"own":"yes"}']);
      assert.equal(new Set([first!.id, second!.id, third!.id]).size, 3);
    });
  }

  it('acknowledges only what was accepted: the broker gives the rest again', async () => {
    const bench = await subscribed({ topic: 'refused/#' });
    bench.refusal = new Error('the disk is full');
    await sender.publishAsync('refused/1', 'one', { qos: 1 });
    await bench.reported('failed');
    bench.refusal = undefined;
    const [event] = await bench.received(1);
    assert.equal(event!.event.data, 'one');
  });

  it('gets what came while it was away, and while the broker was', async () => {
    const clientId = 'away';
    const first = await subscribed({ topic: 'away/#', clientId });
    await first.stop();
    await sender.publishAsync('away/1', 'one', { qos: 1 });
    const second = await subscribed({ topic: 'away/#', clientId });
    await second.received(1);
    await broker.kill();
    await second.reported('connecting');
    await broker.start();
    await second.reported('running');
    await sender.publishAsync('away/2', 'two', { qos: 1 });
    // A broker that was killed may have forgotten that the first was acknowledged, and gives it again.
    const data = () => second.events.map(({ event }) => event.data);
    while (!data().includes('two')) await second.received(second.events.length + 1);
    assert.deepEqual([...new Set(data())], ['one', 'two']);
  });

  it('waits for a broker that is down at the start', async () => {
    await broker.kill();
    const bench = await subscribed({ topic: 'late' });
    assert.equal(bench.reports.at(-1)!.state, 'connecting');
    await broker.start();
    await bench.reported('running');
    await sender.publishAsync('late', 'x', { qos: 1 });
    await bench.received(1);
  });

  it('says why a broker refuses it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fob-test-mqtt-'));
    const passwords = join(folder, 'passwords');
    execFileSync('mosquitto_passwd', ['-c', '-b', passwords, 'ann', 'secret']);
    await chmod(folder, 0o755);
    await chmod(passwords, 0o644);
    const closed = await startMosquitto(`allow_anonymous false\npassword_file ${passwords}`);
    const url = `mqtt://127.0.0.1:${closed.port}`;
    const [right, wrong] = [
      await startSource(mqttTrigger, { url, topic: 't', clientId: 'r', username: 'ann', password: 'secret' }),
      await startSource(mqttTrigger, { url, topic: 't', clientId: 'w', username: 'ann', password: 'wrong' }),
    ];
    try {
      assert.equal(right.reports.at(-1)!.state, 'running');
      assert.equal(wrong.reports.at(-1)!.state, 'failed');
      assert.match(wrong.reports.at(-1)!.error!, /not authorized/i);
    } finally {
      await Promise.all([right.stop(), wrong.stop()]);
      await closed.close();
      await rm(folder, { recursive: true });
    }
  });

  it('shares a subscription with the others of its group', async () => {
    const members = [
      await subscribed({ topic: 'shared', group: 'g' }),
      await subscribed({ topic: 'shared', group: 'g' }),
    ];
    for (let n = 0; n < 20; n++) await sender.publishAsync('shared', String(n), { qos: 1 });
    const whole = await subscribed({ topic: 'shared/end' });
    await sender.publishAsync('shared/end', 'end', { qos: 1 });
    await whole.received(1);
    const [a, b] = members;
    while (a!.events.length + b!.events.length < 20)
      await Promise.race([a!.received(a!.events.length + 1), b!.received(b!.events.length + 1)]);
    const got = members.flatMap((each) => each.events.map(({ event }) => event.data));
    assert.equal(new Set(got).size, 20);
    assert.ok(a!.events.length > 0 && b!.events.length > 0);
  });

  it('says what is wrong with words and filters', async () => {
    const { user, ...options } = { user: '', ...mqttTrigger.parseWords(['mqtts://ann:p%40ss@broker:8883/a/+/#']) };
    assert.deepEqual(options, { url: 'mqtts://broker:8883', topic: 'a/+/#', username: 'ann', password: 'p@ss' });
    assert.throws(() => mqttTrigger.parseWords(['broker/topic']), /mqtt:\/\/localhost/);
    for (const topic of ['a/#/b', 'a#', 'a/b+']) {
      assert.throws(() => mqttTrigger.check!({ topic } as never), /no topic filter/, topic);
    }
  });
});

describe('MQTT over TLS', { skip: noMosquitto }, () => {
  it('speaks only to a broker whose certificate it can verify', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fob-test-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    );
    const broker = await startMosquitto(`certfile ${cert}\nkeyfile ${key}`);
    const url = `mqtts://127.0.0.1:${broker.port}`;
    const distrustful = await startSource(mqttTrigger, { url, topic: 't' });
    const trusting = await startSource(mqttTrigger, {
      url,
      topic: 't',
      clientId: 'x',
      ca: await readFile(cert, 'utf8'),
    });
    try {
      await trusting.reported('running');
      assert.notEqual(distrustful.reports.at(-1)!.state, 'running');
      assert.match(distrustful.reports.map(({ error }) => error).join(' '), /self.signed/i);
    } finally {
      await distrustful.stop();
      await trusting.stop();
      await broker.close();
      await rm(folder, { recursive: true });
    }
  });
});
