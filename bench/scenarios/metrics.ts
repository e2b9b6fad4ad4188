import { pino } from 'pino';
import { FakeClock } from '../../src/model/testing/fake-clock.ts';
import { openMetrics, type RunningMetrics } from '../../src/observe/metrics/create-metrics.ts';
import type { MetricQuery } from '../../src/observe/metrics/metrics.ts';
import { openEmbeddedStore } from '../../src/store/embedded/store.ts';
import type { InvocationRecord } from '../../src/store/journal.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { median } from '../statistics.ts';

const SLOT_MS = 10_000;
const HOUR_MS = 3_600_000;
const HOURS = 3;
const BLOCK = 100_000;

/** What measuring costs, and what asking does, with many functions and calls. */
export const metrics: Scenario = {
  name: 'metrics',
  title: 'Metrics',
  async run(bench) {
    const functions = bench.quick ? 100 : 1_000;
    const records = bench.quick ? 500_000 : 10_000_000;
    const clock = new FakeClock();
    const store = await openEmbeddedStore({ folder: bench.path('metrics'), clock });
    const settings = {
      metricsMinuteMaxAgeMs: 15 * 24 * HOUR_MS,
      metricsHourMaxAgeMs: 456 * 24 * HOUR_MS,
      metricsMaxBytes: 2 ** 30,
    };
    const measured = await openMetrics({ store: store.series, settings, clock, log: pino({ level: 'silent' }) });
    try {
      measured.start(() => {});
      bench.say(`observing ${records.toLocaleString('en-US')} calls of ${functions} functions over ${HOURS} hours`);
      const perCallUs = await observeAll(measured, clock, { functions, records });
      return {
        rows: [...costs(perCallUs, functions), ...(await questions(bench, measured, clock, { functions, records }))],
      };
    } finally {
      await measured.close();
      await store.close();
    }
  },
};

/** Spreads the calls over the hours; returns the microseconds of a processor that each took, by blocks. */
async function observeAll(
  measured: RunningMetrics,
  clock: FakeClock,
  { functions, records }: { functions: number; records: number },
): Promise<number[]> {
  const slots = (HOURS * HOUR_MS) / SLOT_MS;
  const made = Array.from({ length: functions }, (_, n) => recordOf(n));
  const perCallUs: number[] = [];
  let left = 0;
  let at = 0;
  for (let slot = 0; slot < slots; slot++) {
    left += records / slots;
    const calls = Math.floor(left);
    left -= calls;
    const before = process.threadCpuUsage();
    for (let n = 0; n < calls; n++) measured.observer.observe(made[at++ % functions]!);
    const { user, system } = process.threadCpuUsage(before);
    perCallUs.push((user + system) / calls);
    clock.advance(SLOT_MS);
    await measured.settled();
  }
  return perCallUs;
}

function recordOf(n: number): InvocationRecord {
  return {
    invocationId: '019ab123-4567-7abc-8def-0123456789ab',
    function: `function-${n}`,
    version: 1 + (n % 3),
    alias: 'prod',
    door: 'fob',
    status: n % 50 === 0 ? 'failed' : 'succeeded',
    ...(n % 50 === 0 && { reason: 'exception' }),
    startedAtMs: 0,
    queuedMs: 0.02 * (1 + (n % 7)),
    durationMs: 0.1 * (1 + (n % 1_000)),
    coldStart: n % 500 === 0,
    sandboxId: 's',
    payloadBytes: 2,
    resultBytes: 2,
    memoryMb: 128,
    peakMemoryBytes: 30_000_000 + n * 1_000,
  };
}

function costs(perCallUs: readonly number[], functions: number): Row[] {
  const systemUs = timeOf(BLOCK, () => void Date.now());
  return [
    {
      measure: 'a call that is observed, of a processor',
      value: median(perCallUs),
      unit: 'µs',
      goal: { atMost: 1 },
      note: `${functions} functions in turn, each in a slot of its own now and then; a look at the clock of the system, ${systemUs.toFixed(3)} µs, comes on top`,
    },
  ];
}

async function questions(
  bench: Bench,
  measured: RunningMetrics,
  clock: FakeClock,
  { functions, records }: { functions: number; records: number },
): Promise<Row[]> {
  const toMs = clock.now();
  const query = (
    metric: string,
    statistic: MetricQuery['statistic'],
    more: Partial<MetricQuery> = {},
  ): MetricQuery => ({
    metric,
    statistic,
    fromMs: toMs - HOUR_MS,
    toMs,
    stepMs: 60_000,
    ...more,
  });
  const of = (n: number) => ({ labels: { function: `function-${n % functions}` } });
  const hour = await timesOf(bench.quick ? 10 : 50, (n) => measured.queryAll([query('duration', 'p90', of(n))]));
  const screen = await timesOf(bench.quick ? 10 : 50, (n) =>
    measured.queryAll([
      query('invocations', 'sum', of(n)),
      query('errors', 'sum', of(n)),
      query('duration', 'p50', of(n)),
      query('duration', 'p99', of(n)),
      query('memory', 'maximum', of(n)),
      query('concurrency', 'maximum', of(n)),
    ]),
  );
  const all = await timesOf(3, () =>
    measured.queryAll([
      query('invocations', 'sum', { by: ['function'], stepMs: HOUR_MS, fromMs: toMs - HOURS * HOUR_MS }),
    ]),
  );
  const note = `${functions} functions, ${records.toLocaleString('en-US')} calls`;
  const recentUs = timeOf(
    functions,
    (n) =>
      void measured.recent({
        metric: 'errorRate',
        statistic: 'average',
        windowMs: 300_000,
        labels: { function: `function-${n}` },
      }),
  );
  const top = timeOf(bench.quick ? 5 : 20, () => void measured.top({ windowMs: 30_000, sort: 'p90', limit: 100 }));
  return [
    { measure: "one function's last hour, p50", value: median(hour), unit: 'ms', goal: { atMost: 50 }, note },
    {
      measure: 'the same, the slowest',
      value: Math.max(...hour),
      unit: 'ms',
      goal: { atMost: 50 },
      note: `of ${hour.length}`,
    },
    { measure: 'six metrics of a function at once, p50', value: median(screen), unit: 'ms', goal: { atMost: 50 } },
    { measure: 'calls of all functions by function, three hours', value: median(all), unit: 'ms' },
    {
      measure: 'the last five minutes of each function, from memory',
      value: (recentUs * functions) / 1_000,
      unit: 'ms',
      goal: { atMost: 100 },
      note: 'as many questions as functions',
    },
    { measure: 'what fob top asks', value: top / 1_000, unit: 'ms' },
  ];
}

async function timesOf(times: number, work: (n: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < times; n++) {
    const startMs = performance.now();
    await work(n * 17);
    took.push(performance.now() - startMs);
  }
  return took;
}

/** Microseconds that each of so many took. */
function timeOf(times: number, work: (n: number) => void): number {
  const startMs = performance.now();
  for (let n = 0; n < times; n++) work(n);
  return ((performance.now() - startMs) * 1_000) / times;
}
