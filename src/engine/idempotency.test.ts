import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { InvocationRequest, Outcome } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import type { Idempotency } from './api.ts';
import { createEventsHarness, DONE, type EventsHarness, FAILED, payload, returned } from './events/testing/harness.ts';
import { createIdempotency } from './idempotency.ts';

describe('calls with an idempotency key', () => {
  let h: EventsHarness;
  let calls: Idempotency;
  beforeEach(async () => {
    h = await createEventsHarness();
    calls = another();
  });
  afterEach(() => h.dispose());
  /** As another node over the same store has it. */
  const another = (): Idempotency =>
    createIdempotency({ engine: h.engine, store: h.store, router: h.router, clock: h.clock });
  const request = (value: unknown, more: Partial<InvocationRequest> = {}): InvocationRequest => ({
    target: 'f',
    payload: Buffer.from(JSON.stringify(value)),
    payloadKind: 'json',
    door: 'test',
    ...more,
  });
  const key = { key: 'k' };
  const resultOf = ({ outcome }: { outcome: Outcome }): string =>
    outcome.status === 'succeeded' ? outcome.payload.toString() : outcome.error.message;

  it('run once, and later ones get the recorded outcome until the window is over', async () => {
    h.put('f', (_request, run) => returned(run));
    const first = await calls.invoke(request(1), key);
    const second = await another().invoke(request(1), key);
    assert.deepEqual([resultOf(first), first.replayed], ['0', false]);
    assert.deepEqual([resultOf(second), second.replayed], ['0', true]);
    assert.deepEqual(second.report, first.report);
    assert.equal(resultOf(await calls.invoke(request(1), { key: 'other' })), '1');
    h.clock.advance(86_400_000);
    assert.equal(resultOf(await calls.invoke(request(1), key)), '2');
  });

  it('wait for the one run, in this node and in others, and share its result', async () => {
    let end = (_: Outcome): void => {};
    h.put('f', () => new Promise<Outcome>((resolve) => (end = resolve)));
    const both = [calls.invoke(request(1), key)];
    await h.until(() => h.runs.length === 1);
    both.push(calls.invoke(request(1), key), another().invoke(request(1), key));
    await h.settle();
    end(returned('once'));
    await both[0];
    await h.settle();
    h.clock.advance(2_000);
    const all = await Promise.all(both);
    assert.deepEqual(all.map(resultOf), ['"once"', '"once"', '"once"']);
    assert.deepEqual(
      all.map(({ replayed }) => replayed),
      [false, true, true],
    );
    assert.equal(h.runs.length, 1);
  });

  it('with another payload are a conflict', async () => {
    h.put('f', () => DONE);
    await calls.invoke(request(1), key);
    await assert.rejects(calls.invoke(request(2), key), { code: 'idempotency_conflict' });
    await assert.rejects(calls.invoke(request(1, { payloadKind: 'text-parameters' }), key), {
      code: 'idempotency_conflict',
    });
  });

  it('that failed are replayed as they failed; those that never ran give the key free', async () => {
    h.put('f', () => FAILED);
    await calls.invoke(request(1), key);
    const replay = await calls.invoke(request(1), key);
    assert.deepEqual([resultOf(replay), replay.replayed, h.runs.length], ['no luck', true, 1]);
    h.put('f', (_request, run) => {
      if (run === 1) throw new Problem('throttled', 'busy');
      return DONE;
    });
    await assert.rejects(calls.invoke(request(1), { key: 'free' }), { code: 'throttled' });
    assert.equal((await calls.invoke(request(1), { key: 'free' })).replayed, false);
  });

  it("whose node died are run again once the claim has run out; the dead one records nothing and gets the winner's result", async () => {
    let end = (_: Outcome): void => {};
    const item = { destination: 'queue:out', body: Buffer.from('x'), contentType: 'text/plain' };
    h.put('f', (_request, run) =>
      run === 0 ? new Promise<Outcome>((resolve) => (end = resolve)) : returned('second'),
    );
    // A node whose timers stand still: it cannot extend its claim.
    const stuck = createIdempotency({
      engine: h.engine,
      store: h.store,
      router: h.router,
      clock: { now: () => h.clock.now(), monotonicMs: () => h.clock.monotonicMs(), after: () => () => {} },
    });
    const first = stuck.invoke(request(1), key);
    await h.until(() => h.runs.length === 1);
    h.clock.advance(30_000);
    assert.deepEqual(resultOf(await calls.invoke(request(1), key)), '"second"');
    end({ ...returned('first'), outbox: [item] } as Outcome);
    const late = await first;
    assert.deepEqual([resultOf(late), late.replayed], ['"second"', true]);
    assert.deepEqual(h.routed, []);
  });

  it('keep their claim for as long as they run', async () => {
    let end = (_: Outcome): void => {};
    h.put('f', () => new Promise<Outcome>((resolve) => (end = resolve)));
    const first = calls.invoke(request(1), key);
    await h.until(() => h.runs.length === 1);
    for (let passed = 0; passed < 60_000; passed += 10_000) {
      h.clock.advance(10_000);
      await h.settle();
    }
    const second = another().invoke(request(1), key);
    await h.settle();
    assert.equal(h.runs.length, 1);
    end(DONE);
    assert.equal((await first).replayed, false);
    h.clock.advance(1_000);
    assert.equal((await second).replayed, true);
  });

  it('send what the run sent with its result, and say honestly what was too large to be kept', async () => {
    const item = { destination: 'queue:out', body: Buffer.from('x'), contentType: 'text/plain' };
    h.put('f', () => ({ ...returned('x'.repeat(1_100_000)), outbox: [item] }) as Outcome);
    const { report } = await calls.invoke(request(1), key);
    assert.equal((await h.store.queue.stats('routed/queue:out')).ready, 1);
    await assert.rejects(calls.invoke(request(1), key), {
      code: 'conflict',
      message: new RegExp(`succeeded as invocation ${report.invocationId}`),
    });
  });

  it('get the result of an event that was accepted with the key', async () => {
    h.put('f', () => returned('by event'));
    const [accepted] = await h.events.accept([payload('f', 1, { idempotency: key })]);
    await h.until(() => h.records.length === 1);
    const replay = await calls.invoke(request(1), key);
    assert.deepEqual([resultOf(replay), replay.replayed], ['"by event"', true]);
    const [again] = await h.events.accept([payload('f', 1, { idempotency: key })]);
    assert.deepEqual(again, { eventId: accepted!.eventId, duplicate: true });
    assert.equal(h.runs.length, 1);
  });
});
