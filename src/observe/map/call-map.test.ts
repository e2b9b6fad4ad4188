import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import { CallMap } from './call-map.ts';
import { bucketOf, LATENCY_BUCKETS, percentile } from './latency.ts';

const record = (clock: FakeClock, more: Partial<InvocationRecord> = {}): InvocationRecord => ({
  invocationId: '',
  function: 'pay',
  version: 1,
  door: 'native',
  status: 'succeeded',
  startedAtMs: clock.now(),
  queuedMs: 0,
  durationMs: 0,
  coldStart: false,
  sandboxId: 's',
  payloadBytes: 0,
  resultBytes: 0,
  ...more,
});
const MINUTE = 60_000;

describe('the map', () => {
  test('counts who called whom: triggers, functions, doors, services', () => {
    const clock = new FakeClock();
    const map = new CallMap(clock);
    map.ended(record(clock, { durationMs: 10 }));
    map.ended(record(clock, { caller: 'shop', durationMs: 20, status: 'failed' }));
    map.ended(record(clock, { caller: 'shop', durationMs: 40 }));
    map.ended(record(clock, { lane: 'hourly', eventId: 'e', attempt: 1 }));
    map.ended(record(clock, { lane: 'direct', eventId: 'e', attempt: 1, door: 'events' }));
    const put = { from: 'function:pay', to: 'bucket:bills', durationMs: 3, failed: false, known: true };
    for (const operation of ['put', 'put', 'get']) map.used({ ...put, operation });
    const edges = map.view(MINUTE);
    assert.deepEqual(
      edges.map(({ from, to, calls, errors }) => [from, to, calls, errors]),
      [
        ['function:pay', 'bucket:bills', 3, 0],
        ['function:shop', 'function:pay', 2, 1],
        ['door:events', 'function:pay', 1, 0],
        ['door:native', 'function:pay', 1, 0],
        ['trigger:hourly', 'function:pay', 1, 0],
      ],
    );
    assert.deepEqual(edges[0]!.operations, { put: 2, get: 1 });
    map.used({ ...put, to: 'bucket:guessed', operation: 'get', known: false });
    assert.equal(map.view(MINUTE).length, 5, 'what is not there is no node');
    assert.equal(edges[1]!.averageMs, 30);
    assert.equal(edges[1]!.maxMs, 40);
  });

  test('shows a window, and forgets what is older than it goes back', () => {
    const clock = new FakeClock();
    const map = new CallMap(clock);
    for (let minute = 0; minute < 600; minute++) {
      map.ended(record(clock));
      clock.advance(MINUTE);
    }
    const calls = (windowMs: number) => map.view(windowMs)[0]?.calls;
    assert.equal(calls(5 * MINUTE), 5);
    assert.equal(calls(60 * MINUTE), 60);
    const sixHours = calls(360 * MINUTE)!;
    assert.ok(sixHours >= 350 && sixHours <= 370, `${sixHours}, to ten minutes`);
    assert.equal(map.view(60 * MINUTE)[0]!.perMinute, 1);
    clock.advance(400 * MINUTE);
    assert.deepEqual(map.view(400 * MINUTE), []);
    map.sweep();
    map.ended(record(clock));
    assert.equal(calls(MINUTE), 1);
  });

  test('counts per minute of what it has seen, and says how much that is', () => {
    const clock = new FakeClock();
    const map = new CallMap(clock);
    for (let minute = 0; minute < 5; minute++) {
      for (let call = 0; call < 3; call++) map.ended(record(clock));
      clock.advance(MINUTE);
    }
    assert.equal(map.view(60 * MINUTE)[0]!.perMinute, 3);
    assert.equal(map.countedMs(60 * MINUTE), 5 * MINUTE);
    assert.equal(map.countedMs(2 * MINUTE), 2 * MINUTE);
  });

  test('takes only so many edges, and counts what it leaves out', () => {
    const clock = new FakeClock();
    const map = new CallMap(clock);
    for (let n = 0; n < 2_100; n++) map.ended(record(clock, { caller: `f${n}` }));
    assert.equal(map.view(MINUTE).length, 2_000);
    assert.equal(map.leftOut, 100);
  });

  test('has the course of an edge, and of all that lead to or from a thing', () => {
    const clock = new FakeClock();
    const map = new CallMap(clock);
    for (let minute = 0; minute < 180; minute++) {
      map.ended(record(clock, { durationMs: 10, status: minute % 2 === 0 ? 'failed' : 'succeeded' }));
      if (minute % 10 === 0) map.ended(record(clock, { caller: 'shop' }));
      clock.advance(MINUTE);
    }
    const edge = ({ from, to }: { from: string; to: string }) => from === 'door:native' && to === 'function:pay';
    const hour = map.course(edge, 60 * MINUTE);
    assert.equal(hour.stepMs, MINUTE);
    assert.equal(hour.steps.length, 60);
    assert.equal(hour.steps.at(-1)!.calls, 0, 'the minute that has just begun');
    assert.deepEqual(
      hour.steps.slice(0, 59).map(({ calls }) => calls),
      new Array(59).fill(1),
    );
    assert.equal(
      hour.steps.reduce((sum, { errors }) => sum + errors, 0),
      29,
    );
    assert.ok(hour.steps[0]!.p99Ms > 5 && hour.steps[0]!.p99Ms < 20);
    assert.ok(hour.steps.every(({ atMs }, at) => at === 0 || atMs - hour.steps[at - 1]!.atMs === MINUTE));
    const sum = (isMeant: typeof edge) =>
      map.course(isMeant, 360 * MINUTE).steps.reduce((all, { calls }) => all + calls, 0);
    assert.equal(sum(edge), 180);
    assert.equal(map.course(edge, 360 * MINUTE).steps.length, 36);
    assert.equal(
      sum(({ to }) => to === 'function:pay'),
      198,
    );
    assert.equal(
      sum(({ from }) => from === 'function:shop'),
      18,
    );
    assert.equal(
      sum(() => false),
      0,
    );
  });

  test('estimates percentiles within a factor of two', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 400_000, noNaN: true }), { minLength: 1 }), (durations) => {
        const counts = new Array<number>(LATENCY_BUCKETS).fill(0);
        for (const each of durations) counts[bucketOf(each)]!++;
        const sorted = durations.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.99]) {
          const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
          const estimate = percentile(counts, share);
          assert.ok(estimate <= Math.max(exact * 2, 0.064) + 1e-9, `${estimate} for ${exact}`);
          assert.ok(exact <= Math.max(estimate * 2, 0.064) + 1e-9, `${estimate} for ${exact}`);
        }
      }),
    );
  });
});
