import { answeringFunction } from '../fob/node.ts';
import type { Contender, Summary } from '../load/rounds.ts';
import { functionsFramework, nodeHttp, workerd } from '../peers/peer.ts';
import type { Row, Scenario } from '../scenario.ts';
import { type Comparison, compareAll, comparisonTables, startPeers } from './peers.ts';

const NODE = 'fob Node.js';
const PYTHON = 'fob Python';
const NATIVE = 'fob Node.js, native API';

/** Functions that are warm, with everything on, beside the peers. */
export const warm: Scenario = {
  name: 'warm',
  title: 'Warm calls over HTTP',
  async run(bench) {
    await using servers = new AsyncDisposableStack();
    const contenders: Contender[] = await startPeers(bench, servers);
    const fob = servers.use(await bench.startNode());
    const nodeId = await fob.register('node', answeringFunction('node'));
    const pythonId = await fob.register('python', answeringFunction('python'));
    contenders.push(
      { name: NODE, url: fob.callUrl(nodeId), pid: fob.pid },
      { name: PYTHON, url: fob.callUrl(pythonId), pid: fob.pid },
      { name: NATIVE, url: fob.invokeUrl(nodeId), method: 'POST', pid: fob.pid },
    );
    const comparison = await compareAll(bench, contenders);
    return { rows: goals(comparison), tables: comparisonTables(comparison) };
  },
};

function goals({ busy, single }: Comparison): Row[] {
  const rate = (name: string, peer: string, atLeast: number): Row => ({
    measure: `${name}, 32 connections`,
    value: busy.get(name)!.ratePerS,
    unit: 'req/s',
    reference: { name: peer, value: busy.get(peer)!.ratePerS },
    goal: { atLeast },
    ...fault(busy.get(name)!),
  });
  const p50 = (name: string): Row => ({
    measure: `${name}, one connection, p50`,
    value: single.get(name)!.p50Us,
    unit: 'µs',
    reference: { name: nodeHttp.name, value: single.get(nodeHttp.name)!.p50Us },
    goal: { atMost: 4 },
    ...fault(single.get(name)!),
  });
  return [
    rate(NODE, nodeHttp.name, 0.6),
    rate(PYTHON, nodeHttp.name, 0.4),
    rate(NODE, workerd.name, 1.3),
    rate(NODE, functionsFramework.name, 3),
    p50(NODE),
    p50(PYTHON),
  ];
}

function fault(summary: Summary): { fault?: string } {
  return summary.errors === 0 ? {} : { fault: `${summary.errors} requests failed` };
}
