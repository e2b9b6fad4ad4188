import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dueTimes } from './catch-up.ts';
import type { Timetable } from './timetable.ts';

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const every = (stepMs: number): Timetable & { asked: number } => ({
  asked: 0,
  next(afterMs) {
    this.asked++;
    return (Math.floor(afterMs / stepMs) + 1) * stepMs;
  },
});
const ago = (ms: number) => NOW_MS - ms;

describe('times that are due', () => {
  test('fire all where they are late only', () => {
    for (const policy of ['none', 'last', 'all'] as const) {
      const { times, skipped } = dueTimes(every(10_000), policy, ago(30_000), NOW_MS);
      assert.deepEqual(times, [ago(20_000), ago(10_000), NOW_MS]);
      assert.deepEqual(skipped, { count: 0, atLeast: false });
    }
  });

  test('that were missed: none, the last, or all', () => {
    const hour = 3_600_000;
    const lastMs = ago(5 * hour);
    const nowMs = NOW_MS - 600_000;
    const due = (policy: 'none' | 'last' | 'all') => dueTimes(every(hour), policy, lastMs, nowMs);
    assert.deepEqual(due('none'), { times: [], skipped: { count: 4, atLeast: false } });
    assert.deepEqual(due('last'), { times: [ago(hour)], skipped: { count: 3, atLeast: false } });
    const all = [4, 3, 2, 1].map((hours) => ago(hours * hour));
    assert.deepEqual(due('all'), { times: all, skipped: { count: 0, atLeast: false } });
  });

  test('the last missed one is not wanted where one is due now', () => {
    const { times, skipped } = dueTimes(every(3_600_000), 'last', ago(3 * 3_600_000), NOW_MS);
    assert.deepEqual([times, skipped.count], [[NOW_MS], 2]);
  });

  test('of a long time, all are at most a thousand and the latest, at a cost that is bounded', () => {
    const seconds = every(1_000);
    const { times, skipped } = dueTimes(seconds, 'all', ago(90 * 86_400_000), NOW_MS);
    assert.ok(times.length >= 500 && times.length <= 1_061, String(times.length));
    assert.equal(times.at(-1), NOW_MS);
    for (const [place, time] of times.entries()) if (place > 0) assert.equal(time - times[place - 1]!, 1_000);
    assert.equal(skipped.atLeast, true);
    assert.ok(seconds.asked < 50_000, String(seconds.asked));
  });

  test('are all accounted for: each fires or is counted', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('none', 'last', 'all'),
        fc.integer({ min: 1, max: 900_000 }),
        fc.integer({ min: 0, max: 800 }),
        (policy, stepMs, steps) => {
          const timetable = every(stepMs);
          const lastMs = NOW_MS - steps * stepMs;
          const { times, skipped } = dueTimes(timetable, policy, lastMs, NOW_MS);
          const expected = Math.floor(NOW_MS / stepMs) - Math.floor(lastMs / stepMs);
          assert.equal(times.length + skipped.count, expected);
          assert.equal(skipped.atLeast, false);
          assert.deepEqual(
            [...times].sort((a, b) => a - b),
            times,
          );
          if (policy !== 'none' && expected > 0) assert.equal(times.at(-1), Math.floor(NOW_MS / stepMs) * stepMs);
        },
      ),
    );
  });
});
