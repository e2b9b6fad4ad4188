import { FakeClock } from '../../src/model/testing/fake-clock.ts';
import { DEFAULT_RULES } from '../../src/observe/alerts/defaults.ts';
import type { FunctionFacts } from '../../src/observe/alerts/ports.ts';
import { Watcher } from '../../src/observe/alerts/watcher.ts';
import { Observer } from '../../src/observe/metrics/observer.ts';
import { recentValue } from '../../src/observe/metrics/recent.ts';
import { SeriesSet } from '../../src/observe/metrics/series-set.ts';
import type { InvocationRecord } from '../../src/store/journal.ts';
import type { Scenario } from '../scenario.ts';
import { median } from '../statistics.ts';

const ALERTS = 1_000;
const LOOKS = 21;
/** The last ten minutes, as metrics keep them. */
const SLOTS = 60;
const SLOT_MS = 10_000;

/** Alerts are looked at between calls, some at a time. */
export const alerts: Scenario = {
  name: 'alerts',
  title: `Looking at ${ALERTS} alerts`,
  async run(bench) {
    const functions = Math.ceil(ALERTS / Object.keys(DEFAULT_RULES).length);
    const busy = await lookAt(functions, functions, []);
    bench.say(`looking at ${busy.count} alerts of ${functions} functions that were all called`);
    const busyMs = median(busy.looks);
    const asleep = await lookAt(1_000, 0, []);
    const own = await lookAt(ALERTS, ALERTS, [['slow', 'p99(duration) > 2s over 10m']]);
    return {
      rows: [
        {
          measure: `default alerts of ${functions} busy functions (${busy.count})`,
          value: busyMs,
          unit: 'ms',
          goal: { atMost: 100 },
          note: 'median of the looks, each at all of them',
        },
        {
          measure: `p99 over 10 minutes of 1,000 functions, with their defaults (${own.count} alerts)`,
          value: median(own.looks),
          unit: 'ms',
          note: 'a distribution is put together for each',
        },
        {
          measure: '1,000 functions in which nothing happened',
          value: median(asleep.looks),
          unit: 'ms',
          goal: { atMost: 1 },
          note: `${asleep.count} alerts are looked at`,
        },
      ],
    };
  },
};

async function lookAt(
  functions: number,
  called: number,
  rules: readonly (readonly [name: string, when: string])[],
): Promise<{ count: number; looks: number[] }> {
  const clock = new FakeClock();
  const series = new SeriesSet(clock);
  const observer = new Observer(series, clock);
  const facts = Array.from(
    { length: functions },
    (_, at): FunctionFacts => ({
      name: `f${at}`,
      owner: '',
      tags: {},
      timeoutMs: 30_000,
      memoryMb: 128,
      createdAtMs: 0,
    }),
  );
  const byName = new Map(facts.map((each) => [each.name, each]));
  const watcher = new Watcher({
    metrics: { recent: (query) => recentValue(series, query, clock.now()) },
    functions: { find: (name) => byName.get(name), list: () => facts },
    clock,
    rules: () => rules.map(([name, when]) => [name, { when, function: '*', createdAtMs: 0 }] as const),
    changes: () => undefined,
    listener: { changed() {}, seen() {}, gone() {} },
    firing: new Map(),
    metricsSurviveRestart: false,
  });
  for (let slot = 0; slot < SLOTS; slot++) {
    clock.advance(SLOT_MS);
    for (const { name } of facts.slice(0, called)) {
      for (let call = 0; call < 20; call++) observer.observe(recordOf(name, call, clock.now()));
      watcher.touch(name);
    }
  }
  await watcher.look();
  const looks: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const fromMs = performance.now();
    await watcher.look();
    looks.push(performance.now() - fromMs);
  }
  return { count: watcher.count, looks };
}

/** One of ten fails, so that no alert is well at the first glance. */
function recordOf(name: string, call: number, startedAtMs: number): InvocationRecord {
  return {
    invocationId: '',
    function: name,
    version: 1,
    door: 'native',
    status: call % 10 === 0 ? 'failed' : 'succeeded',
    ...(call % 10 === 0 && { reason: 'exception' }),
    startedAtMs,
    queuedMs: 1,
    durationMs: 1 + call,
    coldStart: false,
    sandboxId: '',
    payloadBytes: 2,
    resultBytes: 2,
    memoryMb: 128,
  };
}
