import { firstCalls, nodeWithFunctions } from '../fob/first-calls.ts';
import type { Language } from '../fob/node.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** First calls of functions never called before, each with a prewarmed sandbox at hand. */
export const cold: Scenario = {
  name: 'cold',
  title: 'First call with a prewarmed sandbox',
  async run(bench) {
    return { rows: [...(await measure(bench, 'node')), ...(await measure(bench, 'python'))] };
  },
};

async function measure(bench: Bench, language: Language): Promise<Row[]> {
  const { node, ids } = await nodeWithFunctions(bench, language, bench.quick ? 20 : 100);
  await using _ = node;
  const durations = await firstCalls(node, ids, () => node.poolsReady());
  const row = (percent: number, atMost: number): Row => ({
    measure: `${language}, p${percent}`,
    value: percentile(durations, percent),
    unit: 'ms',
    goal: { atMost },
    note: `${durations.length} functions`,
  });
  return [row(50, 10), row(99, 30)];
}
