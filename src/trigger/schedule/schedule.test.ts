import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Problem } from '../../model/problem.ts';
import { createTriggerHarness, type TriggerHarness } from '../testing/harness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1, 0, 0, 30);

describe('schedules', () => {
  let node: TriggerHarness;
  /** Planned times of what ran, as minutes since the start's own minute. */
  const fired = () => node.got.map(({ scheduledTime }) => (Date.parse(scheduledTime) - START_MS + 30_000) / MINUTE_MS);
  const add = (expression: string, options: Record<string, unknown> = {}) =>
    node.triggers.create({ name: 'tick', function: 'fn', type: 'schedule', options: { expression, ...options } });

  beforeEach(async () => {
    node = await createTriggerHarness({ startMs: START_MS });
    node.add('fn');
  });
  afterEach(() => node.dispose());

  test('fire at their times, once each, with the event of the time', async () => {
    const view = await add('* * * * *', {});
    assert.equal(view.state, 'running');
    assert.deepEqual(view.next!.slice(0, 2), [START_MS + 30_000, START_MS + 90_000]);
    await node.pass(29_000);
    assert.deepEqual(fired(), []);
    await node.pass(1_000);
    assert.deepEqual(fired(), [1]);
    await node.pass(2 * MINUTE_MS, 10_000);
    assert.deepEqual(fired(), [1, 2, 3]);
    const { event } = node.got[0];
    assert.equal(event.type, 'fob.schedule.fired');
    assert.equal(event.id, 'tick/2026-01-01T00:01:00.000Z');
    assert.equal(event.time, '2026-01-01T00:01:00.000Z');
    assert.equal((await node.triggers.find('tick'))!.counts.accepted, 3);
  });

  test('go on after a restart where they were', async () => {
    await add('* * * * *');
    await node.pass(30_000, 10_000);
    await node.restart();
    await node.pass(MINUTE_MS, 10_000);
    assert.deepEqual(fired(), [1, 2]);
  });

  test('catch up what the policy says, and tell what they passed over', async () => {
    await add('0 * * * *', { catchUp: 'last' });
    await node.restart(4.5 * HOUR_MS);
    await node.pass(2_000);
    assert.deepEqual(fired(), [240]);
    const { lastError } = (await node.triggers.find('tick'))!;
    assert.match(lastError!.message, /3 times between .* passed over/);
    await node.store.journal.flush();
    const { items } = await node.store.audit.query({ limit: 10 });
    assert.deepEqual(
      items.map(({ action, subject, details }) => [action, subject, details.count]),
      [['trigger.skip', 'trigger/tick', 3]],
    );
    await node.triggers.update('tick', { options: { expression: '0 * * * *', catchUp: 'all' } });
    await node.restart(3 * HOUR_MS);
    await node.pass(2_000);
    assert.deepEqual(fired(), [240, 300, 360, 420]);
    await node.triggers.update('tick', { options: { expression: '0 * * * *', catchUp: 'none' } });
    await node.restart(3 * HOUR_MS);
    await node.pass(2_000);
    assert.equal(fired().length, 4);
  });

  test('a time that was missed before it was resumed is none of its business', async () => {
    await add('0 * * * *', { catchUp: 'all' });
    await node.triggers.update('tick', { enabled: false });
    assert.equal((await node.triggers.find('tick'))!.state, 'paused');
    await node.pass(5 * HOUR_MS, HOUR_MS);
    await node.triggers.update('tick', { enabled: true });
    await node.pass(2_000);
    assert.deepEqual(fired(), []);
    await node.pass(HOUR_MS, 10 * MINUTE_MS);
    assert.deepEqual(fired(), [360]);
  });

  test('a clock that is put back brings no time twice, one that is put forward counts as downtime', async () => {
    await add('* * * * *');
    await node.pass(3 * MINUTE_MS, 10_000);
    assert.deepEqual(fired(), [1, 2, 3]);
    node.setClock(-2 * MINUTE_MS);
    await node.pass(10_000);
    await node.pass(3 * MINUTE_MS, 10_000);
    assert.deepEqual(fired(), [1, 2, 3, 4]);
    node.setClock(2 * HOUR_MS + 90_000);
    await node.pass(20_000);
    // Of the missed ones the last, or what is late by less than a minute.
    assert.equal(fired().length, 5);
    assert.ok(fired().at(-1)! > 120);
  });

  test('one time fires once, also when it was missed, and is over then', async () => {
    await add('at(2026-01-01T01:00:00)');
    await node.restart(2 * HOUR_MS);
    await node.pass(2_000);
    assert.deepEqual(fired(), [60]);
    await node.restart(HOUR_MS);
    await node.pass(2_000);
    assert.deepEqual(fired(), [60]);
    assert.deepEqual((await node.triggers.find('tick'))!.next, []);
  });

  test('jitter makes them late by the same each time, and within its bound', async () => {
    await add('* * * * *', { jitterMs: 20_000 });
    await node.pass(30_000);
    const atOnce = fired().length;
    await node.pass(20_000);
    assert.deepEqual([atOnce, fired()], [0, [1]]);
  });

  test('a full disk loses none: they fire when it is over', async () => {
    await add('* * * * *');
    node.commitFailure = new Problem('storage_full', 'the disk is full');
    await node.pass(45_000, 5_000);
    assert.equal((await node.triggers.find('tick'))!.state, 'failed');
    assert.deepEqual(fired(), []);
    node.commitFailure = undefined;
    await node.pass(40_000, 5_000);
    assert.deepEqual(fired(), [1]);
    assert.equal((await node.triggers.find('tick'))!.state, 'running');
  });

  test('one whose function is gone keeps no other from firing', async () => {
    node.add('gone');
    await add('* * * * *');
    await node.triggers.create({
      name: 'lost',
      function: 'gone',
      type: 'schedule',
      options: { expression: '* * * * *' },
    });
    node.removeFunction('gone');
    await node.pass(MINUTE_MS, 10_000);
    assert.deepEqual(fired(), [1]);
    const lost = (await node.triggers.find('lost'))!;
    assert.equal(lost.state, 'failed');
    assert.match(lost.lastError!.message, /no function "gone"/);
  });

  test('can be replayed: the times of the range are made anew', async () => {
    await add('0 * * * *');
    await node.pass(HOUR_MS, 10 * MINUTE_MS);
    assert.deepEqual(fired(), [60]);
    const range = { fromMs: START_MS, toMs: START_MS + 3 * HOUR_MS };
    assert.equal(await node.triggers.replay('tick', range), 3);
    await node.until(() => fired().length === 4);
    assert.deepEqual(fired().slice(1), [60, 120, 180]);
  });

  test('many that are due at once all fire, and removed ones do not', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    for (const name of names) {
      const options = { expression: '* * * * *' };
      await node.triggers.create({ name, function: 'fn', type: 'schedule', options });
    }
    for (const name of names.slice(0, 200)) await node.triggers.remove(name);
    node.clock.advance(30_000);
    await node.until(() => node.got.length >= 100);
    await node.settle();
    assert.deepEqual(
      node.got.map(({ event }) => event.source).sort(),
      names
        .slice(200)
        .map((name) => `fob:schedule/${name}`)
        .sort(),
    );
  });
});
