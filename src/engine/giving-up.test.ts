import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHarness } from './testing/harness.ts';

test('a caller that hangs up while its call is only sent ahead leaves the running call alone', async () => {
  const { put, run, invoke, clock, sandboxes } = await createHarness();
  put('tiny', { timeoutMs: 10_000 });
  await run('tiny');
  const [first, second] = [invoke('tiny'), invoke('tiny')];
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.received.length === 3);
  second!.cancel();
  clock.advance(5_000);
  sandbox!.reply(sandbox!.received[1]!, '1', 5_000);
  assert.equal((await first!.completed).outcome.status, 'succeeded');
  // Now it runs, and has as long to notice as any other.
  clock.advance(500);
  assert.equal((await second!.completed).outcome.status, 'cancelled');
});

test('a call that outlived its timeout may still answer: calls beside it are left alone', async () => {
  const { put, invoke, clock, sandboxes } = await createHarness();
  put('shared', { sandboxConcurrency: 2, maxConcurrency: 2, timeoutMs: 1_000 });
  const slow = invoke('shared');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  clock.advance(600);
  const other = invoke('shared');
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.received.length === 2);
  clock.advance(400);
  assert.equal((await slow.completed).outcome.status, 'timed_out');
  sandbox!.reply(sandbox!.received[0]!, '"late"', 1_000);
  sandbox!.reply(sandbox!.received[1]!, '1', 400);
  assert.equal((await other.completed).outcome.status, 'succeeded');
});

test('a sandbox that takes no more calls does not keep another from starting', async () => {
  const { put, invoke, clock, sandboxes } = await createHarness();
  put('shared', { sandboxConcurrency: 2, maxConcurrency: 2, timeoutMs: 10_000 });
  const gone = invoke('shared');
  const staying = invoke('shared');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 2);
  gone.cancel();
  clock.advance(500);
  assert.equal((await gone.completed).outcome.status, 'cancelled');
  const next = invoke('shared');
  await sandboxes.until(() => sandboxes.started[1]?.received.length === 1);
  sandboxes.started[1]!.reply(sandboxes.started[1]!.received[0]!, '1');
  assert.equal((await next.completed).outcome.status, 'succeeded');
  sandboxes.started[0]!.reply(sandboxes.started[0]!.received[1]!, '1');
  assert.equal((await staying.completed).outcome.status, 'succeeded');
});
