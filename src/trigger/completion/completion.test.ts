import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Problem } from '../../model/problem.ts';
import { createTriggerHarness, FAILED, type TriggerHarness } from '../testing/harness.ts';

describe("another function's completion", () => {
  let node: TriggerHarness;
  const send = (name: string, body: unknown, hops = 0) =>
    node.events.accept([
      {
        function: name,
        content: { kind: 'payload', payload: Buffer.from(JSON.stringify(body)), payloadKind: 'json' },
        hops,
      },
    ]);
  const create = (name: string, fn: string, options: Record<string, unknown>) =>
    node.triggers.create({ name, function: fn, type: 'completion', options });
  const runsOf = (name: string) => node.requests.filter(({ target }) => target === name);
  const payloadOf = (request: { payload: Uint8Array }) => JSON.parse(Buffer.from(request.payload).toString());

  beforeEach(async () => {
    node = await createTriggerHarness();
    node.add('first');
    node.add('next');
  });
  afterEach(() => node.dispose());

  test('wakes a function with the result, once for each event, also over a restart', async () => {
    await assert.rejects(create('none', 'next', { of: 'none' }), /no function "none"/);
    await create('chain', 'next', { of: 'first' });
    await send('first', { n: 1 });
    await node.until(() => runsOf('next').length === 1);
    const got = payloadOf(runsOf('next')[0]!);
    assert.deepEqual([got.requestPayload, got.responsePayload], [{ n: 1 }, 'done']);
    assert.deepEqual([got.event.type, got.event.source], ['fob.completion.succeeded', 'fob:function/first']);
    assert.equal(runsOf('next')[0]!.hops, 1);
    await node.restart();
    await send('first', { n: 2 });
    await node.until(() => runsOf('next').length === 2);
    await node.triggers.remove('chain');
    await send('first', { n: 3 });
    await node.until(() => runsOf('first').length === 3);
    await node.settle();
    assert.equal(runsOf('next').length, 2);
  });

  test('of failures hears only of events that are given up', async () => {
    let broken = true;
    node.add('first', { eventRetries: 1, eventRetryDelayMs: 1_000 }, (run) =>
      broken && run >= 0 ? FAILED : { status: 'succeeded', payload: Buffer.from('1'), contentType: 'application/json' },
    );
    await create('alarm', 'next', { of: 'first', on: 'failure' });
    await send('first', 1);
    await node.until(() => runsOf('first').length === 1);
    await node.settle();
    assert.equal(runsOf('next').length, 0);
    await node.pass(2_000);
    await node.until(() => runsOf('next').length === 1);
    const { event, requestContext, responsePayload } = payloadOf(runsOf('next')[0]!);
    assert.equal(event.type, 'fob.completion.failed');
    assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ['RetriesExhausted', 2]);
    assert.equal(responsePayload.errorMessage, 'no luck');
    broken = false;
    await send('first', 2);
    await node.until(() => runsOf('first').length === 3);
    await node.settle();
    assert.equal(runsOf('next').length, 1);
  });

  test('leaves only with the end itself: a full disk keeps both back', async () => {
    await create('chain', 'next', { of: 'first' });
    node.add('first', {}, () => {
      node.commitFailure = new Problem('storage_full', 'the disk is full');
      return { status: 'succeeded', payload: Buffer.from('1'), contentType: 'application/json' };
    });
    await send('first', 1);
    await node.until(() => node.commitFailure !== undefined);
    await node.settle();
    assert.equal(runsOf('next').length, 0);
    node.commitFailure = undefined;
    await node.pass(1_000, 100);
    await node.until(() => runsOf('next').length === 1);
    assert.equal(runsOf('first').length, 1);
  });

  test('a circle carries on how long it is, so that the engine can stop it', async () => {
    await create('there', 'next', { of: 'first' });
    await create('back', 'first', { of: 'next' });
    const hops: number[] = [];
    const record = () => {
      const seen = node.requests.map((request) => request.hops ?? 0);
      hops.splice(0, hops.length, ...seen);
      return hops.length;
    };
    for (const name of ['first', 'next']) {
      node.add(name, { handler: 'main.handler' }, () => {
        if (record() < 17) return { status: 'succeeded', payload: Buffer.from('1'), contentType: 'application/json' };
        throw new Problem('loop_detected', 'too long a chain');
      });
    }
    await send('first', 1);
    await node.until(() => node.requests.length === 17);
    await node.settle();
    assert.deepEqual(
      hops,
      Array.from({ length: 17 }, (_, index) => index),
    );
    assert.equal(node.requests.length, 17, 'what is refused as a loop wakes nobody');
  });
});
