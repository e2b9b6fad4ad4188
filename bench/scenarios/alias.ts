import { Catalog } from '../../src/engine/catalog.ts';
import { commitVersion } from '../../src/engine/documents/commit.ts';
import { createReleases } from '../../src/engine/release/create-releases.ts';
import { Watches } from '../../src/engine/release/watches.ts';
import { systemClock } from '../../src/model/clock.ts';
import { defaultConfig } from '../../src/model/function.ts';
import { openEmbeddedStore } from '../../src/store/embedded/store.ts';
import { answeringFunction } from '../fob/node.ts';
import { type Contender, compare, type Plan, type Summary } from '../load/rounds.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { median } from '../statistics.ts';

const PLAIN = 'the function itself';
const WEIGHTED = 'a weighted alias of it';
const STICKY = 'a weighted alias with a key';
const ROUNDS = 9;

/** What it costs that a call names an alias which two versions share. */
export const alias: Scenario = {
  name: 'alias',
  title: 'Calls by a weighted alias',
  async run(bench) {
    const resolving = await resolveRows(bench);
    const calling = await callRows(bench);
    return {
      rows: [...resolving.rows, ...calling.rows],
      tables: [
        { title: 'In the catalog alone, without HTTP', columns: ['resolving', 'µs'], rows: resolving.table },
        {
          title: 'By HTTP',
          columns: ['call of', 'req/s', 'p50 µs', 'CPU µs per request', 'errors'],
          rows: [...calling.summaries].map(([name, summary]) => [
            name,
            Math.round(summary.ratePerS).toLocaleString('en-US'),
            Math.round(summary.p50Us).toLocaleString('en-US'),
            summary.cpuUs.toFixed(1),
            summary.errors.toLocaleString('en-US'),
          ]),
        },
      ],
    };
  },
};

/** The catalog alone, as the dispatcher asks it on each call, among a thousand functions. */
async function resolveRows(bench: Bench): Promise<{ rows: Row[]; table: string[][] }> {
  const store = await openEmbeddedStore({ folder: bench.path('alias-catalog') });
  try {
    const { registry, blobs } = store;
    const config = { ...defaultConfig(), runtime: 'node', handler: 'main.callme' };
    const code = {
      form: 'inline',
      sourceDigest: '',
      sourceBytes: 0,
      treeDigest: '',
      fileCount: 1,
      treeBytes: 0,
    } as const;
    const deploy = (name: string) =>
      commitVersion(registry, systemClock, name, async () => ({ config, code, how: 'deploy' }));
    await Promise.all(Array.from({ length: bench.quick ? 50 : 1_000 }, (_, number) => deploy(`f${number}`)));
    await deploy('f7');
    const catalog = await Catalog.open({ registry }, { onUnnamed: () => {}, onGone: () => {} });
    const log = { info() {}, error() {}, warn() {} } as never;
    const watches = new Watches();
    const releases = await createReleases({ registry, blobs, catalog, watches, clock: systemClock, log });
    const versions = [
      { version: 1, weight: 90 },
      { version: 2, weight: 10 },
    ];
    await releases.setAlias('f7', 'ab', { versions, by: 'bench' });
    const request = { payload: Buffer.alloc(0), payloadKind: 'json' } as const;
    const keyed = { ...request, stickyKey: 'session-4711' };
    const plain = () => timeUs(bench, () => catalog.choose('f7', request));
    const weighted = () => timeUs(bench, () => catalog.choose('f7:ab', request));
    const sticky = () => timeUs(bench, () => catalog.choose('f7:ab', keyed));
    const measured = { plain: [] as number[], weighted: [] as number[], sticky: [] as number[] };
    // In turn, so that what disturbs the machine disturbs all of them alike.
    for (let round = 0; round < ROUNDS; round++) {
      measured.plain.push(plain());
      measured.weighted.push(weighted());
      measured.sticky.push(sticky());
    }
    releases.close();
    catalog.close();
    const plainUs = median(measured.plain);
    bench.say(`resolving a name takes ${plainUs.toFixed(3)} µs`);
    const added = (times: number[]) => Math.max(0, median(times) - plainUs);
    const rows: Row[] = [
      { measure: 'resolving a function by its name', value: plainUs, unit: 'µs', goal: { atMost: 1 } },
      { measure: 'added by a weighted alias', value: added(measured.weighted), unit: 'µs', goal: { atMost: 2 } },
      {
        measure: 'added by a weighted alias with a key',
        value: added(measured.sticky),
        unit: 'µs',
        goal: { atMost: 2 },
      },
    ];
    const table = [
      ['a name', plainUs],
      ['a weighted alias', median(measured.weighted)],
      ['a weighted alias with a key', median(measured.sticky)],
    ].map(([what, us]) => [String(what), Number(us).toFixed(3)]);
    return { rows, table };
  } finally {
    await store.close();
  }
}

function timeUs(bench: Bench, work: () => unknown): number {
  const count = bench.quick ? 100_000 : 2_000_000;
  let found = 0;
  const beginMs = performance.now();
  for (let each = 0; each < count; each++) if (work() !== undefined) found++;
  const us = ((performance.now() - beginMs) * 1_000) / count;
  if (found !== count) throw new Error(`${count - found} of ${count} led to nothing`);
  return us;
}

async function callRows(bench: Bench): Promise<{ rows: Row[]; summaries: ReadonlyMap<string, Summary> }> {
  await using node = await bench.startNode();
  const source = answeringFunction('node');
  await node.put('plain', source, { handler: 'main.callme' });
  await node.put('plain', source, { handler: 'main.callme', memoryMb: 129 });
  const versions = [
    { version: 1, weight: 50 },
    { version: 2, weight: 50 },
  ];
  await node.api('PUT', '/v1/functions/plain/aliases/ab', { versions });
  await node.api('PUT', '/v1/functions/plain/aliases/key', { versions, stickyBy: 'query:who' });
  const contenders: Contender[] = [
    { name: PLAIN, url: node.callUrl('plain'), pid: node.pid },
    { name: WEIGHTED, url: node.callUrl('plain:ab'), pid: node.pid },
    { name: STICKY, url: node.callUrl('plain:key'), pid: node.pid },
  ];
  const plan: Plan = bench.quick
    ? { rounds: 2, connections: 32, warmUpS: 1, durationS: 1 }
    : { rounds: 7, connections: 32, warmUpS: 1, durationS: 3 };
  const summaries = await compare(contenders, plan, (text) => bench.say(text));
  const plain = summaries.get(PLAIN)!;
  const row = (name: string): Row => {
    const summary = summaries.get(name)!;
    return {
      measure: `${name}, 32 connections`,
      value: summary.ratePerS,
      unit: 'req/s',
      reference: { name: PLAIN, value: plain.ratePerS },
      goal: { atLeast: 0.9 },
      ...(summary.errors > 0 && { fault: `${summary.errors} requests failed` }),
    };
  };
  return { rows: [row(WEIGHTED), row(STICKY)], summaries };
}
