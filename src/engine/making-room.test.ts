import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHarness } from './testing/harness.ts';

test('a prewarmed sandbox that is being given its code is not ended to make room', async () => {
  const { put, invoke, sandboxes, dispatcher } = await createHarness({ prewarmed: 1, memoryBudgetMb: 128 });
  await dispatcher.prewarm();
  let place = (): void => {};
  sandboxes.placing = new Promise((resolve) => {
    place = resolve;
  });
  put('first');
  put('second');
  const first = invoke('first');
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.placed);
  const second = invoke('second');
  place();
  await sandboxes.until(() => sandbox!.received.length === 1);
  sandbox!.reply(sandbox!.received[0]!, '1');
  assert.equal((await first.completed).outcome.status, 'succeeded');
  second.cancel();
  await second.completed;
});

test('many pieces of code are tried at once where there is room for few', async () => {
  const { put, dispatcher } = await createHarness({ memoryBudgetMb: 256, queueWaitMs: 500 });
  put('app');
  const { document } = dispatcher.find('app')!;
  const candidate = (place: number) => ({
    name: `app${place}`,
    version: 1,
    config: document.config,
    codeFolder: `/code/${place}`,
    fileCount: 1,
  });
  await Promise.all(Array.from({ length: 12 }, (_, place) => dispatcher.tryLoad(candidate(place))));
  assert.equal(dispatcher.stats().memoryReservedMb, 0);
});
