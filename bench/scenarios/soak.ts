import { answeringFunction } from '../fob/node.ts';
import { wrk } from '../load/wrk.ts';
import { type TreeMemory, treeMemory } from '../machine/process-tree.ts';
import type { Bench, Row, Scenario, Table } from '../scenario.ts';
import { median } from '../statistics.ts';

const BYTES_PER_MB = 1_000_000;
const CONNECTIONS = 32;
/** A share of the rounds that comes before memory is expected to stand still, and how many rounds make one figure. */
const WARM_UP = 0.2;
const ROUNDS_PER_FIGURE = 3;
const MIN_ROUNDS = 10;
const MAX_ROUNDS = 300;
const ALLOWED_GROWTH = 1.05;

interface Sample extends TreeMemory {
  /** Calls answered so far. */
  readonly calls: number;
}

/** Very many calls of one function: does memory stand still? */
export const soak: Scenario = {
  name: 'soak',
  title: 'A soak of 1,000,000 calls',
  async run(bench) {
    await using node = await bench.startNode();
    const id = await node.register('node', answeringFunction('node'));
    const calls = bench.quick ? 50_000 : 1_000_000;
    const { samples, errors } = await load(bench, node.callUrl(id), node.pid, calls);
    const answered = samples.at(-1)!.calls;
    const fault = errors > 0 ? `${errors} requests failed` : answered < calls ? `only ${answered} calls` : undefined;
    const row = (measure: string, pick: (sample: Sample) => number): Row => {
      const [before, after] = figures(samples.map(pick));
      return {
        measure,
        value: after / BYTES_PER_MB,
        unit: 'MB',
        reference: { name: 'after warm-up', value: before / BYTES_PER_MB },
        goal: { atMost: ALLOWED_GROWTH },
        ...(fault !== undefined && { fault }),
        note: `${answered.toLocaleString('en-US')} calls; 5 % is the noise of garbage collection`,
      };
    };
    return {
      rows: [
        row('gateway and launcher (PSS) at the end', (sample) => sample.platform.pssBytes),
        row('sandboxes (PSS) at the end', (sample) => sample.sandboxes.pssBytes),
      ],
      tables: [samplesTable(samples)],
    };
  },
};

async function load(
  bench: Bench,
  url: string,
  pid: number,
  calls: number,
): Promise<{ samples: Sample[]; errors: number }> {
  const samples: Sample[] = [];
  let answered = 0;
  let errors = 0;
  while (samples.length < MAX_ROUNDS && (answered < calls || samples.length < MIN_ROUNDS)) {
    const result = await wrk({ url, connections: CONNECTIONS, durationS: bench.quick ? 1 : 3 });
    answered += result.requests;
    errors += result.errors;
    const memory = await treeMemory(pid);
    samples.push({ ...memory, calls: answered });
    bench.say(`${answered.toLocaleString('en-US')} calls, ${(memory.platform.pssBytes / BYTES_PER_MB).toFixed(1)} MB`);
  }
  return { samples, errors };
}

function figures(values: readonly number[]): [before: number, after: number] {
  const start = Math.floor(values.length * WARM_UP);
  return [median(values.slice(start, start + ROUNDS_PER_FIGURE)), median(values.slice(-ROUNDS_PER_FIGURE))];
}

function samplesTable(samples: readonly Sample[]): Table {
  const step = Math.ceil(samples.length / 12);
  const shown = samples.filter((_, index) => index % step === 0 || index === samples.length - 1);
  return {
    title: 'Memory over the calls',
    columns: ['calls', 'gateway and launcher MB', 'sandboxes MB'],
    rows: shown.map(({ calls, platform, sandboxes }) => [
      calls.toLocaleString('en-US'),
      (platform.pssBytes / BYTES_PER_MB).toFixed(1),
      (sandboxes.pssBytes / BYTES_PER_MB).toFixed(1),
    ]),
  };
}
