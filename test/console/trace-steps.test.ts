import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepOf, ticksOf } from '../../src/console/screens/invocations/steps.ts';

test('an axis of time is read in steps of 1, 2 or 5, at most five of them', () => {
  for (const [wholeMs, stepMs] of [
    [0.4, 0.1],
    [1, 0.2],
    [10, 2],
    [13.7, 5],
    [97, 20],
    [1_234, 500],
    [30_000, 10_000],
    [200_000, 60_000],
    [3_600_000, 900_000],
  ] as const) {
    assert.ok(Math.abs(stepOf(wholeMs) - stepMs) < 1e-9, `${wholeMs}: ${stepOf(wholeMs)}`);
    assert.ok(ticksOf(wholeMs, stepMs).length <= 6);
  }
  assert.deepEqual(ticksOf(13.7, 5), [0, 5, 10]);
});
