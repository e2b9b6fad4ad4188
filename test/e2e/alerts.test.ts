import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import type { Notification } from '../../src/model/alert.ts';
import { Receiver } from '../../src/service/testing/receiver.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const GOOD = 'exports.handler = async ({ id }) => ({ paid: id });\n';
const BAD = `exports.handler = async ({ id }) => {
  console.log('charging order', id);
  const customer = undefined;
  return { paid: customer.id };
};
`;
const TIMEOUT_MS = 180_000;

/** A real mail server that keeps what it gets. */
async function startMailServer(): Promise<{ port: number; next(): Promise<string>; close(): Promise<void> }> {
  const received: string[] = [];
  const waiting: ((mail: string) => void)[] = [];
  const server = new SMTPServer({
    authOptional: false,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'fob' && password === 'p@ss' ? done(null, { user: username }) : done(new Error('wrong password')),
    onData(stream, _session, done) {
      void buffer(stream).then((bytes) => {
        const next = waiting.shift();
        if (next === undefined) received.push(bytes.toString());
        else next(bytes.toString());
        done();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as { port: number }).port,
    next: () =>
      received.length > 0 ? Promise.resolve(received.shift()!) : new Promise((resolve) => waiting.push(resolve)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('an alert of a real node', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
  timeout: TIMEOUT_MS,
}, () => {
  let node: TestNode;
  let receiver: Receiver;
  let mail: Awaited<ReturnType<typeof startMailServer>>;
  const json = (body: object) => ({ body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  const deploy = async (code: string) => {
    const { status, text } = await node.request('PUT', '/v1/functions/pay?fileName=pay.js&owner=team-a', {
      body: code,
      headers: { 'Content-Type': 'text/plain' },
    });
    assert.ok(status === 200 || status === 201, text);
  };
  const call = (id: number) => node.request('POST', '/v1/functions/pay/invoke', json({ id }));
  const put = async (path: string, body: object) => {
    const reply = await node.request('PUT', path, json(body));
    assert.ok(reply.status < 300, reply.text);
    return reply;
  };

  before(async () => {
    receiver = await Receiver.start();
    mail = await startMailServer();
    node = await startTestNode();
  });
  after(async () => {
    await node?.close();
    await receiver?.close();
    await mail?.close();
  });

  test('tells by HTTP and by mail why a new version fails, and how to roll back', async () => {
    const webhook = await put('/v1/alerts/channels/hook', {
      kind: 'webhook',
      url: `${receiver.url}/alerts?key=secret`,
    });
    const { secret } = webhook.json;
    assert.match(secret, /^whsec_/);
    await put('/v1/alerts/channels/mail', {
      kind: 'email',
      to: ['ops@example.org'],
      from: 'fob@example.org',
      smtp: `smtp://fob:p%40ss@127.0.0.1:${mail.port}`,
    });
    await put('/v1/alerts/routing', { default: [], owners: { 'team-a': ['hook', 'mail'] } });
    const listed = await node.request('GET', '/v1/alerts/channels');
    assert.doesNotMatch(listed.text, /whsec_|p%40ss|key=secret/, 'secrets are never shown');

    const stream = await fetch(`${node.url}/v1/alerts/stream`);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();

    await deploy(GOOD);
    for (let id = 0; id < 5; id++) assert.equal((await call(id)).status, 200);
    await deploy(BAD);
    // Looked at once all have failed, and not in their middle, which would be another alert.
    await put('/v1/alerts/defaults', { scope: 'function:pay', rule: 'errors', change: { enabled: false } });
    for (let id = 0; id < 20; id++) await call(id);
    const again = await node.request('DELETE', '/v1/alerts/defaults?scope=function:pay&rule=errors');
    assert.equal(again.status, 204, again.text);

    const { body, headers } = await receiver.next();
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = createHmac('sha256', key)
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
      .update(body);
    assert.equal(headers['webhook-signature'], `v1,${signed.digest('base64')}`);
    const told = JSON.parse(body.toString()) as Notification;
    assert.equal(told.severity, 'critical');
    assert.match(told.text, /Likely {2}version 2, deployed by operator .*20 of 20 failures are of it/);
    assert.match(told.text, /Error {3}TypeError: Cannot read properties of undefined \(reading 'id'\)/);
    assert.match(told.text, /pay\.js:4:\d+/);
    assert.match(told.text, /\| charging order \d+/);
    assert.match(told.text, /Roll back +fob rollback pay\n/);
    const invocationId = told.alerts[0]!.diagnosis!.error!.invocationId;
    assert.equal((await node.request('GET', `/v1/invocations/${invocationId}`)).json.status, 'failed');

    let streamed = '';
    while (!streamed.includes('errors@pay')) streamed += (await reader.read()).value ?? '';
    assert.match(streamed, /event: alert\ndata: \{"id":"errors@pay"/);
    await reader.cancel();

    const text = (await mail.next()).replaceAll('=\r\n', '');
    assert.match(text, /^Subject: \[fob\] CRITICAL pay: errors \/ invocations/m);
    assert.match(text, /version 2, deployed by operator/);
    assert.match(text, /fob rollback pay/);
  });

  test('is shown, acknowledged, and counted among what fired', async () => {
    const shown = await node.request('GET', '/v1/alerts/errors@pay');
    assert.equal(shown.json.owner, 'team-a');
    const acknowledged = await node.request('POST', '/v1/alerts/errors@pay/ack', json({ note: 'on it' }));
    assert.deepEqual([acknowledged.json.acknowledged.by, acknowledged.json.acknowledged.note], ['operator', 'on it']);
    assert.equal((await node.request('GET', '/v1/alerts/history?function=pay')).json.firings[0].id, 'errors@pay');
    assert.equal((await node.request('GET', '/v1/alerts/errors@nobody')).status, 404);
  });

  test('refuses what cannot be, in words', async () => {
    const rule = (body: object) => node.request('PUT', '/v1/alerts/rules/mine', json(body));
    const wrong = await rule({ function: 'pay', when: 'invocatoins > 5' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.json.detail, /nobody has a metric "invocatoins"; do you mean "invocations"\?/);
    assert.equal((await rule({ function: 'pay', when: 'errors > 5 over 40d' })).status, 400);
    const made = await rule({ function: 'pay', when: 'errors / invocations > 5% over 5m', notify: ['webhook:hook'] });
    assert.equal(made.status, 201);
    const kept = await node.request('DELETE', '/v1/alerts/channels/hook');
    assert.match(kept.json.detail, /the rule "mine" tells the channel "hook"/);
    await put('/v1/alerts/channels/deaf', { kind: 'slack', url: 'http://127.0.0.1:1/hook' });
    const test = await node.request('POST', '/v1/alerts/channels/deaf/test');
    assert.equal(test.status, 503);
    assert.match(test.json.detail, /ECONNREFUSED/);
    const { channels } = (await node.request('GET', '/v1/alerts/channels')).json;
    assert.match(channels.find(({ name }: { name: string }) => name === 'deaf').lastError.message, /ECONNREFUSED/);
    await put('/v1/alerts/channels/self', { kind: 'webhook', url: `${node.url}/v1/functions` });
    const self = await node.request('POST', '/v1/alerts/channels/self/test');
    assert.match(self.json.detail, /that is this node itself/);
  });

  test('does not change what the platform promises: the status page names nobody', async () => {
    const status = await node.request('GET', '/v1/status');
    const calls = status.json.objectives.find(({ name }: { name: string }) => name === 'availability');
    assert.equal(calls.windows['1h'].bad, 0);
    assert.ok(calls.windows['1h'].total >= 25);
    const page = await node.request('GET', '/status');
    assert.match(page.headers.get('content-security-policy')!, /default-src 'none'/);
    assert.doesNotMatch(status.text + page.text, /pay|team-a/);
  });
});
