import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ProcessNode, runFob, startFobUp, temporaryFolder } from '../support/fob-process.ts';

const broken = `import fob

def callme(amount):
    fob.send('invoices', {'amount': amount})
    print('charging', amount)
    return {'cents': int(amount.replace(',', '')) * factor}
`;

describe('recorded invocations', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let base: Awaited<ReturnType<typeof temporaryFolder>>;
  let node: ProcessNode;
  let file: string;

  before(async () => {
    base = await temporaryFolder();
    node = await startFobUp(join(base.folder, 'data'));
    file = join(base.folder, 'charge.py');
  });
  after(async () => {
    await node?.kill();
    await base?.remove();
  });

  const fob = (...words: string[]) => runFob(words, { environment: { FOB_URL: node.url } });
  const deploy = async (code: string, ...words: string[]): Promise<void> => {
    await writeFile(file, code);
    const { code: exit, stderr } = await fob('deploy', file, ...words);
    assert.equal(exit, 0, stderr);
  };
  const lastRun = async (): Promise<string> =>
    JSON.parse((await fob('runs', 'charge', '--json')).stdout)[0].invocationId;
  const messages = async (): Promise<number> => {
    const answer = await fetch(`${node.url}/v1/queues/invoices/messages`);
    return ((await answer.json()) as { messages: unknown[] }).messages.length;
  };

  test('nothing is kept unless the owner wants it; a failed call is found and run again, also with another version', async () => {
    assert.equal((await fob('queue', 'create', 'invoices')).code, 0);
    await deploy(broken, '--grant', 'queue:invoices:send');
    await fob('call', 'charge', 'amount=12,50');
    const unkept = await fob('replay', await lastRun());
    assert.equal(unkept.code, 3);
    assert.match(unkept.stderr, /nothing was recorded.*recordPayloads/);

    assert.equal((await fob('set', 'charge', '--record-payloads', 'failed')).code, 0);
    assert.equal((await fob('call', 'charge', 'amount=12,50')).code, 1);
    const id = await lastRun();
    const shown = await fob('replay', id, '--show');
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /charge version 2 failed\n.*\n\{"amount":"12,50"\}\n.*\nNameError: name 'factor' is not defined/,
    );

    const same = await fob('replay', id);
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /✔ version 2 ended as it was recorded with version 2/);

    await deploy(broken.replace(' * factor', ''));
    const fixed = await fob('replay', id);
    assert.equal(fixed.code, 1);
    assert.match(fixed.stdout, /✘ version 3 ended otherwise.*version 2/);
    assert.match(fixed.stdout, /- {3}"status": "failed",/);
    assert.match(fixed.stdout, /\+ {5}"cents": 1250/);
    assert.match(fixed.stdout, /not sent to queue:invoices: \{"amount":"?.*12,50/);
    assert.equal(await messages(), 0);

    const old = JSON.parse((await fob('replay', id, '--version', '2', '--json')).stdout);
    assert.equal(old.same, true);
    assert.deepEqual([old.before.version, old.after.version, old.after.errorType], [2, 2, 'NameError']);
    const none = await fob('replay', id, '--version', '99');
    assert.notEqual(none.code, 0);
    assert.match(none.stderr, /99/);
  });

  test('with all of them kept, results are compared; they go with the function', async () => {
    await deploy(
      'def callme(n):\n    return list(range(int(n)))\n',
      '--record-payloads',
      'all',
      '--revoke',
      'queue:invoices:send',
    ).catch(() => deploy('def callme(n):\n    return list(range(int(n)))\n', '--record-payloads', 'all'));
    await fob('call', 'charge', 'n=3');
    const id = await lastRun();
    assert.match((await fob('replay', id)).stdout, /ended as it was recorded.*\n\[0, ?1, ?2\]/);
    await deploy('def callme(n):\n    return list(range(1, int(n)))\n');
    const differs = JSON.parse((await fob('replay', id, '--json')).stdout);
    assert.equal(differs.same, false);
    assert.equal(JSON.parse(differs.after.result.body).length, 2);
    const large = await fob('call', 'charge', 'n=400000');
    assert.equal(large.code, 0);
    const shown = JSON.parse((await fob('replay', await lastRun(), '--show', '--json')).stdout);
    assert.equal(shown.result.body, undefined);
    assert.ok(shown.result.bytes > 1_048_576);

    assert.equal((await fob('rm', 'charge', '--yes')).code === 0 || (await fob('rm', 'charge')).code === 0, true);
    assert.equal((await fob('replay', id, '--show')).code, 3);
  });
});
