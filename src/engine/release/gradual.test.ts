import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Problem, type ProblemCode } from '../../model/problem.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import { createReleasesHarness, newRelease, type ReleasesHarness, RULES } from './testing/harness.ts';

const MINUTE_MS = 60_000;
const FAILED: Partial<InvocationRecord> = {
  status: 'failed',
  reason: 'exception',
  errorType: 'ValueError',
  errorMessage: 'no luck',
};

const problem = (code: ProblemCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return true;
};

describe('a gradual release', () => {
  let h: ReleasesHarness;
  beforeEach(async () => {
    h = await createReleasesHarness();
    await h.deploy('f');
    await h.deploy('f');
    await h.releases.setAlias('f', 'prod', { versions: [{ version: 1, weight: 100 }], by: 'ann' });
    h.unnamed.length = 0;
  });
  afterEach(() => h.dispose());

  const start = (more: Parameters<typeof newRelease>[1] = {}) =>
    h.releases.startRelease('f', 'prod', newRelease(2, more));
  const now = () => h.releases.release('f', 'prod')!;
  const named = () => h.releases.alias('f', 'prod').document.versions;
  const reached = (percent: number) => h.until(() => now().percent === percent);
  const over = () => h.until(() => now().state !== 'running' && now().state !== 'paused');

  test('goes on step by step while nothing is wrong, and ends with the new version', async () => {
    const { release, percent } = await start();
    assert.deepEqual([release.state, release.from, percent], ['running', 1, 10]);
    assert.deepEqual(named(), [
      { version: 1, weight: 90 },
      { version: 2, weight: 10 },
    ]);
    h.called('f:prod', 1, 90);
    h.called('f:prod', 2, 10);
    h.clock.advance(MINUTE_MS - 1);
    assert.equal(now().percent, 10);
    h.clock.advance(1);
    await reached(50);
    h.called('f:prod', 2, 50);
    h.clock.advance(MINUTE_MS);
    await reached(100);
    assert.equal(now().state, 'running', 'the last step is watched too');
    assert.deepEqual(h.unnamed, [], 'the old version stays at hand');
    h.called('f:prod', 2, 50);
    h.clock.advance(MINUTE_MS);
    await over();
    const { state, report, entries, endedAt } = now().release;
    assert.equal(state, 'promoted');
    assert.match(report!.why, /version 2 was not worse than version 1 in any step/);
    assert.deepEqual(
      entries.map(({ what, percent: share }) => [what, share]),
      [
        ['started', 10],
        ['step', 50],
        ['step', 100],
        ['promoted', 100],
      ],
    );
    assert.equal(endedAt, '2026-01-01T00:03:00.000Z');
    assert.deepEqual(named(), [{ version: 2, weight: 100 }]);
    assert.deepEqual((await h.releases.rollbackAlias('f', 'prod', { by: 'bob' })).document.versions, [
      { version: 1, weight: 100 },
    ]);
  });

  test('goes back by itself at the call that shows it, and says why', async () => {
    await start();
    h.called('f:prod', 1, 90);
    h.called('f:prod', 2, 9, FAILED);
    assert.equal(now().state, 'running', 'too few calls to tell');
    h.called('f:prod', 2, 1, FAILED);
    await over();
    const { state, release } = now();
    assert.equal(state, 'rolled_back');
    assert.deepEqual(named(), [{ version: 1, weight: 100 }]);
    assert.equal(h.acted.at(-1), 'f:prod rolled_back', 'whoever writes down what happens hears of it');
    const { report } = release;
    assert.equal(report!.rule, 'errors');
    assert.match(report!.why, /100% \(10 of 10\) of the calls of version 2 failed, 0% \(0 of 90\)/);
    assert.deepEqual([report!.old.calls, report!.new.errors], [90, 10]);
    assert.deepEqual(report!.failures!.at(-1), { invocationId: 'call-2-0', type: 'ValueError', message: 'no luck' });
    await assert.rejects(
      h.releases.rollbackAlias('f', 'prod', { by: 'bob' }),
      problem('conflict', /nothing to roll back to/),
    );
    // The report stays when the next one begins, and after a restart.
    await start({ steps: [100] });
    await h.restart();
    const all = await h.releases.releases('f');
    assert.deepEqual(all.map(({ state: each }) => each).sort(), ['rolled_back', 'running']);
    assert.match(all.find(({ state: each }) => each === 'rolled_back')!.release.report!.why, /100%/);
    assert.deepEqual(
      (await h.releases.releases()).map(({ state: each }) => each),
      ['running'],
    );
  });

  test('goes back where the new version takes longer, also once all calls are its own', async () => {
    await start({ steps: [50, 100] });
    h.called('f:prod', 1, 100, { durationMs: 40 });
    h.called('f:prod', 2, 100, { durationMs: 42 });
    h.clock.advance(MINUTE_MS);
    await reached(100);
    // The old one has no calls any more: what it did before counts.
    h.clock.advance(MINUTE_MS / 2);
    h.called('f:prod', 2, 2_000, { durationMs: 400 });
    await over();
    const { report } = now().release;
    assert.deepEqual([now().state, report!.rule, report!.old.calls], ['rolled_back', 'latency', 100]);
    assert.match(report!.why, /version 2 took \d+ ms \(p90\), version 1 4\d(\.\d)? ms/);
  });

  test('goes back where an alarm fires that it was told to heed; does not begin where one does', async () => {
    const rules = { ...RULES, alarms: ['checkout-slow'] };
    h.firing.add('checkout-slow');
    await assert.rejects(start({ rules }), problem('conflict', /the alarm checkout-slow fires already/));
    h.firing.clear();
    await start({ rules });
    h.firing.add('checkout-slow');
    h.clock.advance(1_000);
    await over();
    const { report } = now().release;
    assert.deepEqual([report!.rule, report!.alarms], ['alarm', ['checkout-slow']]);
  });

  test('is not judged by what a limit refused or a caller gave up, nor by other names', async () => {
    await start();
    h.called('f:prod', 2, 100, { status: 'rejected', reason: 'throttled' });
    h.called('f:prod', 2, 100, { status: 'cancelled' });
    h.called('f:beta', 2, 100, FAILED);
    h.called('f', 2, 100, FAILED);
    h.clock.advance(1_000);
    assert.equal(now().numbers!.new.calls, 0);
    // A sandbox that cannot be had for the version is its fault.
    h.called('f:prod', 1, 100);
    h.called('f:prod', 2, 10, { status: 'rejected', reason: 'sandbox_failed' });
    await over();
    assert.equal(now().state, 'rolled_back');
  });

  test('waits for calls where it is told to', async () => {
    await start({ rules: { ...RULES, waitForCalls: true } });
    h.clock.advance(10 * MINUTE_MS);
    assert.equal(now().percent, 10);
    h.called('f:prod', 2, 10);
    h.clock.advance(1_000);
    await reached(50);
  });

  test('is paused, resumed, promoted and aborted by people', async () => {
    await start();
    await h.releases.changeRelease('f', 'prod', 'pause', 'bob');
    h.clock.advance(10 * MINUTE_MS);
    assert.deepEqual([now().state, now().percent], ['paused', 10]);
    await h.releases.changeRelease('f', 'prod', 'resume', 'bob');
    h.clock.advance(MINUTE_MS - 1_000);
    assert.equal(now().percent, 10, 'the step begins anew');
    h.clock.advance(1_000);
    await reached(50);
    const aborted = await h.releases.changeRelease('f', 'prod', 'abort', 'bob');
    assert.deepEqual([aborted.state, aborted.percent, aborted.release.report!.why], ['aborted', 0, 'bob gave it up']);
    assert.deepEqual(named(), [{ version: 1, weight: 100 }]);
    await assert.rejects(
      h.releases.changeRelease('f', 'prod', 'promote', 'bob'),
      problem('conflict', /no release by "prod" is under way: the last one, of version 2, was aborted at \d/),
    );
    await start();
    const promoted = await h.releases.changeRelease('f', 'prod', 'promote', 'bob');
    assert.deepEqual([promoted.state, promoted.percent], ['promoted', 100]);
    assert.deepEqual(named(), [{ version: 2, weight: 100 }]);
  });

  test('that is paused still goes back', async () => {
    await start();
    await h.releases.changeRelease('f', 'prod', 'pause', 'bob');
    h.called('f:prod', 1, 90);
    h.called('f:prod', 2, 10, FAILED);
    await over();
    assert.equal(now().state, 'rolled_back');
  });

  test('is aborted by a rollback of its alias; nobody else moves the alias meanwhile', async () => {
    await start();
    await assert.rejects(
      h.releases.setAlias('f', 'prod', { versions: [{ version: 2, weight: 100 }], by: 'bob' }),
      problem('conflict', /version 2 is being released by "prod"/),
    );
    await assert.rejects(h.releases.removeAlias('f', 'prod'), problem('conflict', /is being released/));
    await assert.rejects(start(), problem('conflict', /is being released by "prod" already, since .* by ann/));
    await h.releases.rollbackAlias('f', 'prod', { by: 'bob' });
    assert.deepEqual([now().state, named()], ['aborted', [{ version: 1, weight: 100 }]]);
    assert.equal(now().release.report!.why, 'bob rolled the alias back');
  });

  test('goes on after a restart of the node: its step begins anew, with the share that it had', async () => {
    await start();
    h.called('f:prod', 1, 90);
    h.called('f:prod', 2, 10);
    h.clock.advance(MINUTE_MS);
    await reached(50);
    h.clock.advance(MINUTE_MS / 2);
    await h.restart();
    await h.until(() => now().release.entries.at(-1)!.what === 'restarted');
    assert.deepEqual([now().state, now().percent], ['running', 50]);
    h.clock.advance(MINUTE_MS - 1_000);
    assert.equal(now().percent, 50);
    h.clock.advance(1_000);
    await reached(100);
    // It can still go back: what the old version did was kept.
    await h.restart();
    h.called('f:prod', 2, 10, FAILED);
    await over();
    assert.deepEqual([now().state, now().release.report!.old.calls], ['rolled_back', 90]);
  });

  test('is not hurried or held by a clock that jumps', async () => {
    await start();
    const wall = h.clock.now;
    h.clock.now = () => wall.call(h.clock) + 86_400_000;
    h.clock.advance(MINUTE_MS - 1_000);
    assert.equal(now().percent, 10);
    h.clock.now = () => wall.call(h.clock) - 86_400_000;
    h.clock.advance(1_000);
    await reached(50);
    h.called('f:prod', 1, 90);
    h.called('f:prod', 2, 10, FAILED);
    await over();
    assert.equal(now().state, 'rolled_back');
  });

  test('that makes no sense is refused', async () => {
    for (const steps of [[], [50], [50, 40, 100], [0, 100], [100, 100], [200]])
      await assert.rejects(start({ steps }), problem('invalid_request', /rise to 100/));
    await assert.rejects(start({ everyMs: 10 }), problem('invalid_request', /1 second to 7 days/));
    await assert.rejects(
      h.releases.startRelease('f', 'prod', newRelease(1)),
      problem('conflict', /names version 1 already/),
    );
    await assert.rejects(h.releases.startRelease('f', 'prod', newRelease(9)), problem('not_found', /no version 9/));
    await assert.rejects(h.releases.startRelease('f', 'beta', newRelease(2)), problem('not_found', /no alias "beta"/));
    await h.deploy('f');
    const versions = [
      { version: 1, weight: 50 },
      { version: 3, weight: 50 },
    ];
    await h.releases.setAlias('f', 'prod', { versions, by: 'ann' });
    await assert.rejects(start(), problem('conflict', /is shared by 1=50 3=50/));
    assert.equal(h.releases.release('f', 'prod'), undefined);
  });

  test('ends with the function that is removed', async () => {
    await start();
    const { removeFunction } = await import('../documents/removal.ts');
    await removeFunction(h.store.registry, h.catalog.find('f')!.document);
    h.called('f:prod', 2, 10, FAILED);
    h.clock.advance(10 * MINUTE_MS);
    assert.deepEqual(await h.store.registry.list(''), []);
  });
});
