import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { InvocationRecord } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import { judge, OBJECTIVES } from './objectives.ts';
import { percent, renderStatusPage, STATUS_PAGE_POLICY } from './page.ts';
import { openStatus, type RunningStatus } from './status.ts';

const HOUR_MS = 3_600_000;
const log = pino({ level: 'silent' });

describe('the status', () => {
  let folder: string;
  let clock: FakeClock;
  let store: Store;
  let status: RunningStatus;
  const open = async () => {
    store = await openEmbeddedStore({ folder, clock, log });
    status = await openStatus({ ...store, registry: store.registry, metrics: { recent: () => 3 }, clock, log });
  };
  const call = (more: Partial<InvocationRecord> = {}) =>
    status.invocation({ status: 'succeeded', queuedMs: 1, ...more } as InvocationRecord);
  const of = (name: string) => status.view().objectives.find((each) => each.name === name)!;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-status-'));
    clock = new FakeClock();
    await open();
  });
  after(async () => {
    await status.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has nothing to judge where nothing happened', () => {
    assert.equal(status.view().state, 'operational');
    assert.deepEqual([of('events').state, of('events').budgetLeft], ['unmeasured', undefined]);
  });

  it('judges nobody by a few slow starts', () => {
    const counts = (good: number, bad: number) => {
      const count = { good, bad };
      return judge(OBJECTIVES[1], { '1h': count, '24h': count, '30d': count }, []).state;
    };
    assert.deepEqual([counts(9, 3), counts(30, 4), counts(30, 5)], ['at_risk', 'at_risk', 'failing']);
  });

  it('counts what the platform did, and not what functions did', () => {
    for (let n = 0; n < 990; n++) call();
    call({ status: 'failed' });
    call({ status: 'timed_out' });
    call({ status: 'rejected', reason: 'throttled' });
    call({ status: 'rejected', reason: 'loop_detected' });
    for (let n = 0; n < 8; n++) call({ queuedMs: 400, loadMs: 390 });
    assert.deepEqual([of('availability').windows['1h'].total, of('availability').state], [1_000, 'good']);
    assert.equal(of('overhead').windows['1h'].bad, 0);
    call({ status: 'rejected', reason: 'sandbox_failed' });
    assert.equal(of('availability').windows['1h'].bad, 1);
    for (let n = 0; n < 20; n++) call({ queuedMs: 500 });
    assert.equal(of('overhead').state, 'failing');
    assert.equal(status.view().state, 'degraded');
    assert.ok(of('overhead').budgetLeft! < 0);
  });

  it('remembers over a restart, and forgets the hour', async () => {
    await status.close();
    await store.close();
    clock.advance(60_000);
    await open();
    assert.equal(of('availability').windows['1h'].total, 1_021);
    clock.advance(HOUR_MS);
    assert.equal(of('availability').windows['1h'].total, 0);
    assert.equal(of('availability').windows['24h'].total, 1_021);
    assert.equal(status.view().state, 'operational');
    assert.equal(of('overhead').state, 'at_risk');
    assert.equal(of('availability').days.at(-1)!.share, 0.999021);
    clock.advance(31 * 24 * HOUR_MS);
    assert.equal(of('availability').windows['30d'].total, 0);
  });

  it('says that it is down where most calls are not run', () => {
    for (let n = 0; n < 20; n++) call({ status: 'rejected', reason: 'unavailable' });
    assert.equal(status.view().state, 'down');
  });

  it('is a page that loads nothing and names nobody', () => {
    status.eventStarted(10);
    status.scheduleFired(60_000);
    const page = renderStatusPage(status.view());
    assert.doesNotMatch(page, /<script|src=|https?:|style="/);
    assert.match(page, /Calls are not run/);
    assert.equal(page.match(/<article>/g)!.length, 5);
    assert.match(STATUS_PAGE_POLICY, /^default-src 'none'; style-src 'sha256-/);
  });

  it('never rounds up to all', () => {
    assert.equal(percent(0.999999, 0.999), '99.99%');
    assert.equal(percent(1, 0.99), '100%');
    assert.equal(percent(0.985, 0.99), '98.5%');
  });
});
