import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { Ledger } from './ledger.ts';

/** Deaths in all; they are shared between nodes that live and die side by side. */
const KILLS = Number(process.env.FOB_FAULT_KILLS ?? 200);
const NODES = 4;
/** The longest that a node lives under load. */
const MAX_LIFE_MS = 500;
const SETTLED_WITHIN_MS = 180_000;

describe('events, while the node is killed again and again', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
  concurrency: NODES,
}, () => {
  const kills = Math.ceil(KILLS / NODES);
  for (let n = 1; n <= NODES; n++)
    test(`are all delivered, and counted once, in ${kills} deaths (node ${n})`, (t) => outlive(t, kills));
});

async function outlive(t: TestContext, deaths: number): Promise<void> {
  const { folder, remove } = await temporaryFolder();
  const ledger = new Ledger();
  let node: ProcessNode | undefined;
  t.after(async () => {
    await node?.kill();
    await remove();
  });
  for (let death = 0; death <= deaths; death++) {
    node = await startFobUp(folder);
    if (death === 0) await ledger.setUp(node.client);
    if (death === deaths) break;
    const over = new AbortController();
    const load = ledger.load(node.client, over.signal);
    await Promise.race([load, delay(randomInt(MAX_LIFE_MS))]);
    process.kill(-node.pid, 'SIGKILL');
    over.abort();
    await node.ended;
    await load;
  }
  const { client } = node!;
  await ledger.settle(client);
  await eventually(async () => assert.deepEqual(await ledger.pending(client), { open: 0, dead: 0 }), SETTLED_WITHIN_MS);
  account(t, ledger, await ledger.entries(client));
  await node!.stop();
}

/** What was accepted beside what counted. */
function account(t: TestContext, { sent }: Ledger, entries: ReadonlyMap<string, number>): void {
  const lost = [...sent].filter(([id, { accepted }]) => accepted && !entries.has(id)).map(([id]) => id);
  assert.deepEqual(lost, [], 'accepted events were lost');
  // A put that nobody answered may have happened, and its repetition is another event; everything else has an identity.
  const twice = [...entries].filter(([id, times]) => times > (id.startsWith('object-') ? sent.get(id)!.tries : 1));
  assert.deepEqual(twice, [], 'events counted more than once');
  const ticks = [...entries.keys()].filter((id) => id.startsWith('tick-')).map((id) => Date.parse(id.slice(5)) / 1_000);
  ticks.sort((a, b) => a - b);
  const skipped = ticks.filter((second, place) => place > 0 && second !== ticks[place - 1]! + 1);
  assert.deepEqual(skipped, [], 'the schedule skipped seconds');

  const accepted = [...sent.values()].filter((book) => book.accepted).length;
  const repeated = [...sent.values()].filter(({ tries }) => tries > 1).length;
  t.diagnostic(`${accepted} accepted events, ${repeated} sent again in doubt, ${ticks.length} ticks`);
  assert.ok(accepted > 0, 'no event was accepted');
}
