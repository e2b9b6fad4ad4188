import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHarness } from './testing/harness.ts';

test('a sandbox that was started for a version which serves no more is ended when it comes up', async () => {
  const { put, invoke, sandboxes, dispatcher } = await createHarness();
  put('app');
  const call = invoke('app');
  call.cancel();
  put('app');
  await call.completed;
  await sandboxes.until(() => sandboxes.started[0]?.load !== undefined);
  await sandboxes.started[0]!.exited;
  assert.deepEqual(dispatcher.sandboxes(), []);
  assert.equal(dispatcher.stats().memoryReservedMb, 0);
});

test('each idle sandbox is frozen in its time, also after others were', async () => {
  const { put, run, clock, sandboxes } = await createHarness({ freezeAfterMs: 200, keepAliveMs: 60_000 });
  for (const name of ['first', 'second', 'third']) {
    put(name);
    await run(name);
    assert.equal(sandboxes.started.at(-1)!.frozen, false);
    clock.advance(200);
    assert.equal(sandboxes.started.at(-1)!.frozen, true, name);
  }
});

test('a frozen sandbox that cannot be thawed ends, and takes nothing else with it', async () => {
  const { put, run, invoke, clock, sandboxes } = await createHarness({ freezeAfterMs: 200 });
  put('app');
  await run('app');
  clock.advance(200);
  sandboxes.started[0]!.stuck = new Error('the helper process has died');
  const { outcome } = await invoke('app').completed;
  assert.equal(outcome.status, 'crashed');
  assert.equal((await run('app')).outcome.status, 'succeeded');
});

test('an idle sandbox that cannot be frozen is not kept', async () => {
  const { put, run, clock, sandboxes, dispatcher } = await createHarness({ freezeAfterMs: 200 });
  put('app');
  await run('app');
  sandboxes.started[0]!.stuck = new Error('the helper process has died');
  clock.advance(200);
  await sandboxes.started[0]!.exited;
  assert.deepEqual(dispatcher.sandboxes(), []);
});

test('a keep-alive that is shorter than the time to freezing is kept to', async () => {
  const { put, run, clock, sandboxes } = await createHarness({ freezeAfterMs: 200, keepAliveMs: 50 });
  put('app');
  await run('app');
  clock.advance(50);
  await sandboxes.started[0]!.exited;
});

test('trying code makes room for itself where idle sandboxes have all memory', async () => {
  const { put, run, invoke, dispatcher, sandboxes } = await createHarness({ memoryBudgetMb: 256 });
  for (const name of ['first', 'second']) {
    put(name);
    await run(name);
  }
  const { document } = dispatcher.find('second')!;
  const candidate = { name: 'third', version: 1, config: document.config, codeFolder: '/code/third', fileCount: 1 };
  await dispatcher.tryLoad(candidate);
  assert.deepEqual(
    dispatcher.sandboxes().map((view) => view.function),
    ['second'],
    'the one that was idle for longest went',
  );
  invoke('second');
  invoke('first');
  await sandboxes.until(() => sandboxes.started.at(-1)!.received.length === 1);
});

test('trying code is refused after a while where all memory is in use', async () => {
  const { put, invoke, dispatcher, sandboxes, clock } = await createHarness({ memoryBudgetMb: 128, queueWaitMs: 500 });
  put('busy', { timeoutMs: 60_000 });
  invoke('busy');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  const { document } = dispatcher.find('busy')!;
  const candidate = { name: 'other', version: 1, config: document.config, codeFolder: '/code/other', fileCount: 1 };
  const refused = assert.rejects(dispatcher.tryLoad(candidate), { code: 'throttled' });
  clock.advance(500);
  await refused;
  assert.equal(dispatcher.sandboxes()[0]?.state, 'busy');
});

test('who watches sandboxes hears of their lives, and of no call that finds a warm one', async () => {
  const { put, run, clock, dispatcher, sandboxes } = await createHarness({ freezeAfterMs: 200, keepAliveMs: 60_000 });
  let heard: string[] = [];
  const end = dispatcher.watchSandboxes(() => heard.push(dispatcher.sandboxes()[0]?.state ?? 'none'));
  const told = () => {
    const taken = heard;
    heard = [];
    return taken;
  };
  put('app');
  await run('app');
  assert.deepEqual(told(), ['prewarmed', 'loading', 'idle']);
  for (let call = 0; call < 3; call++) await run('app');
  assert.deepEqual(told(), []);
  clock.advance(200);
  assert.deepEqual(told(), ['frozen']);
  await run('app');
  assert.deepEqual(told(), ['busy']);
  clock.advance(60_000);
  await sandboxes.started[0]!.exited;
  assert.deepEqual(told(), ['frozen', 'ending', 'none']);
  end();
  await run('app');
  assert.deepEqual(told(), []);
});
