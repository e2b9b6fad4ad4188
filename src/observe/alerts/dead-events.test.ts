import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type AlertBench, LOOK_MS, startAlertBench } from './testing/bench.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

describe('the alert of dead events', () => {
  let bench: AlertBench;
  beforeEach(async () => {
    bench = await startAlertBench();
    bench.addFunction('pay');
  });
  afterEach(() => bench.close());

  /** Time passes, with so many dead events in each lane, as they are measured. */
  const pass = async (ms: number, lanes: Readonly<Record<string, number>>) => {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      for (const [trigger, value] of Object.entries(lanes)) {
        bench.metrics.gauges.push({
          metric: 'events.deadNow',
          labels: { function: 'pay', trigger },
          atMs: bench.clock.now(),
          value,
        });
        if (value > 0) bench.alerts.touch('pay');
      }
      await bench.pass(LOOK_MS);
    }
  };

  it('lasts as long as there are some, also where nothing is called any more, and ends when there are none', async () => {
    await pass(LOOK_MS, { direct: 2, nightly: 0 });
    assert.deepEqual(bench.alerts.firing(), ['dead-events@pay']);
    await pass(HOUR_MS, { direct: 2, nightly: 0 });
    const [alert] = bench.alerts.list();
    assert.deepEqual([alert!.value, alert!.worst, alert!.severity], ['2', '2', 'warning']);
    await pass(5 * MINUTE_MS, { direct: 0, nightly: 0 });
    assert.deepEqual(bench.alerts.firing(), []);
    const { items } = await bench.alerts.history({ limit: 1 });
    assert.ok(items[0]!.resolvedMs! < bench.clock.now(), 'two minutes to look back, and two that it was well');
  });

  it('goes on while one lane of several has some', async () => {
    await pass(MINUTE_MS, { direct: 1, nightly: 1 });
    await pass(10 * MINUTE_MS, { direct: 0, nightly: 1 });
    assert.deepEqual(bench.alerts.firing(), ['dead-events@pay']);
  });
});
