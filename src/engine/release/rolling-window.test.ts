import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RollingWindow } from './rolling-window.ts';

test('calls count for the window and are forgotten after it', () => {
  const window = new RollingWindow(60_000);
  for (let call = 0; call < 10; call++) window.add(1_000, 5, call < 3);
  assert.deepEqual(pick(window, 59_000), { calls: 10, errors: 3, errorRate: 30 });
  window.add(61_000, 5, false);
  assert.deepEqual(pick(window, 61_000), { calls: 1, errors: 0, errorRate: 0 });
  assert.deepEqual(pick(window, 10_000_000), { calls: 0, errors: 0, errorRate: 0 });
  assert.equal(window.total, 11);
});

test('percentiles are right to a tenth', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.05, max: 900_000, noNaN: true }), { minLength: 1 }), (durations) => {
      const window = new RollingWindow(60_000);
      for (const ms of durations) window.add(0, ms, false);
      const sorted = durations.toSorted((a, b) => a - b);
      const numbers = window.numbers(1, 0);
      for (const [share, shown] of [
        [0.5, numbers.p50Ms],
        [0.9, numbers.p90Ms],
        [0.99, numbers.p99Ms],
      ] as const) {
        const exact = sorted[Math.ceil(sorted.length * share) - 1]!;
        assert.ok(shown >= exact * 0.99 && shown <= Math.max(0.06, exact * 1.11), `${shown} for ${exact}`);
      }
    }),
  );
});

function pick(window: RollingWindow, nowMs: number) {
  const { calls, errors, errorRate } = window.numbers(1, nowMs);
  return { calls, errors, errorRate };
}
