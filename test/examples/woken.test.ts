import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { PROJECT_FOLDER, type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { canBuild, createShell, type Shell } from '../support/shell.ts';

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

  test('a file that is uploaded runs the blueprint of AWS, which reads it with boto3', async (context) => {
    if (!(await canBuild(node.dataFolder))) return context.skip('builds have no network here, as fob doctor says');
    const { fob, json } = shell;
    await fob('bucket', 'create', 'serops-we');
    await fob('bucket', 'create', 'not-granted');
    const code = join(EXAMPLES, 's3-get-object-python');
    await fob('deploy', code, '--name', 's3-upload-meta', '--memory', '256', '--grant', 'bucket:serops-we:read');
    const wake = ['trigger', 'add', 's3-upload-meta', 'bucket'];
    await fob(...wake, 'serops-we', '--prefix', 'in/', '--suffix', '.html', '--name', 'uploads');
    await fob(...wake, 'not-granted', '--name', 'others', '--retries', '0');

    const file = join(folder, 'page.html');
    await writeFile(file, '<p>hello');
    for (const key of ['in/a page, and more.html', 'in/a.txt', 'out/a.html'])
      await fob('bucket', 'put', 'serops-we', file, '--key', key, '--type', 'text/html; charset=utf-8');
    await eventually(async () => assert.equal((await lane('s3-upload-meta', 'uploads'))?.delivered, 1), DEADLINE_MS);
    const [run, ...otherRuns] = await json('runs', 's3-upload-meta');
    assert.deepEqual([run.status, run.door, run.lane, otherRuns], ['succeeded', 'events', 'uploads', []]);
    assert.match(
      await fob('logs', 's3-upload-meta', '--text', 'content type'),
      /CONTENT TYPE: text\/html; charset=utf-8/,
    );

    // The grant is for the other bucket alone.
    await fob('bucket', 'put', 'not-granted', file, '--key', 'x');
    await eventually(async () => assert.equal((await lane('s3-upload-meta', 'others'))?.dead, 1), DEADLINE_MS);
    const { events } = await json('events', 's3-upload-meta', '--state', 'dead');
    assert.match(events[0].message, /Access ?Denied/i);
  });

  test('a schedule in a file runs the report when it says, each time once', async () => {
    const { fob, json } = shell;
    for (const bucket of ['cron-inbox', 'cron-reports']) await fob('bucket', 'create', bucket);
    await fob('queue', 'create', 'cron-done');
    const grants = ['--grant', 'bucket:cron-inbox:read', '--grant', 'bucket:cron-reports:write'];
    await fob('deploy', join(EXAMPLES, 'cron-report'), ...grants);
    await node.client.request('PUT', '/v1/buckets/cron-inbox/objects/note', { body: 'twelve bytes' });
    const file = join(EXAMPLES, 'cron-report', 'triggers.yaml');
    const apply = (when: string) => createShell(node.url, { REPORT_AT: when }).json('trigger', 'apply', file);

    assert.deepEqual(await apply('30 6 * * MON-FRI'), [{ name: 'morning-report', change: 'create', differences: [] }]);
    assert.deepEqual(await apply('30 6 * * MON-FRI'), [{ name: 'morning-report', change: 'keep', differences: [] }]);
    const { next } = await json('trigger', 'show', 'morning-report');
    const berlin = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
    assert.deepEqual([...new Set(next.map((ms: number) => berlin.format(ms)))], ['06:30']);

    const [change] = await apply('* * * * * *');
    assert.equal(change.change, 'change');
    const told: string[] = [];
    while (told.length < 2) {
      for (const { body } of await json('queue', 'receive', 'cron-done', '--wait', '20s', '--delete')) {
        const { requestPayload, responsePayload } = JSON.parse(body);
        assert.equal(responsePayload, `${requestPayload.scheduledTime}: 1 objects, 12 bytes\n`);
        told.push(requestPayload.scheduledTime);
      }
    }
    assert.equal(new Set(told).size, told.length);
    await fob('trigger', 'pause', 'morning-report');
    for (const time of told) {
      const report = await fob('bucket', 'get', 'cron-reports', `${time}.txt`, '-');
      assert.equal(report, `${time}: 1 objects, 12 bytes\n`);
    }
  });

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
