import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { Ledger } from './ledger.ts';

const KILLS = Number(process.env.FOB_FAULT_KILLS ?? 200);
/** The longest that a node lives under load. */
const MAX_LIFE_MS = 500;

describe('events, while the node is killed again and again', { skip: process.platform !== 'linux' }, () => {
  let folder: string;
  let remove: () => Promise<void>;
  let node: ProcessNode | undefined;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
  });
  after(async () => {
    await node?.kill();
    await remove();
  });

  test(`are all delivered, and counted once, in ${KILLS} deaths`, async (t) => {
    const ledger = new Ledger();
    for (let kills = 0; kills <= KILLS; kills++) {
      node = await startFobUp(folder);
      if (kills === 0) await ledger.setUp(node.client);
      if (kills === KILLS) break;
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
    await eventually(async () => assert.deepEqual(await ledger.pending(client), { open: 0, dead: 0 }), 120_000);
    const entries = await ledger.entries(client);

    const lost = [...ledger.sent].filter(([id, { accepted }]) => accepted && !entries.has(id)).map(([id]) => id);
    assert.deepEqual(lost, [], 'accepted events were lost');
    // A put that nobody answered may have happened, and its repetition is another event; everything else has an identity.
    const twice = [...entries].filter(
      ([id, times]) => times > (id.startsWith('object-') ? ledger.sent.get(id)!.tries : 1),
    );
    assert.deepEqual(twice, [], 'events counted more than once');
    const ticks = [...entries.keys()]
      .filter((id) => id.startsWith('tick-'))
      .map((id) => Date.parse(id.slice(5)) / 1_000);
    ticks.sort((a, b) => a - b);
    const missed = ticks.filter((second, place) => place > 0 && second !== ticks[place - 1]! + 1);
    assert.deepEqual(missed, [], 'the schedule skipped seconds');

    const accepted = [...ledger.sent.values()].filter((book) => book.accepted).length;
    const repeated = [...ledger.sent.values()].filter(({ tries }) => tries > 1).length;
    t.diagnostic(`${accepted} accepted events, ${repeated} sent again in doubt, ${ticks.length} ticks, ${KILLS} kills`);
    assert.ok(accepted > KILLS, `only ${accepted} events were accepted`);
    await node!.stop();
  });
});
