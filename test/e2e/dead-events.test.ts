import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode } from '../support/node.ts';

const BAD = 'export const handler = async () => { throw new Error("not today"); };';
const GOOD = 'export const handler = async () => {};';
/** Gauges are measured, and alerts looked at, each ten seconds. */
const DEADLINE_MS = 60_000;

describe('dead events of a real node', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
  timeout: 3 * DEADLINE_MS,
}, () => {
  test('are an alert until they are delivered again', async (t) => {
    const node = await startTestNode();
    t.after(() => node.close());
    const client = createClient(node.url);
    const headers = { 'Content-Type': 'application/json' };
    const alerts = async () => (await client.request('GET', '/v1/alerts?function=pay')).json.alerts;
    const soon = { when: 'events.deadNow > 0 over 20s', resolveAfterMs: 0 };
    const body = JSON.stringify({ scope: 'function:pay', rule: 'dead-events', change: soon });
    await client.put('pay', BAD, { runtime: 'node', eventRetries: 0 });
    const changed = await client.request('PUT', '/v1/alerts/defaults', { body, headers });
    assert.ok(changed.status < 300, changed.text);
    for (let n = 0; n < 2; n++)
      await client.request('POST', '/v1/functions/pay/events', { body: JSON.stringify({ n }), headers });
    const found = await eventually(async () => {
      const [dead] = (await alerts()).filter(({ rule }: { rule: string }) => rule === 'dead-events');
      assert.equal(dead?.value, '2');
      return dead;
    }, DEADLINE_MS);
    assert.equal(found.measure, 'events.deadNow');

    await client.put('pay', GOOD, { runtime: 'node' });
    const redriven = await client.request('POST', '/v1/functions/pay/events/redrive', { body: '{}', headers });
    assert.equal(redriven.json.redriven, 2);
    await eventually(async () => {
      assert.deepEqual(
        (await alerts()).filter(({ rule }: { rule: string }) => rule === 'dead-events'),
        [],
      );
    }, DEADLINE_MS);
    const { firings } = (await client.request('GET', '/v1/alerts/history?function=pay')).json;
    const [ended] = firings.filter(({ rule }: { rule: string }) => rule === 'dead-events');
    assert.equal(ended.endedBecause, undefined, 'not because nothing is measured any more');
  });
});
