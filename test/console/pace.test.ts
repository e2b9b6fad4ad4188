import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { paced } from '../../src/console/api/pace.ts';

/** What was asked for: when, and of which names. `answer` is called with each. */
function watched(answer: (times: number) => Promise<number>) {
  const asked: { readonly atMs: number; readonly names: string[] }[] = [];
  let waiting = Promise.withResolvers<void>();
  const name = paced((names) => {
    asked.push({ atMs: performance.now(), names: [...names] });
    waiting.resolve();
    waiting = Promise.withResolvers();
    return answer(asked.length);
  });
  const until = async (times: number): Promise<void> => {
    while (asked.length < times) await waiting.promise;
  };
  return { asked, name, until };
}

/** Names something again and again until so much was asked, and tells how long it was from one to the next, in milliseconds. */
async function gaps(times: number, answer: (times: number) => Promise<number>): Promise<number[]> {
  const { asked, name, until } = watched(answer);
  name(['x']);
  const timer = setInterval(() => name(['x']), 5);
  await until(times);
  clearInterval(timer);
  return asked.slice(1).map(({ atMs }, at) => atMs - asked[at]!.atMs);
}

// A timer may be early by a part of a millisecond.
const isLeast = (ms: number, leastMs: number) => assert.ok(ms > leastMs - 2, `${ms} ms, at least ${leastMs}`);

describe('the pace of what is asked again', () => {
  test('of what happens all the time, ever more is gathered', async () => {
    const found = await gaps(5, async () => 0);
    [150, 300, 600, 600].forEach((leastMs, at) => {
      isLeast(found[at]!, leastMs);
    });
  });

  test('nothing is asked while an answer is on its way; what is named meanwhile is asked for together', async () => {
    const answer = Promise.withResolvers<number>();
    const { asked, name, until } = watched(() => answer.promise);
    name(['one']);
    await until(1);
    name(['two']);
    name(['three', 'two']);
    // One that is answered asks twice more meanwhile.
    await gaps(3, async () => 0);
    assert.equal(asked.length, 1);
    answer.resolve(0);
    await until(2);
    assert.deepEqual(
      asked.map(({ names }) => names),
      [['one'], ['two', 'three']],
    );
  });

  test('what takes the node long, twice in a row, is asked for more seldom', async () => {
    const [, afterTwo] = await gaps(3, async () => 100);
    isLeast(afterTwo!, 1_000);
  });
});
