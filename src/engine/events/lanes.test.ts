import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Outcome } from '../../model/invocation.ts';
import {
  cloudEvent,
  createEventsHarness,
  DONE,
  type EventsHarness,
  FAILED,
  payload,
  returned,
} from './testing/harness.ts';
import { waitsAt } from './testing/waits-at.ts';

/** Runs that end when the test says so. */
function gate(): { behaviour: () => Promise<Outcome>; open(outcome?: Outcome): void; waiting(): number } {
  const line: ((outcome: Outcome) => void)[] = [];
  return {
    behaviour: () => new Promise((resolve) => line.push(resolve)),
    open: (outcome = DONE) => line.shift()!(outcome),
    waiting: () => line.length,
  };
}

describe('the lanes of a function', () => {
  let h: EventsHarness;
  beforeEach(async () => {
    h = await createEventsHarness();
  });
  afterEach(() => h.dispose());
  const idsOf = (run: number): string[] => {
    const seen = JSON.parse(Buffer.from(h.runs[run]!.payload).toString());
    return (seen.Records ?? [seen]).map((event: { id: string }) => event.id);
  };

  it('take turns, and run no more at once than the function and each lane may', async () => {
    const g = gate();
    h.put('f', g.behaviour, { eventConcurrency: 2 });
    const many = Array.from({ length: 20 }, (_, n) => cloudEvent('f', `a${n}`, { lane: 'a' }));
    await h.events.accept(many);
    await h.until(() => g.waiting() === 2);
    await h.events.accept([cloudEvent('f', 'b0', { lane: 'b' })]);
    await h.settle();
    assert.equal(h.runs.length, 2, 'no more than the function may');
    g.open();
    await h.until(() => h.runs.length === 3);
    g.open();
    await h.until(() => h.runs.length === 4);
    const lanes = h.runs.slice(2).map((run) => run.delivery!.lane);
    assert.ok(lanes.includes('b'), `the lane with one event waits for one turn, not for twenty: ${lanes}`);
    h.put('f', () => DONE, { eventConcurrency: 2 });
    while (g.waiting() > 0) g.open();
    await h.until(() => h.records.length === 21);

    const slow = gate();
    h.put('g', slow.behaviour);
    const narrow = { delivery: { maxConcurrency: 1 }, lane: 'narrow' };
    await h.events.accept([cloudEvent('g', '1', narrow), cloudEvent('g', '2', narrow)]);
    await h.until(() => slow.waiting() === 1);
    await h.settle();
    assert.equal(slow.waiting(), 1);
    slow.open();
    await h.until(() => slow.waiting() === 1);
    slow.open();
    await h.until(() => h.records.length === 23);
  });

  it('keep the order of a key, whose first event holds up no other', async () => {
    let failures = 1;
    h.put('f', (request) => {
      const { id } = JSON.parse(Buffer.from(request.payload).toString());
      return id === 'a1' && failures-- > 0 ? FAILED : DONE;
    });
    const accepted = await h.events.accept([
      cloudEvent('f', 'a1', { key: 'a' }),
      cloudEvent('f', 'a2', { key: 'a' }),
      cloudEvent('f', 'b1', { key: 'b' }),
    ]);
    await waitsAt(h, accepted[0]!.eventId, h.clock.now() + 60_000);
    await h.until(() => h.records.length === 1);
    assert.deepEqual([idsOf(0), idsOf(1)].flat().sort(), ['a1', 'b1']);
    h.clock.advance(60_000);
    await h.until(() => h.records.length === 3);
    assert.deepEqual([idsOf(2), idsOf(3)], [['a1'], ['a2']]);
  });

  it('gather batches, of which only the events that the function names are tried again', async () => {
    h.put('f', (_request, run) => (run === 0 ? returned({ batchItemFailures: [{ itemIdentifier: 'e2' }] }) : DONE));
    const delivery = { batchSize: 3 };
    const accepted = await h.events.accept(['e1', 'e2', 'e3', 'e4'].map((id) => cloudEvent('f', id, { delivery })));
    await h.until(() => h.records.length === 3);
    assert.deepEqual([idsOf(0), idsOf(1)], [['e1', 'e2', 'e3'], ['e4']]);
    await waitsAt(h, accepted[1]!.eventId, h.clock.now() + 60_000);
    h.clock.advance(60_000);
    await h.until(() => h.records.length === 4);
    assert.deepEqual(idsOf(2), ['e2']);
    assert.deepEqual(h.records.map(({ sourceId, attempts, state }) => [sourceId, attempts, state]).sort(), [
      ['e1', 1, 'delivered'],
      ['e2', 2, 'delivered'],
      ['e3', 1, 'delivered'],
      ['e4', 1, 'delivered'],
    ]);
  });

  it('wait for a batch that is not full no longer than its window', async () => {
    h.put('f', () => DONE);
    const delivery = { batchSize: 10, batchWindowMs: 5_000 };
    await h.events.accept([cloudEvent('f', 'e1', { delivery })]);
    await h.settle();
    await h.events.accept([cloudEvent('f', 'e2', { delivery })]);
    await h.settle();
    assert.equal(h.runs.length, 0);
    h.clock.advance(5_000);
    await h.until(() => h.records.length === 2);
    assert.deepEqual(idsOf(0), ['e1', 'e2']);
  });

  it('fail a batch whole where its answer cannot be read', async () => {
    h.put('f', () => returned({ batchItemFailures: [{ itemIdentifier: 'nobody' }] }));
    const delivery = { batchSize: 2, maxRetries: 1, retryDelayMs: 0 };
    await h.events.accept([cloudEvent('f', 'e1', { delivery }), cloudEvent('f', 'e2', { delivery })]);
    await h.until(() => h.records.length === 2);
    assert.deepEqual(
      h.records.map(({ state, reason }) => [state, reason]),
      [
        ['dead', 'bad_result'],
        ['dead', 'bad_result'],
      ],
    );
  });

  it('tell the events of a batch that died together apart, for destinations that de-duplicate', async () => {
    h.put('f', () => FAILED, { onFailure: 'queue:lost.fifo' });
    const delivery = { batchSize: 2, maxRetries: 0 };
    await h.events.accept([cloudEvent('f', 'e1', { delivery }), cloudEvent('f', 'e2', { delivery })]);
    await h.until(() => h.records.length === 2);
    assert.equal(new Set(h.routed.map(({ deduplicationId }) => deduplicationId)).size, 2);
  });

  for (const [what, delivery] of [
    ['that failed before', { batchSize: 16 }],
    ['that has one attempt', { batchSize: 16, maxRetries: 0 }],
  ] as const) {
    it(`isolate a poison event of a batch ${what}`, async () => {
      h.put('f', (request) => (Buffer.from(request.payload).includes('poison') ? FAILED : DONE));
      const names = Array.from({ length: 16 }, (_, n) => (n === 11 ? 'poison' : `e${n}`));
      const accepted = await h.events.accept(names.map((id) => cloudEvent('f', id, { delivery })));
      if (!('maxRetries' in delivery)) {
        await waitsAt(h, accepted[0]!.eventId, h.clock.now() + 60_000);
        assert.deepEqual([h.runs.length, h.records.length], [1, 0]);
        h.clock.advance(60_000);
        await h.until(() => h.records.length === 15);
        await waitsAt(h, accepted[11]!.eventId, h.clock.now() + 120_000);
        h.clock.advance(120_000);
      }
      await h.until(() => h.records.length === 16);
      const ends = new Map(h.records.map(({ sourceId, state }) => [sourceId, state]));
      assert.deepEqual(
        [...ends].filter(([, state]) => state !== 'delivered'),
        [['poison', 'dead']],
      );
      assert.ok(h.runs.length <= 12, `${h.runs.length} runs`);
    });
  }

  it('that are empty have no consumer, and one that gets an event again has', async () => {
    h.put('f', () => DONE);
    await h.events.accept([payload('f', 1)]);
    await h.until(() => h.records.length === 1);
    await h.settle();
    h.clock.advance(60_000);
    await h.settle();
    await h.events.accept([payload('f', 2)]);
    await h.until(() => h.records.length === 2);
  });

  it('of a node that closes let runs end, and give back the others', async () => {
    const g = gate();
    h.put('f', g.behaviour, { eventConcurrency: 2 });
    await h.events.accept([1, 2, 3].map((n) => payload('f', n)));
    await h.until(() => g.waiting() === 2);
    const closed = h.events.close(10_000);
    g.open();
    await h.until(() => h.records.length === 1);
    h.clock.advance(10_000);
    await closed;
    assert.deepEqual(
      h.records.map(({ state }) => state),
      ['delivered'],
    );
    const { ready, leased } = await h.store.queue.stats('event/f/direct');
    assert.deepEqual({ ready, leased }, { ready: 2, leased: 0 });
    g.open();
    await h.settle();
    assert.equal(h.records.length, 1, 'what ends after that does not count');
  });
});
