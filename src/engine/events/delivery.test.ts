import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { createEventsHarness, DONE, type EventsHarness, FAILED, payload } from './testing/harness.ts';

describe('an event for a function', () => {
  let h: EventsHarness;
  const all: EventsHarness[] = [];
  beforeEach(async () => {
    h = await createEventsHarness();
    all.push(h);
  });
  after(() => Promise.all(all.map((each) => each.dispose())));
  const states = (): string[] => h.records.map((record) => record.state);

  it('is delivered once, with its payload, and recorded', async () => {
    h.put('f', () => DONE);
    const [accepted] = await h.events.accept([payload('f', { a: 1 })]);
    await h.until(() => h.records.length === 1);
    assert.equal(h.runs.length, 1);
    assert.equal(Buffer.from(h.runs[0]!.payload).toString(), '{"a":1}');
    assert.deepEqual(h.runs[0]!.delivery, { eventId: accepted!.eventId, lane: 'direct', attempt: 1 });
    const { eventId, state, attempts, lane, acceptedAtMs } = h.records[0]!;
    assert.deepEqual([eventId, state, attempts, lane], [accepted!.eventId, 'delivered', 1, 'direct']);
    assert.equal(acceptedAtMs, h.clock.now());
    assert.deepEqual(await h.store.queue.queues(), []);
  });

  it('is tried again after one and two minutes exactly, then lies among the dead', async () => {
    h.put('f', () => FAILED);
    const [accepted] = await h.events.accept([payload('f', 1)]);
    const { eventId } = accepted!;
    for (const [run, waitMs] of [
      [1, 60_000],
      [2, 120_000],
    ] as const) {
      await h.until(() => h.runs.length === run);
      await waitsAt(h, eventId, h.clock.now() + waitMs);
      const waiting = await h.events.find(eventId);
      assert.deepEqual([waiting!.state, waiting!.attempts], ['waiting', run]);
      assert.equal(waiting!.lastError!.message, 'Error: no luck');
      h.clock.advance(waitMs - 1);
      await h.settle();
      assert.equal(h.runs.length, run, 'not a millisecond early');
      h.clock.advance(1);
    }
    await h.until(() => h.records.length === 1);
    assert.deepEqual(states(), ['dead']);
    assert.equal(h.records[0]!.attempts, 3);
    assert.deepEqual(
      h.runs.map((run) => run.delivery!.attempt),
      [1, 2, 3],
    );
    const dead = await h.events.find(eventId);
    assert.deepEqual([dead!.state, dead!.attempts, dead!.lastError!.reason], ['dead', 3, 'exception']);
  });
});

/** Waits until an event is back in its queue, due at a time. */
async function waitsAt(h: EventsHarness, eventId: string, dueAtMs: number): Promise<void> {
  for (;;) {
    const event = await h.events.find(eventId);
    if (event?.state === 'waiting' && event.dueAtMs === dueAtMs) return;
  }
}
