import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { createEventsHarness, DONE, type EventsHarness } from '../../engine/events/testing/harness.ts';
import type { Services } from '../../service/services.ts';
import { createTriggers } from '../../trigger/supervisor.ts';
import type { Triggers } from '../../trigger/triggers.ts';
import { loadTypes } from '../../trigger/types.ts';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

const SECRET = "It's a Secret to Everybody";
const PUSH = '{ "ref": "refs/heads/main" }';

describe('a webhook from its sender to its function', () => {
  let harness: EventsHarness;
  let triggers: Triggers;
  let node: TestServer;

  before(async () => {
    harness = await createEventsHarness();
    harness.put('build', () => DONE, { handler: 'main.handler' });
    const { store, engine, events, clock } = harness;
    const log = pino({ level: 'silent' });
    const services = {} as Services;
    const all = await loadTypes({ services, store, engine, events, clock, log });
    const types = new Map([...all].filter(([name]) => name === 'webhook'));
    triggers = await createTriggers({ store, engine, events, services, clock, log, types });
    await triggers.create({
      name: 'hook',
      function: 'build',
      type: 'webhook',
      words: ['github'],
      options: { secret: SECRET },
    });
    node = await startTestServer({ token: 'of the node' }, { triggers, store });
    await events.start();
  });
  after(async () => {
    await node?.server.close();
    await triggers?.close();
    await harness?.dispose();
  });

  const send = (id: string, body = PUSH, secret = SECRET) =>
    ask(node, 'POST', '/hooks/hook', {
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    });

  test('runs it once, however often it is sent, with what a function URL would show', async () => {
    for (const id of ['d-1', 'd-1', 'd-2', 'd-1']) assert.equal((await send(id)).status, 200);
    await harness.until(() => harness.runs.length >= 2);
    await harness.settle();
    const shown = harness.runs.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()));
    assert.deepEqual(shown.map(({ requestContext }) => requestContext.requestId).sort(), ['d-1', 'd-2']);
    assert.equal(shown[0].body, PUSH);
    assert.equal(shown[0].headers['x-github-event'], 'push');
  });

  test('never runs it unsigned, nor shows the secret', async () => {
    const before = harness.runs.length;
    const refused = await send('d-3', PUSH, 'guessed');
    assert.deepEqual([refused.status, refused.json.code], [401, 'unauthorized']);
    assert.equal((await ask(node, 'POST', '/hooks/other', { body: PUSH })).status, 404);
    await harness.settle();
    assert.equal(harness.runs.length, before);
    const view = await triggers.find('hook');
    assert.equal(view!.path, '/hooks/hook');
    assert.equal(view!.trigger.options.secret, '(secret)');
    const kept = await harness.store.registry.get('trigger/hook');
    assert.ok(!JSON.stringify(kept).includes(SECRET), 'it is kept sealed');
  });
});
