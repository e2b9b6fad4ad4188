import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { paced } from '../../src/console/api/pace.ts';

/** A clock that moves when it is told to: what a busy machine does between two of its looks at it is no part of the pace. */
function stoppedClock(t: TestContext) {
  let nowMs = 1_000;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => nowMs);
  return {
    now: () => nowMs,
    async pass(ms: number): Promise<void> {
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs++;
        t.mock.timers.tick(1);
        // Whatever follows from that is done by then.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

/** What was asked for: when, and of which names. `answer` is called with each. */
function watched(now: () => number, answer: () => Promise<number>) {
  const asked: { readonly atMs: number; readonly names: string[] }[] = [];
  const name = paced((names) => {
    asked.push({ atMs: now(), names: [...names] });
    return answer();
  });
  return { asked, name };
}

/** Names something again and again for so long, and tells how long it was from one time that it was asked for to the next, in milliseconds. */
async function gaps(t: TestContext, ms: number, answer: () => Promise<number>): Promise<number[]> {
  const clock = stoppedClock(t);
  const { asked, name } = watched(clock.now, answer);
  for (let passed = 0; passed < ms; passed += 5) {
    name(['x']);
    await clock.pass(5);
  }
  return asked.slice(1).map(({ atMs }, at) => atMs - asked[at]!.atMs);
}

describe('the pace of what is asked again', () => {
  test('of what happens all the time, ever more is gathered', async (t) => {
    const found = await gaps(t, 2_000, async () => 0);
    assert.deepEqual(found, [150, 300, 600, 600]);
  });

  test('nothing is asked while an answer is on its way; what is named meanwhile is asked for together', async (t) => {
    const clock = stoppedClock(t);
    const answer = Promise.withResolvers<number>();
    const { asked, name } = watched(clock.now, () => answer.promise);
    name(['one']);
    await clock.pass(1);
    name(['two']);
    name(['three', 'two']);
    await clock.pass(2_000);
    assert.equal(asked.length, 1);
    answer.resolve(0);
    await clock.pass(5);
    assert.deepEqual(
      asked.map(({ names }) => names),
      [['one'], ['two', 'three']],
    );
  });

  test('what takes the node long, twice in a row, is asked for more seldom', async (t) => {
    const [afterOne, afterTwo] = await gaps(t, 1_500, async () => 100);
    assert.deepEqual([afterOne, afterTwo], [150, 1_000]);
  });
});
