import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Reading } from './probe.ts';
import { AT_REST, step, type Transition } from './watch-state.ts';

const TICK_MS = 10_000;
const timing = { forMs: 20_000, criticalForMs: 0, resolveAfterMs: 30_000, quietAfterMs: 60_000 };
const bad: Reading = { holds: true, well: false, value: 2, limit: 1 };
const between: Reading = { holds: false, well: false, value: 0.9, limit: 1 };
const well: Reading = { holds: false, well: true, value: 0, limit: 1 };
const unknown: Reading = { holds: undefined, well: false, value: undefined, limit: 1 };

function run(readings: readonly Reading[], critical: readonly Reading[] = []): (Transition | '')[] {
  let state = AT_REST;
  return readings.map((usual, at) => {
    const seen = { usual, severity: 'warning' as const, ...(critical[at] !== undefined && { critical: critical[at] }) };
    const result = step(state, TICK_MS, seen, timing);
    state = result.state;
    return result.transition ?? '';
  });
}

describe('the state of an alert', () => {
  it('fires after it held for long enough, and ends after it was well for long enough', () => {
    assert.deepEqual(run([bad, bad, bad, bad]), ['', '', 'fires', '']);
    assert.deepEqual(run([bad, bad, well, bad, bad, bad]), ['', '', '', '', '', 'fires']);
    assert.deepEqual(run([bad, bad, bad, well, well, well, well, well]), ['', '', 'fires', '', '', '', 'resolves', '']);
  });

  it('does not end between the limit and the hysteresis', () => {
    assert.deepEqual(run([bad, bad, bad, between, well, between, well, well, well, well]), [
      '',
      '',
      'fires',
      '',
      '',
      '',
      '',
      '',
      '',
      'resolves',
    ]);
  });

  it('ends where nothing is measured any more, and does not fire by that', () => {
    assert.deepEqual(run([bad, bad, bad, ...Array(7).fill(unknown)]), [
      '',
      '',
      'fires',
      '',
      '',
      '',
      '',
      '',
      '',
      'quiet',
    ]);
    assert.deepEqual(run(Array(20).fill(unknown)), Array(20).fill(''));
  });

  it('gets worse once', () => {
    const critical = [well, well, well, bad, bad, well, bad];
    assert.deepEqual(run(Array(7).fill(bad), critical), ['', '', 'fires', 'worse', '', '', '']);
    assert.deepEqual(run([between, between], [bad, bad]), ['fires', '']);
  });

  it('resolves exactly once for each time that it fires, and never within the time that takes', () => {
    const reading = fc.constantFrom(bad, between, well, unknown);
    fc.assert(
      fc.property(fc.array(fc.tuple(reading, reading), { maxLength: 200 }), (pairs) => {
        const transitions = run(
          pairs.map(([usual]) => usual),
          pairs.map(([, critical]) => critical),
        );
        let firing = false;
        let changedAt = Number.NEGATIVE_INFINITY;
        for (const [at, transition] of transitions.entries()) {
          if (transition === 'fires') {
            assert.ok(!firing, 'fires only at rest');
            firing = true;
            changedAt = at;
          } else if (transition === 'resolves' || transition === 'quiet') {
            assert.ok(firing, 'ends only where it fired');
            assert.ok(
              (at - changedAt) * TICK_MS >= Math.min(timing.resolveAfterMs, timing.quietAfterMs),
              'does not flap',
            );
            firing = false;
          } else if (transition === 'worse') assert.ok(firing);
        }
      }),
    );
  });
});
