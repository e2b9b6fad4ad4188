import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from '../runtime/frames.ts';
import { FrameType } from '../runtime/protocol.ts';
import { createHarness } from './testing/harness.ts';

test('a call starts a sandbox, runs, and is recorded; the next one finds it warm', async () => {
  const { put, run, sandboxes, records } = await createHarness();
  put('hello');
  const first = await run('hello', 3);
  assert.equal(first.outcome.status === 'succeeded' && first.outcome.payload.toString(), '42');
  assert.equal(first.report.coldStart, true);
  const second = await run('hello', 3);
  assert.equal(second.report.coldStart, false);
  assert.equal(second.report.durationMs, 3);
  assert.equal(sandboxes.started.length, 1);
  assert.deepEqual(
    records.map(({ invocationId, status }) => ({ invocationId, status })),
    [first, second].map(({ report }) => ({ invocationId: report.invocationId, status: 'succeeded' })),
  );
});

test('an unknown function is not_found', async () => {
  const { invoke } = await createHarness();
  await assert.rejects(invoke('nobody').completed, { code: 'not_found' });
});

test('functions of unknown duration get a sandbox for each call at once', async () => {
  const { put, invoke, sandboxes } = await createHarness();
  put('slow');
  const calls = [invoke('slow'), invoke('slow'), invoke('slow')];
  await sandboxes.until(() => sandboxes.started.filter((sandbox) => sandbox.received.length === 1).length === 3);
  for (const sandbox of sandboxes.started) sandbox.reply(sandbox.received[0]!, '1');
  for (const call of calls) assert.equal((await call.completed).outcome.status, 'succeeded');
});

test('calls of a very short function travel ahead to one sandbox, in order', async () => {
  const { put, run, invoke, sandboxes } = await createHarness();
  put('tiny');
  await run('tiny');
  const calls = Array.from({ length: 10 }, () => invoke('tiny'));
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.received.length === 11);
  assert.equal(sandboxes.started.length, 1);
  for (const number of sandbox!.received.slice(1)) sandbox!.reply(number, '1');
  for (const call of calls) assert.equal((await call.completed).outcome.status, 'succeeded');
});

test('when a sandbox dies, only the call that ran fails; those sent ahead run elsewhere', async () => {
  const { put, run, invoke, sandboxes, records } = await createHarness();
  put('tiny', { memoryMb: 64 });
  await run('tiny');
  const [first, second, third] = [invoke('tiny'), invoke('tiny'), invoke('tiny')];
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.received.length === 4);
  sandbox!.exit({ reason: 'out_of_memory' });
  assert.equal((await first!.completed).outcome.status, 'out_of_memory');
  assert.equal(records.at(-1)?.peakMemoryBytes, 64 * 1_048_576, 'all that it was given, whatever was seen before');
  const served = (): number => sandboxes.started.slice(1).reduce((sum, other) => sum + other.received.length, 0);
  await sandboxes.until(() => served() === 2);
  for (const other of sandboxes.started.slice(1)) for (const number of other.received) other.reply(number, '2');
  assert.equal((await second!.completed).outcome.status, 'succeeded');
  assert.equal((await third!.completed).outcome.status, 'succeeded');
});

test('a call over its timeout ends with its sandbox; its clock starts when it is its turn', async () => {
  const { put, run, invoke, sandboxes, clock } = await createHarness();
  put('tiny', { timeoutMs: 1_000 });
  await run('tiny');
  const stuck = invoke('tiny');
  const behind = invoke('tiny');
  const [sandbox] = sandboxes.started;
  await sandboxes.until(() => sandbox!.received.length === 3);
  clock.advance(999);
  assert.equal(sandboxes.started.length, 1);
  clock.advance(2);
  assert.equal((await stuck.completed).outcome.status, 'timed_out');
  await sandboxes.until(() => sandboxes.started[1]?.received.length === 1);
  sandboxes.started[1]!.reply(sandboxes.started[1]!.received[0]!, '1');
  assert.equal((await behind.completed).outcome.status, 'succeeded');
});

