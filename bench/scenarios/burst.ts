import { firstCalls, nodeWithFunctions } from '../fob/first-calls.ts';
import type { Language } from '../fob/node.ts';
import { HttpClient } from '../load/http.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { median, percentile } from '../statistics.ts';

const FUNCTIONS = 100;
const SINGLE_STARTS = 10;

/** A hundred first calls to a hundred functions at once. */
export const burst: Scenario = {
  name: 'burst',
  title: 'A burst of 100 first calls to 100 functions',
  async run(bench) {
    return { rows: [...(await measure(bench, 'node')), ...(await measure(bench, 'python'))] };
  },
};

async function measure(bench: Bench, language: Language): Promise<Row[]> {
  const singleMs = await singleStartMs(bench, language);
  const bursts: Burst[] = [];
  for (let round = 0; round < (bench.quick ? 1 : 3); round++) bursts.push(await burstOnce(bench, language));
  const failures = bursts.flatMap((one) => one.failures);
  return [
    {
      measure: `${language}, calls that failed`,
      value: failures.length,
      unit: 'count',
      goal: { atMost: 0 },
      note: failures[0] ?? `of ${bursts.length * FUNCTIONS}`,
    },
    {
      measure: `${language}, p99`,
      value: median(bursts.map((one) => one.p99Ms)),
      unit: 'ms',
      reference: {
        name: `one empty-pool start (${singleMs.toFixed(1)} ms) × ${FUNCTIONS} / ${bench.cores} cores`,
        value: (singleMs * FUNCTIONS) / bench.cores,
      },
      goal: { atMost: 5 },
    },
  ];
}

async function singleStartMs(bench: Bench, language: Language): Promise<number> {
  const { node, ids } = await nodeWithFunctions(bench, language, SINGLE_STARTS, { FOB_PREWARMED: '0' });
  await using _ = node;
  return median(await firstCalls(node, ids));
}

interface Burst {
  /** Infinite where every call failed. */
  readonly p99Ms: number;
  readonly failures: readonly string[];
}

async function burstOnce(bench: Bench, language: Language): Promise<Burst> {
  const { node, ids } = await nodeWithFunctions(bench, language, FUNCTIONS);
  await using _ = node;
  await node.poolsReady();
  const client = new HttpClient(FUNCTIONS);
  const calls = await Promise.allSettled(ids.map((id) => node.call(id, client)));
  client.close();
  const durations = calls.filter((call) => call.status === 'fulfilled').map((call) => call.value.ms);
  const failures = calls.filter((call) => call.status === 'rejected').map((call) => String(call.reason));
  return { p99Ms: durations.length === 0 ? Number.POSITIVE_INFINITY : percentile(durations, 99), failures };
}
