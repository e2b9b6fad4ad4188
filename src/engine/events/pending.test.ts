import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Outcome } from '../../model/invocation.ts';
import { createEventsHarness, DONE, type EventsHarness, FAILED, payload } from './testing/harness.ts';
import { waitsAt } from './testing/waits-at.ts';

describe('events that have not ended, or are dead', () => {
  let h: EventsHarness;
  let outcome: Outcome;
  beforeEach(async () => {
    h = await createEventsHarness();
    outcome = FAILED;
    h.put('f', () => outcome, { eventRetries: 0 });
  });
  afterEach(() => h.dispose());
  const accept = async (...numbers: number[]): Promise<string[]> =>
    (await h.events.accept(numbers.map((n) => payload('f', n)))).map(({ eventId }) => eventId);
  const died = async (...numbers: number[]): Promise<string[]> => {
    const before = h.records.length;
    const ids = await accept(...numbers);
    await h.until(() => h.records.length === before + numbers.length);
    return ids;
  };

  it('are listed page by page, those that wait before the dead', async () => {
    const dead = await died(1, 2, 3);
    const delayed = (await h.events.accept([4, 5].map((n) => payload('f', n, { delayMs: 1_000 })))).map(
      (e) => e.eventId,
    );
    const seen: [string, string][] = [];
    let cursor: string | undefined;
    do {
      const page = await h.events.list({ function: 'f', limit: 2, ...(cursor !== undefined && { cursor }) });
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ eventId, state }): [string, string] => [eventId, state]));
      cursor = page.cursor;
    } while (cursor !== undefined);
    const want = [...delayed.map((id) => [id, 'waiting']), ...dead.map((id) => [id, 'dead'])].sort();
    assert.deepEqual([...seen].sort(), want);
    assert.deepEqual(
      seen.map(([, state]) => state),
      ['waiting', 'waiting', 'dead', 'dead', 'dead'],
    );
    const onlyDead = await h.events.list({ function: 'f', state: 'dead', limit: 10 });
    assert.deepEqual(onlyDead.items.map(({ eventId }) => eventId).sort(), dead.sort());
    await assert.rejects(h.events.list({ function: 'f', limit: 1, cursor: 'x' }), { code: 'invalid_request' });
  });

  it('are tried again at once when somebody says so', async () => {
    const [dead] = await died(1);
    const [delayed] = (await h.events.accept([payload('f', 2, { delayMs: 3_600_000 })])).map((e) => e.eventId);
    outcome = DONE;
    assert.equal(await h.events.retry(delayed!), true);
    assert.equal(await h.events.retry(dead!), true);
    await h.until(() => h.records.length === 3);
    const [, ...again] = h.records.map(({ eventId, state, attempts }) => [eventId, state, attempts]);
    assert.deepEqual(
      again.sort(),
      [
        [dead, 'delivered', 1],
        [delayed, 'delivered', 1],
      ].sort(),
    );
    assert.deepEqual([await h.events.retry(dead!), await h.events.find(dead!)], [false, undefined]);
    assert.deepEqual(await h.store.queue.queues(), []);
  });

  it('are given up with a record', async () => {
    const [dead] = await died(1);
    const [delayed] = (await h.events.accept([payload('f', 2, { delayMs: 1_000 })])).map((e) => e.eventId);
    assert.deepEqual([await h.events.drop(dead!, 'ann'), await h.events.drop(delayed!, 'ann')], [true, true]);
    assert.equal(await h.events.drop(dead!, 'ann'), false);
    assert.deepEqual(
      h.records.slice(1).map(({ eventId, state, reason }) => [eventId, state, reason]),
      [
        [dead, 'dropped', 'ann'],
        [delayed, 'dropped', 'ann'],
      ],
    );
    assert.deepEqual(await h.store.queue.queues(), []);
  });

  it('are not dropped while they run', async () => {
    let end = (_: Outcome): void => {};
    h.put('slow', () => new Promise<Outcome>((resolve) => (end = resolve)));
    const [event] = await h.events.accept([payload('slow', 1)]);
    await h.until(() => h.runs.length === 1);
    assert.equal(await h.events.drop(event!.eventId, 'ann'), false);
    assert.equal((await h.events.find(event!.eventId))!.state, 'running');
    const [stats] = await h.events.stats('slow');
    assert.deepEqual([stats!.running, stats!.waiting, stats!.accepted], [1, 0, 1]);
    end(DONE);
    await h.until(() => h.records.length === 1);
  });

  it('are redriven, but not those that die meanwhile', async () => {
    const dead = await died(1, 2, 3);
    h.clock.advance(1);
    const redriven = h.events.redrive({ function: 'f', ratePerSecond: 1_000 });
    await h.until(() => h.records.length === 6);
    await h.settle();
    h.clock.advance(1_000);
    assert.equal(await redriven, 3);
    const again = await h.events.list({ function: 'f', state: 'dead', limit: 10 });
    assert.deepEqual(again.items.map(({ eventId }) => eventId).sort(), dead.sort());
    const [stats] = await h.events.stats('f');
    assert.deepEqual([stats!.dead, stats!.lost, stats!.failedAttempts], [3, 6, 6]);
  });

  it('are told with their last error', async () => {
    h.put('f', () => outcome, { eventRetries: 1 });
    const [eventId] = await accept(1);
    await waitsAt(h, eventId!, h.clock.now() + 60_000);
    const [event] = (await h.events.list({ function: 'f', limit: 1 })).items;
    assert.deepEqual([event!.attempts, event!.lastError!.reason], [1, 'exception']);
    const [stats] = await h.events.stats('f');
    assert.deepEqual([stats!.delayed, stats!.failedAttempts], [1, 1]);
  });
});
