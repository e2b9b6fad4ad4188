import type { Language } from '../fob/node.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';

/** How fast functions are registered, each tried in a sandbox and on disk when it is answered. */
export const register: Scenario = {
  name: 'register',
  title: 'Registering functions',
  async run(bench) {
    return { rows: [await measure(bench, 'node'), await measure(bench, 'python')] };
  },
};

async function measure(bench: Bench, language: Language): Promise<Row> {
  await using node = await bench.startNode();
  const count = bench.quick ? 50 : 200;
  await node.poolsReady();
  const startedMs = performance.now();
  await node.registerMany(language, count);
  const seconds = (performance.now() - startedMs) / 1_000;
  return {
    measure: `${language}, 4 at a time`,
    value: count / seconds,
    unit: 'functions/s',
    note: `${count} functions`,
  };
}
