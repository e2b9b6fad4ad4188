import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { repeat } from './repeat.ts';
import { FakeClock } from './testing/fake-clock.ts';

describe('what is done again and again', () => {
  test('is done after each interval, whether or not it failed', async () => {
    const clock = new FakeClock();
    const errors: unknown[] = [];
    let count = 0;
    const stop = repeat(
      clock,
      1_000,
      async () => {
        count++;
        if (count === 2) throw new Error('the second time');
      },
      (error) => errors.push(error),
    );
    assert.equal(count, 0);
    for (let time = 1; time <= 3; time++) {
      clock.advance(1_000);
      await setImmediate();
      assert.equal(count, time);
    }
    assert.equal(errors.length, 1);
    await stop();
    clock.advance(10_000);
    await setImmediate();
    assert.equal(count, 3);
  });

  test('is waited for, and not begun anew, when it is stopped in the middle', async () => {
    const clock = new FakeClock();
    const work = Promise.withResolvers<void>();
    let begun = 0;
    const stop = repeat(
      clock,
      1_000,
      () => {
        begun++;
        return work.promise;
      },
      (error) => assert.fail(String(error)),
    );
    clock.advance(1_000);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await setImmediate();
    assert.equal(stopped, false);
    work.resolve();
    await stopping;
    clock.advance(10_000);
    assert.equal(begun, 1);
  });
});
