import { type Contender, compare, type Plan, type Summary } from '../load/rounds.ts';
import type { Server } from '../machine/server.ts';
import { PEERS } from '../peers/peer.ts';
import type { Bench, Scenario, Table } from '../scenario.ts';

/** A contender at 32 connections and at one. */
export interface Comparison {
  readonly busy: ReadonlyMap<string, Summary>;
  readonly single: ReadonlyMap<string, Summary>;
}

/** The peers alone, without fob: to see what the machine gives. */
export const peers: Scenario = {
  name: 'peers',
  title: 'The peers alone',
  onlyByName: true,
  async run(bench) {
    await using servers = new AsyncDisposableStack();
    const contenders = await startPeers(bench, servers);
    return { rows: [], tables: comparisonTables(await compareAll(bench, contenders)) };
  },
};

/** Starts every peer; `servers` ends them. */
export async function startPeers(bench: Bench, servers: AsyncDisposableStack): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const peer of PEERS) {
    const server: Server = servers.use(await peer.start(bench.path('peer.log')));
    contenders.push({ name: peer.name, url: `${server.origin}/`, pid: server.pid });
  }
  return contenders;
}

export async function compareAll(bench: Bench, contenders: readonly Contender[]): Promise<Comparison> {
  const busy: Plan = bench.quick
    ? { rounds: 2, connections: 32, warmUpS: 1, durationS: 1 }
    : { rounds: 5, connections: 32, warmUpS: 1, durationS: 3 };
  const single: Plan = { ...busy, connections: 1, durationS: bench.quick ? 1 : 2 };
  const say = (text: string) => bench.say(text);
  return { busy: await compare(contenders, busy, say), single: await compare(contenders, single, say) };
}

export function comparisonTables({ busy, single }: Comparison): Table[] {
  return [
    { title: 'All contenders at 32 connections', ...summaryTable(busy) },
    { title: 'All contenders at one connection', ...summaryTable(single) },
  ];
}

function summaryTable(summaries: ReadonlyMap<string, Summary>): Omit<Table, 'title'> {
  return {
    columns: ['contender', 'req/s', 'spread of rounds', 'p50 µs', 'p99 µs', 'CPU µs per request', 'requests', 'errors'],
    rows: [...summaries].map(([name, summary]) => [
      name,
      Math.round(summary.ratePerS).toLocaleString('en-US'),
      `${(summary.rateSpread * 100).toFixed(0)} %`,
      Math.round(summary.p50Us).toLocaleString('en-US'),
      Math.round(summary.p99Us).toLocaleString('en-US'),
      summary.cpuUs.toFixed(1),
      summary.requests.toLocaleString('en-US'),
      String(summary.errors),
    ]),
  };
}