test('beyond its concurrency a function makes calls wait, then refuses them', async () => {
  const { put, invoke, sandboxes, clock, dispatcher, records } = await createHarness({ queueWaitMs: 500 });
  put('one', { maxConcurrency: 1, timeoutMs: 60_000 });
  const running = invoke('one');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  const waits = invoke('one');
  const refusedAtOnce = invoke('one');
  await assert.rejects(refusedAtOnce.completed, { code: 'throttled' });
  assert.equal(dispatcher.stats().waiting, 1);
  clock.advance(501);
  await assert.rejects(waits.completed, { code: 'throttled' });
  sandboxes.started[0]!.reply(1, '1');
  await running.completed;
  assert.equal(sandboxes.started.length, 1);
  assert.equal(dispatcher.stats().functions[0]!.throttled, 2);
  assert.deepEqual(
    records.map((record) => record.status),
    ['rejected', 'rejected', 'succeeded'],
  );
});

test('a new version takes over; the old one finishes its call and ends', async () => {
  const { put, run, invoke, sandboxes, dispatcher } = await createHarness();
  put('app');
  const old = invoke('app');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  put('app');
  const next = await run('app');
  assert.equal(next.report.version, 2);
  sandboxes.started[0]!.reply(1, '1');
  const finished = await old.completed;
  assert.equal(finished.outcome.status, 'succeeded');
  assert.equal(finished.report.version, 1);
  await sandboxes.started[0]!.exited;
  assert.deepEqual(
    dispatcher.sandboxes().map((view) => view.version),
    [2],
  );
});

test('idle sandboxes are frozen, thawed by the next call, and retired when their keep-alive is over', async () => {
  const { put, run, sandboxes, clock, dispatcher } = await createHarness({ freezeAfterMs: 200, keepAliveMs: 5_000 });
  put('hello');
  await run('hello');
  clock.advance(200);
  assert.equal(sandboxes.started[0]!.frozen, true);
  assert.equal(dispatcher.sandboxes()[0]!.state, 'frozen');
  await run('hello');
  assert.equal(sandboxes.started[0]!.frozen, false);
  clock.advance(5_001);
  await sandboxes.started[0]!.exited;
  assert.deepEqual(dispatcher.sandboxes(), []);
  assert.equal(dispatcher.stats().memoryReservedMb, 0);
});

test('where memory is short, the sandbox idle for longest makes room', async () => {
  const { put, run, sandboxes, clock, dispatcher } = await createHarness({ memoryBudgetMb: 256 });
  for (const name of ['a', 'b', 'c']) put(name);
  await run('a');
  clock.advance(10);
  await run('b');
  clock.advance(10);
  await run('c');
  assert.deepEqual(
    dispatcher
      .sandboxes()
      .map((view) => view.function)
      .sort(),
    ['b', 'c'],
  );
  await sandboxes.started[0]!.exited;
});

test('where all memory is in use, a call waits and is then refused; nothing in use is ended', async () => {
  const { put, invoke, sandboxes, clock } = await createHarness({ memoryBudgetMb: 128, queueWaitMs: 300 });
  put('busy', { timeoutMs: 60_000 });
  put('other');
  const running = invoke('busy');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  const refused = invoke('other');
  clock.advance(301);
  await assert.rejects(refused.completed, { code: 'throttled' });
  sandboxes.started[0]!.reply(1, '1');
  assert.equal((await running.completed).outcome.status, 'succeeded');
});

test('a caller who hangs up cancels: the function is told, and ended if it goes on', async () => {
  const { put, invoke, sandboxes, clock } = await createHarness();
  put('long', { timeoutMs: 60_000 });
  const running = invoke('long');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  running.cancel();
  await sandboxes.until(() => sandboxes.started[0]!.cancelled.length === 1);
  clock.advance(500);
  assert.equal((await running.completed).outcome.status, 'cancelled');
});

test('a function that cannot be loaded fails the calls that wait for it, with its own error', async () => {
  const { put, invoke, sandboxes, clock } = await createHarness({ loadTimeoutMs: 1_000 });
  put('endless', { handler: 'main.never' });
  const call = invoke('endless');
  await sandboxes.until(() => sandboxes.started[0]?.load !== undefined);
  clock.advance(1_001);
  const { outcome } = await call.completed;
  assert.equal(outcome.status === 'failed' && outcome.reason, 'load_failed');
});

test('a sandbox that cannot be started refuses the calls with the reason', async () => {
  const { put, invoke, sandboxes } = await createHarness();
  sandboxes.failure = Object.assign(new Error('no'), { code: 'x' });
  put('hello');
  await assert.rejects(invoke('hello').completed, { code: 'internal' });
});

