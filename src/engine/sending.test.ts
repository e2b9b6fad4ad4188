import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutboxItem } from '../model/invocation.ts';
import { Problem } from '../model/problem.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Journal } from '../store/journal.ts';
import { Call } from './call.ts';
import { Recorder } from './recorder.ts';
import type { SendOutbox } from './send-outbox.ts';
import { Counters } from './stats.ts';
import { createHarness } from './testing/harness.ts';

const item: OutboxItem = { destination: 'queue:out', body: Buffer.from('x'), contentType: 'text/plain' };
const outcome = {
  status: 'succeeded',
  payload: Buffer.from('1'),
  contentType: 'application/json',
  outbox: [item],
} as const;

/** A call that ended with something in its outbox. */
function ended(send: SendOutbox, keepOutbox = false) {
  const statuses: string[] = [];
  const journal = { appendInvocation: ({ status }: { status: string }) => statuses.push(status) } as unknown as Journal;
  const recorder = new Recorder(journal, new Counters(), send, new FakeClock());
  const request = { target: 'f', payload: Buffer.alloc(0), payloadKind: 'json', door: 'test', keepOutbox } as const;
  const call = new Call(
    request,
    { name: 'f', version: 1, config: { memoryMb: 128 } } as never,
    { cancel: () => {} },
    0,
    0,
    undefined,
  );
  recorder.active++;
  recorder.end(call, outcome, undefined, 1);
  return { call, recorder, statuses };
}

test('what a function sends is on disk before its caller hears of success', async () => {
  let sent = (): void => {};
  const sending = new Promise<void>((resolve) => {
    sent = resolve;
  });
  const { call, recorder, statuses } = ended(() => sending);
  assert.deepEqual([recorder.active, call.ended, statuses], [1, false, []]);
  sent();
  const completed = await call.completed;
  assert.equal('outbox' in completed.outcome, false, 'it has left');
  assert.deepEqual([recorder.active, statuses], [0, ['succeeded']]);
});

test('an outbox for what does not exist fails the run; a full disk refuses the call', async () => {
  const missing = ended(() => Promise.reject(new Problem('not_found', 'there is no queue "out"')));
  const { outcome: failed } = await missing.call.completed;
  assert.equal(failed.status === 'failed' && failed.error.type, 'OutboxError');
  assert.deepEqual([missing.recorder.active, missing.statuses], [0, ['failed']]);
  const full = ended(() => Promise.reject(new Problem('storage_full', 'the disk is full')));
  await assert.rejects(full.call.completed, { code: 'storage_full' });
  assert.deepEqual([full.recorder.active, full.statuses], [0, ['rejected']]);
});

test('a caller that sends by itself gets the outbox, and nothing is sent for it', async () => {
  const { call } = ended(() => Promise.reject(new Error('not to be called')), true);
  const completed = await call.completed;
  assert.deepEqual(completed.outcome, outcome);
});

test('a chain of more than 16 functions is a loop', async () => {
  const { put, invoke, sandboxes } = await createHarness();
  put('f');
  await assert.rejects(invoke('f', { hops: 17 }).completed, { code: 'loop_detected' });
  const allowed = invoke('f', { hops: 16 });
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  sandboxes.started[0]!.reply(1, '1');
  assert.equal((await allowed.completed).outcome.status, 'succeeded');
});

test('a run for an event is recorded as such', async () => {
  const { put, invoke, sandboxes, records } = await createHarness();
  put('f');
  const running = invoke('f', { delivery: { eventId: 'e', lane: 'direct', attempt: 2 } });
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  sandboxes.started[0]!.reply(1, '1');
  await running.completed;
  const { eventId, lane, attempt } = records[0]!;
  assert.deepEqual([eventId, lane, attempt], ['e', 'direct', 2]);
});
