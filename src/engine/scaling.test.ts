import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Durations, type PoolLoad, sandboxesToStart } from './scaling.ts';

const calm: PoolLoad = {
  waiting: 0,
  oldestWaitMs: 0,
  serving: 0,
  starting: 0,
  sandboxConcurrency: 1,
  averageMs: undefined,
  maxSandboxes: 1_000,
  maxStarting: 8,
};

test('a first call starts one sandbox', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 1 }), 1);
});

test('calls that sandboxes are being started for start no more', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 3, starting: 3 }), 0);
});

test('a very short function does not grow, however many wait', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 300, serving: 1, averageMs: 0.02 }), 0);
});

test('a long function grows by one sandbox for each that waits', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 5, serving: 2, averageMs: 2_000 }), 5);
});

test('a wait that turned out long grows even a short function', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 1, serving: 1, averageMs: 0.02, oldestWaitMs: 16 }), 1);
});

test('calls that share a sandbox need fewer of them', () => {
  assert.equal(sandboxesToStart({ ...calm, waiting: 10, sandboxConcurrency: 5 }), 2);
});

test('growth never passes its limits', () => {
  const count = fc.integer({ min: 0, max: 2_000 });
  const load = fc.record({
    waiting: count,
    oldestWaitMs: count,
    serving: count,
    starting: count,
    sandboxConcurrency: fc.integer({ min: 1, max: 100 }),
    averageMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
    maxSandboxes: fc.integer({ min: 1, max: 1_000 }),
    maxStarting: fc.integer({ min: 1, max: 64 }),
  });
  fc.assert(
    fc.property(load, (given) => {
      const more = sandboxesToStart(given);
      assert.ok(more >= 0);
      if (more > 0) {
        assert.ok(given.serving + given.starting + more <= given.maxSandboxes);
        assert.ok(given.starting + more <= given.maxStarting);
        assert.ok(more + given.starting <= given.waiting);
      }
    }),
  );
});

test('calls are sent ahead only while all recent runs were very short', () => {
  const durations = new Durations();
  assert.equal(durations.sendAhead, 1);
  for (let i = 0; i < 50; i++) durations.add(0.02);
  assert.equal(durations.sendAhead, 32);
  durations.add(1_000);
  assert.equal(durations.sendAhead, 1);
  for (let i = 0; i < 1_000; i++) durations.add(0.02);
  assert.equal(durations.sendAhead, 32);
});