const forgeries: Record<string, (call: number) => Buffer> = {
  'a result for a call that does not exist': () => encodeFrame(FrameType.result, 999, Buffer.alloc(8)),
  'a frame of unknown type': () => encodeFrame(200 as never, 0, ''),
  'a length beyond all limits': () => Buffer.from([0xff, 0xff, 0xff, 0xff, 6, 0, 0, 0, 1]),
  'a length of nothing': () => Buffer.from([0, 0, 0, 0, 6, 0, 0, 0, 1]),
  'a result too short for its fixed part': (call) => encodeFrame(FrameType.result, call, Buffer.alloc(3)),
  'an error that is not JSON': (call) => encodeFrame(FrameType.error, call, '{'),
  'LOADED without LOAD': () => encodeFrame(FrameType.loaded, 0, '{}'),
  'a flood of log lines that belong to no call': () =>
    Buffer.concat(Array.from({ length: 80 }, () => encodeFrame(FrameType.log, 0, Buffer.alloc(1_024)))),
  'a flood of log lines': (call) =>
    Buffer.concat(Array.from({ length: 80 }, () => encodeFrame(FrameType.log, call, Buffer.alloc(1_024)))),
};
for (const [what, forge] of Object.entries(forgeries)) {
  test(`${what} ends the sandbox and fails its call`, async () => {
    const { put, invoke, sandboxes } = await createHarness();
    put('hostile');
    const call = invoke('hostile');
    await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
    sandboxes.started[0]!.write(forge(sandboxes.started[0]!.received[0]!));
    const { outcome } = await call.completed;
    assert.equal(outcome.status, 'crashed');
    assert.match(outcome.status === 'crashed' ? outcome.error.message : '', /broke the driver protocol/);
    await sandboxes.started[0]!.exited;
  });
}

test('a log line that claims an impossible time was printed now', async () => {
  const { put, invoke, sandboxes, clock, logs } = await createHarness();
  put('liar');
  const call = invoke('liar');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  for (const timeMs of [Number.POSITIVE_INFINITY, -1e308, 0, Number.NaN, clock.now() + 1]) {
    const body = Buffer.alloc(11, 'x');
    body[0] = 1;
    body[1] = 2;
    body.writeDoubleBE(timeMs, 2);
    sandboxes.started[0]!.write(encodeFrame(FrameType.log, 1, body));
  }
  sandboxes.started[0]!.reply(1, '1');
  await call.completed;
  assert.deepEqual(
    logs.map((line) => line.timeMs),
    new Array(5).fill(clock.now()),
  );
});

test('an interpreter that ends itself because its heap is full ran out of memory', async () => {
  const { put, invoke, sandboxes } = await createHarness();
  put('hog');
  const call = invoke('hog');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  const [sandbox] = sandboxes.started;
  sandbox!.stderr.write('HEAP FULL\n');
  await new Promise((resolve) => setImmediate(resolve));
  sandbox!.exit({ reason: 'signalled', signal: 'SIGABRT' });
  assert.equal((await call.completed).outcome.status, 'out_of_memory');
});

test('a result over the limit fails as just that, streamed or not', async () => {
  const { put, invoke, sandboxes, clock } = await createHarness();
  put('big');
  const whole = invoke('big');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  sandboxes.started[0]!.reply(1, 'x'.repeat(1_001));
  const { outcome } = await whole.completed;
  assert.equal(outcome.status === 'failed' && outcome.reason, 'result_too_large');
  const streamed = invoke('big');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 2);
  sandboxes.started[0]!.write(encodeFrame(FrameType.chunk, 2, Buffer.alloc(600)));
  sandboxes.started[0]!.write(encodeFrame(FrameType.chunk, 2, Buffer.alloc(600)));
  await sandboxes.until(() => sandboxes.started[0]!.cancelled.length === 1);
  clock.advance(500);
  const second = await streamed.completed;
  assert.equal(second.outcome.status === 'failed' && second.outcome.reason, 'result_too_large');
});

