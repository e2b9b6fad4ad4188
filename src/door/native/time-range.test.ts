import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../model/problem.ts';
import { timeMs, timeRange } from './time-range.ts';

describe('times in queries', () => {
  const now = Date.UTC(2026, 0, 2);

  it('are ISO 8601, milliseconds, or ages', () => {
    assert.equal(timeMs('2026-01-01T00:00:00Z', now), Date.UTC(2026, 0, 1));
    assert.equal(timeMs('2026-01-01', now), Date.UTC(2026, 0, 1));
    assert.equal(timeMs('1700000000000', now), 1_700_000_000_000);
    assert.equal(timeMs('90s', now), now - 90_000);
    assert.equal(timeMs('15m', now), now - 900_000);
    assert.equal(timeMs('2h', now), now - 7_200_000);
    assert.equal(timeMs('1d', now), now - 86_400_000);
  });

  it('can be written again or are a problem, whatever is given', () => {
    const digits = fc.stringMatching(/^\d{14,18}[smhd]?$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits), (text) => {
        try {
          assert.ok(new Date(timeMs(text, now)).toISOString());
        } catch (error) {
          assert.ok(error instanceof Problem && error.code === 'invalid_request');
        }
      }),
    );
  });

  it('bound a range that does not end before it begins', () => {
    assert.deepEqual(timeRange({ from: '2h', to: '1h' }, now), { fromMs: now - 7_200_000, toMs: now - 3_600_000 });
    assert.deepEqual(timeRange({ from: '1h', to: '1h' }, now), { fromMs: now - 3_600_000, toMs: now - 3_600_000 });
    assert.deepEqual(timeRange({}, now), {});
    assert.throws(() => timeRange({ from: '1h', to: '2h' }, now), /ends before it begins/);
  });
});
