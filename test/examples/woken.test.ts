import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { PROJECT_FOLDER, type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { createShell, type Shell } from '../support/shell.ts';

const EXAMPLES = join(PROJECT_FOLDER, 'examples');
const DEADLINE_MS = 60_000;

describe('the examples of functions that are woken', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let folder: string;
  let remove: () => Promise<void>;
  let node: ProcessNode;
  let shell: Shell;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    node = await startFobUp(join(folder, 'data'));
    shell = createShell(node.url);
  });
  after(async () => {
    await node?.kill();
    await remove();
  });

  /** How the lane of a trigger stands. */
  async function lane(fn: string, name: string) {
    const { lanes } = await shell.json('events', fn);
    return lanes.find((each: { lane: string }) => each.lane === name);
  }

  test('a worker takes batches, what it cannot do comes to the dead events, and is redriven', async () => {
    const { fob, json } = shell;
    for (const queue of ['orders', 'invoices']) await fob('queue', 'create', queue);
    await fob('deploy', join(EXAMPLES, 'queue-worker'), '--grant', 'queue:invoices:send');
    const orders = join(folder, 'orders');
    const amounts = ['1', '2.50', '7,25', '4', '5'];
    await writeFile(orders, amounts.map((amount, place) => JSON.stringify({ id: place + 1, amount })).join('\n'));
    await fob('queue', 'send', 'orders', `@${orders}`, '--lines');
    const delivery = ['--batch', '10', '--retries', '1', '--retry-delay', '100ms'];
    await fob('trigger', 'add', 'queue-worker', 'queue', 'orders', '--name', 'orders', ...delivery);

    await eventually(async () => {
      const { delivered, dead } = await lane('queue-worker', 'orders');
      assert.deepEqual({ delivered, dead }, { delivered: 4, dead: 1 });
    }, DEADLINE_MS);
    assert.equal((await json('runs', 'queue-worker')).length, 2, 'one for all, one for the poison message alone');
    const { events } = await json('events', 'queue-worker', '--state', 'dead');
    assert.deepEqual([events[0].attempts, events[0].reason], [2, 'batch_item']);
    const shown = await json('events', events[0].eventId);
    assert.deepEqual([shown.event.data, shown.event.source], [{ id: 3, amount: '7,25' }, 'fob:queue/orders']);
    const invoices = async () =>
      (await json('queue', 'receive', 'invoices', '-n', '10', '--delete')).map(({ body }: { body: string }) => body);
    assert.deepEqual((await invoices()).sort(), [
      '{"order":1,"cents":100}',
      '{"order":2,"cents":250}',
      '{"order":4,"cents":400}',
      '{"order":5,"cents":500}',
    ]);

    await fob('set', 'queue-worker', '--env', 'DECIMAL_COMMA=yes');
    await fob('events', 'redrive', 'queue-worker');
    await eventually(async () => assert.equal((await lane('queue-worker', 'orders')).delivered, 5), DEADLINE_MS);
    assert.deepEqual(await invoices(), ['{"order":3,"cents":725}']);
    assert.equal((await lane('queue-worker', 'orders')).dead, 0);
  });
});
