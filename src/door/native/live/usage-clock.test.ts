import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import { UsageClock } from './usage-clock.ts';

test('figures come due once a second while somebody looks, and not for long after', () => {
  const clock = new FakeClock();
  const usage = new UsageClock(clock);
  usage.looked();
  let due = 0;
  const end = usage.watch(() => {
    due++;
  });
  clock.advance(3_000);
  assert.equal(due, 3, 'of a look before, too');
  clock.advance(60_000);
  assert.equal(due, 11, 'nobody has looked again');
  usage.looked();
  usage.looked();
  clock.advance(1_000);
  assert.equal(due, 12);
  end();
  clock.advance(60_000);
  usage.looked();
  clock.advance(60_000);
  assert.equal(due, 12, 'nobody wants to be told');
  usage.watch(() => {
    due++;
  });
  usage.looked();
  clock.advance(1_000);
  assert.equal(due, 13);
});