test('calls that share a sandbox time out one by one; it ends when the others are done', async () => {
  const { put, run, invoke, sandboxes, clock } = await createHarness();
  put('shared', { sandboxConcurrency: 10, timeoutMs: 1_000 });
  await run('shared');
  const early = invoke('shared');
  await sandboxes.until(() => sandboxes.started[0]!.received.length === 2);
  clock.advance(600);
  const late = invoke('shared');
  await sandboxes.until(() => sandboxes.started[0]!.received.length === 3);
  clock.advance(401);
  assert.equal((await early.completed).outcome.status, 'timed_out');
  sandboxes.started[0]!.reply(3, '1');
  assert.equal((await late.completed).outcome.status, 'succeeded');
  await sandboxes.started[0]!.exited;
});

test('prewarmed sandboxes are taken by the first calls, and replaced', async () => {
  const { dispatcher, put, run, sandboxes } = await createHarness({ prewarmed: 2 });
  await dispatcher.prewarm();
  assert.deepEqual(dispatcher.pools(), [{ runtime: 'scripted', memoryMb: 128, ready: 2, target: 2 }]);
  const nothing = { memoryBytes: 0, peakMemoryBytes: 0, cpuMs: 0 };
  assert.deepEqual(
    [...(await dispatcher.usage())],
    dispatcher.sandboxes().map(({ sandboxId }) => [sandboxId, nothing]),
  );
  put('hello', { memoryMb: 256 });
  await run('hello');
  assert.equal(sandboxes.started.filter((sandbox) => sandbox.memoryMb === 256).length, 1);
  await sandboxes.until(() => sandboxes.started.length === 3);
});

test('prewarmed sandboxes that end by themselves are replaced after a moment', async () => {
  const { dispatcher, sandboxes, clock } = await createHarness({ prewarmed: 2 });
  await dispatcher.prewarm();
  for (const sandbox of sandboxes.started) sandbox.exit({ reason: 'signalled', signal: 'SIGKILL' });
  await sandboxes.started[1]!.exited;
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(dispatcher.pools()[0]!.ready, 0);
  clock.advance(1_000);
  await sandboxes.until(() => sandboxes.started.length === 4);
});

test('where the size of a runtime is fixed at its start, other sizes get a small pool once asked for', async () => {
  const { dispatcher, put, run, sandboxes } = await createHarness({ prewarmed: 1, resizable: false });
  await dispatcher.prewarm();
  put('large', { memoryMb: 512 });
  await run('large');
  await sandboxes.until(() => sandboxes.started.filter((sandbox) => sandbox.spec.limits.memoryMb === 512).length === 2);
  assert.deepEqual(
    dispatcher.pools().map(({ memoryMb, target }) => ({ memoryMb, target })),
    [
      { memoryMb: 128, target: 1 },
      { memoryMb: 512, target: 1 },
    ],
  );
  for (const memoryMb of [256, 1_024, 2_048]) {
    put(`of${memoryMb}`, { memoryMb });
    await run(`of${memoryMb}`);
  }
  assert.deepEqual(
    dispatcher.pools().map((pool) => pool.memoryMb),
    [128, 256, 1_024, 2_048],
  );
});

test('draining lets calls in flight finish and refuses new ones', async () => {
  const { dispatcher, put, invoke, sandboxes, clock } = await createHarness();
  put('hello');
  const running = invoke('hello');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  const drained = dispatcher.drain(10_000);
  await assert.rejects(invoke('hello').completed, { code: 'unavailable' });
  sandboxes.started[0]!.reply(1, '1');
  assert.equal((await running.completed).outcome.status, 'succeeded');
  clock.advance(20);
  await drained;
  await sandboxes.started[0]!.exited;
});

test('a node over its concurrency refuses at once', async () => {
  const { put, invoke, sandboxes } = await createHarness({ maxConcurrency: 1 });
  put('hello');
  const running = invoke('hello');
  await assert.rejects(invoke('hello').completed, { code: 'throttled' });
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  sandboxes.started[0]!.reply(1, '1');
  await running.completed;
});

test('removing a function forgets it; its call in flight finishes', async () => {
  const { put, remove, invoke, sandboxes, dispatcher } = await createHarness();
  put('hello');
  const running = invoke('hello');
  await sandboxes.until(() => sandboxes.started[0]?.received.length === 1);
  remove('hello');
  await assert.rejects(invoke('hello').completed, { code: 'not_found' });
  sandboxes.started[0]!.reply(1, '1');
  assert.equal((await running.completed).outcome.status, 'succeeded');
  assert.deepEqual(dispatcher.list(), []);
});
