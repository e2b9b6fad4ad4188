import { setTimeout as sleep } from 'node:timers/promises';
import { type FobNode, waitUntil } from '../fob/node.ts';
import { HttpClient } from '../load/http.ts';
import { compare } from '../load/rounds.ts';
import { wrk } from '../load/wrk.ts';
import { treeMemory } from '../machine/process-tree.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

const ACCEPT = 'accepted events';
const CALL = 'synchronous calls';
const SINK = 'exports.handler = async () => null;\n';
/** Prints when it began, in ms since the epoch with fractions. */
const STAMP =
  'exports.handler = async (event) => { console.log(event.n, performance.timeOrigin + performance.now()); };\n';
const BATCH = 500;
const SEND_BATCH = 1_000;
const BYTES_PER_MB = 1_000_000;
const DRAIN_LIMIT_MS = 300_000;
const SETTLE_MS = 5_000;

interface Lanes {
  readonly lanes: readonly { readonly lane: string; readonly delivered: number; readonly delayed: number }[];
}

/** Asynchronous invocation: accepting, starting, draining, and keeping a great many. */
export const events: Scenario = {
  name: 'events',
  title: 'Events',
  async run(bench) {
    return {
      rows: [await startDelay(bench), await acceptRate(bench), await drainRate(bench), ...(await backlog(bench))],
    };
  },
};

/** From sending the request until the function runs, one event after the other on an idle node. */
async function startDelay(bench: Bench): Promise<Row> {
  await using node = await bench.startNode();
  await node.put('stamp', STAMP, { handler: 'main.handler' });
  const count = bench.quick ? 50 : 300;
  const sentAtMs: number[] = [];
  for (let n = 0; n <= count; n++) {
    sentAtMs[n] = performance.timeOrigin + performance.now();
    await node.api('POST', '/v1/functions/stamp/events', { n });
    await sleep(20);
  }
  await sleep(1_000);
  const { lines } = await node.api<{ lines: { text: string }[] }>('GET', '/v1/logs?function=stamp&limit=1000');
  const delays = lines.map(({ text }) => {
    const [n, atMs] = text.split(' ').map(Number);
    return n === 0 ? undefined : atMs! - sentAtMs[n!]!;
  });
  const measured = delays.filter((delay) => delay !== undefined);
  return {
    measure: 'sending an event to its start on an idle node, p50',
    value: percentile(measured, 50),
    unit: 'ms',
    goal: { atMost: 5 },
    note: `${measured.length} events, the first one's cold start left out; p99 ${percentile(measured, 99).toFixed(1)} ms; on disk before the start`,
    ...(measured.length === count ? {} : { fault: `${count - measured.length} events did not run` }),
  };
}

async function acceptRate(bench: Bench): Promise<Row> {
  await using node = await bench.startNode();
  await node.put('sink', SINK, { handler: 'main.handler' });
  const contenders = [
    { name: CALL, url: node.invokeUrl('sink'), method: 'POST', pid: node.pid },
    { name: ACCEPT, url: `${node.origin}/v1/functions/sink/events`, method: 'POST event', pid: node.pid },
  ] as const;
  const plan = { rounds: bench.quick ? 1 : 3, connections: 32, warmUpS: 1, durationS: bench.quick ? 2 : 5 };
  const results = await compare(contenders, plan, bench.say);
  const accepted = results.get(ACCEPT)!;
  return {
    measure: 'events accepted (on disk), 32 connections',
    value: accepted.ratePerS,
    unit: 'req/s',
    reference: { name: CALL, value: results.get(CALL)!.ratePerS },
    goal: { atLeast: 0.5 },
    ...(accepted.errors === 0 ? {} : { fault: `${accepted.errors} requests failed` }),
  };
}

/** From a queue that is full to a queue that is empty, by a trigger with batches. */
async function drainRate(bench: Bench): Promise<Row> {
  await using node = await bench.startNode();
  await node.put('sink', SINK, { handler: 'main.handler' });
  const count = bench.quick ? 20_000 : 200_000;
  await fill(node, 'drain', count);
  const startedMs = performance.now();
  await node.api('POST', '/v1/triggers', {
    function: 'sink',
    name: 'drain',
    type: 'queue',
    options: { queue: 'drain' },
    delivery: { batchSize: BATCH },
  });
  await waitUntil('the queue is drained', DRAIN_LIMIT_MS, async () => {
    const { lanes } = await node.api<Lanes>('GET', '/v1/functions/sink/events?limit=1');
    return lanes.some(({ lane, delivered }) => lane === 'drain' && delivered >= count);
  });
  return {
    measure: `events delivered, from a queue in batches of ${BATCH}`,
    value: (count * 1_000) / (performance.now() - startedMs),
    unit: 'req/s',
    goal: { atLeast: 10_000 },
    note: `${count} events; each is moved, run and settled on disk`,
  };
}

/** A node with a great many events that wait: as the load leaves it, and as it is when it starts with them. */
async function backlog(bench: Bench): Promise<Row[]> {
  const count = bench.quick ? 50_000 : 1_000_000;
  const dataFolder = bench.path('data-backlog');
  const measured = async (node: FobNode): Promise<number> =>
    (await treeMemory(node.pid)).platform.pssBytes / BYTES_PER_MB;
  let afterLoad: number;
  {
    await using node = await bench.startNode({ dataFolder });
    await node.put('sink', SINK, { handler: 'main.handler' });
    const url = `${node.origin}/v1/functions/sink/events`;
    bench.say(`accepting ${count} events that wait`);
    while ((await waiting(node)) < count) await wrk({ url, connections: 64, durationS: 5, method: 'POST event' });
    afterLoad = await measured(node);
  }
  await using node = await bench.startNode({ dataFolder });
  const queued = (await waiting(node)).toLocaleString('en-US');
  await sleep(SETTLE_MS);
  return [
    {
      measure: 'memory of gateway and launcher with the events queued, started with them (PSS)',
      value: await measured(node),
      unit: 'MB',
      goal: { atMost: 200 },
      note: `${queued} events`,
    },
    {
      measure: 'the same as the load leaves it',
      value: afterLoad,
      unit: 'MB',
      note: 'mostly what V8 keeps after a load of any kind: see the soak',
    },
  ];
}

/** Events that wait for their time. */
async function waiting(node: FobNode): Promise<number> {
  return (await node.api<Lanes>('GET', '/v1/functions/sink/events?limit=1')).lanes[0]?.delayed ?? 0;
}

async function fill(node: FobNode, queue: string, count: number): Promise<void> {
  await node.api('PUT', `/v1/queues/${queue}`, {});
  const client = new HttpClient(1);
  const messages = Array.from({ length: SEND_BATCH }, (_, n) => ({ body: `{"n":${n}}` }));
  for (let sent = 0; sent < count; sent += SEND_BATCH)
    await node.api('POST', `/v1/queues/${queue}/batch`, { messages }, client);
  client.close();
}
