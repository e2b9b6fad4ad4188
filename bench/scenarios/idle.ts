import { setTimeout as sleep } from 'node:timers/promises';
import { treeCpuMs, treeMemory } from '../machine/process-tree.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { median } from '../statistics.ts';

const SETTLE_MS = 5_000;
/** V8 gives back what starting took some two minutes after its last collection. */
const RESTED_MS = 150_000;
const BYTES_PER_MB = 1_000_000;

/** A node that has many functions and nothing to do. */
export const idle: Scenario = {
  name: 'idle',
  title: 'An idle node with 1,000 registered functions',
  async run(bench) {
    const dataFolder = bench.path('data-idle');
    const functions = bench.quick ? 100 : 1_000;
    const windowMs = bench.quick ? 3_000 : 10_000;
    await registerBoth(bench, dataFolder, functions);
    const starts: number[] = [];
    for (let round = 0; round < 4; round++) starts.push(await timeToReady(bench, dataFolder));

    await using node = await bench.startNode({ dataFolder });
    await node.poolsReady();
    bench.say(`watching the idle node for ${(SETTLE_MS + windowMs) / 1_000} s`);
    await sleep(SETTLE_MS);
    const beforeMs = await treeCpuMs(node.pid);
    await sleep(windowMs);
    const cpuMs = (await treeCpuMs(node.pid)) - beforeMs;
    const started = await treeMemory(node.pid);
    const restMs = bench.quick ? 0 : RESTED_MS;
    bench.say(`leaving it alone for ${restMs / 1_000} s`);
    await sleep(restMs);
    const { platform, sandboxes, sandboxProcesses } = await treeMemory(node.pid);
    const note = `${functions} functions`;
    const rested = (SETTLE_MS + windowMs + restMs) / 1_000;
    return {
      rows: [
        { measure: 'start to ready', value: median(starts) / 1_000, unit: 's', goal: { atMost: 1 }, note },
        {
          measure: 'CPU, of one core',
          value: (cpuMs / windowMs) * 100,
          unit: '%',
          goal: { atMost: 0.5 },
          note: `all processes, ${windowMs / 1_000} s; no CPU means at most 0.5 %`,
        },
        {
          measure: 'memory of gateway and launcher (PSS)',
          value: platform.pssBytes / BYTES_PER_MB,
          unit: 'MB',
          goal: { atMost: 150 },
          note: `${note}, ${rested} s after the start`,
        },
        {
          measure: 'the same before V8 has given back what starting took',
          value: started.platform.pssBytes / BYTES_PER_MB,
          unit: 'MB',
          note: `${(SETTLE_MS + windowMs) / 1_000} s after the start`,
        },
        { measure: 'the same as RSS', value: platform.rssBytes / BYTES_PER_MB, unit: 'MB' },
        {
          measure: 'prewarmed sandboxes (PSS)',
          value: sandboxes.pssBytes / BYTES_PER_MB,
          unit: 'MB',
          note: `${sandboxProcesses} processes, beside the above`,
        },
      ],
    };
  },
};

async function registerBoth(bench: Bench, dataFolder: string, functions: number): Promise<void> {
  await using node = await bench.startNode({ dataFolder });
  bench.say(`registering ${functions} functions`);
  await node.registerMany('node', functions / 2);
  await node.registerMany('python', functions / 2);
}

async function timeToReady(bench: Bench, dataFolder: string): Promise<number> {
  await using node = await bench.startNode({ dataFolder });
  return node.readyMs;
}
