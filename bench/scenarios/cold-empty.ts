import { firstCalls, nodeWithFunctions } from '../fob/first-calls.ts';
import type { Language } from '../fob/node.ts';
import { bareSpawnMs } from '../machine/bare-spawn.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** First calls where no sandbox is prewarmed, in turn with spawns of the bare interpreter. */
export const coldEmpty: Scenario = {
  name: 'cold-empty',
  title: 'First call with an empty pool',
  async run(bench) {
    return { rows: [...(await measure(bench, 'node')), ...(await measure(bench, 'python'))] };
  },
};

async function measure(bench: Bench, language: Language): Promise<Row[]> {
  const { node, ids } = await nodeWithFunctions(bench, language, bench.quick ? 10 : 40, { FOB_PREWARMED: '0' });
  await using _ = node;
  const bare: number[] = [];
  const durations = await firstCalls(node, ids, async () => {
    bare.push(await bareSpawnMs(language));
  });
  const row = (percent: number, goal: Pick<Row, 'goal'>): Row => ({
    measure: `${language}, p${percent}`,
    value: percentile(durations, percent),
    unit: 'ms',
    reference: { name: `bare spawn of ${language}`, value: percentile(bare, percent) },
    ...goal,
    note: `${durations.length} functions`,
  });
  return [row(50, { goal: { atMost: 1.5 } }), row(99, {})];
}
