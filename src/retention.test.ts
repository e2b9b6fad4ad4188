import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockAhead } from './model/clock.ts';
import { retentionLimits } from './retention.ts';

test('a clock that jumps ahead makes nothing old, and time that passes does', () => {
  let wallMs = 1_000_000;
  let passedMs = 50;
  const aheadMs = clockAhead({ now: () => wallMs, monotonicMs: () => passedMs });
  const keptFrom = () => wallMs - retentionLimits({ journalMaxAgeMs: 10_000 } as never, [], aheadMs()).maxAgeMs;
  assert.equal(keptFrom(), 990_000);
  wallMs += 86_400_000;
  assert.equal(keptFrom(), 990_000, 'a day ahead in no time');
  wallMs += 5_000;
  passedMs += 5_000;
  assert.equal(keptFrom(), 995_000, 'time goes on');
  wallMs = 500_000;
  assert.equal(keptFrom(), 490_000, 'set back');
});
