import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Client } from '../support/client.ts';
import { type ProcessNode, runFob, startFobUp, temporaryFolder } from '../support/fob-process.ts';

const REFUSED = 5;
const GREET = 'export const handler = ({ name }) => "Hello " + name + "!";';

describe('backup and restore by the command line', () => {
  let base: string;
  let remove: () => Promise<void>;
  let node: ProcessNode;
  let other: ProcessNode;

  before(async () => {
    ({ folder: base, remove } = await temporaryFolder());
    [node, other] = await Promise.all([startFobUp(join(base, 'first')), startFobUp(join(base, 'second'))]);
  });
  after(async () => {
    await Promise.all([node?.kill(), other?.kill()]);
    await remove();
  });

  const fob = async (to: ProcessNode, ...words: string[]) => {
    const finished = await runFob(words, { environment: { FOB_URL: to.url }, cwd: base });
    return { ...finished, json: () => JSON.parse(finished.stdout) };
  };

  test('a node that serves calls is saved, and all of it comes up in an empty one', async () => {
    await node.client.put('add', 'def callme(a, b):\n    print("adding")\n    return int(a) + int(b)\n');
    await node.client.put('greet', GREET, {
      environment: { MOOD: 'good' },
      tags: { team: 'web' },
    });
    const { id } = (await node.client.request('POST', '/api/gen', { body: 'def callme(): return 42' })).json;
    const calls = callUntil(node.client);
    const saved = await fob(node, 'backup', 'fob.tar', '--json');
    assert.equal(saved.code, 0, saved.stderr);
    assert.ok(saved.json().bytes > 0);
    const { answered, failed } = await calls.stop();
    assert.deepEqual(failed, []);
    assert.ok(answered > 0);

    const asked = await fob(other, 'restore', 'fob.tar');
    assert.equal(asked.code, 2, 'nobody can be asked here');
    assert.match(asked.stderr, /--yes/);
    const restored = await fob(other, 'restore', 'fob.tar', '--yes', '--json');
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(
      restored.json().documents,
      7,
      "three functions, a version of each, and the key of the queues' receipts",
    );

    assert.equal(await other.client.result('add', { a: 40, b: 2 }), 42);
    assert.equal(await other.client.result('greet', { name: 'Ada' }), 'Hello Ada!');
    assert.deepEqual((await other.client.request('GET', `/api/call/${id}`)).json, { result: 42 });
    const view = async (client: Client) => (await client.request('GET', '/v1/functions/greet')).json;
    const [there, here] = [await view(other.client), await view(node.client)];
    for (const key of ['id', 'version', 'config', 'functionCreatedAt']) assert.deepEqual(there[key], here[key], key);
    const { json } = await other.client.request('GET', '/v1/logs?function=add&text=adding');
    assert.ok(json.lines.length > 0, 'logs come along');
    const { version } = await other.client.put('add', 'def callme(): return "new"');
    assert.equal(version, 2, 'and it can be changed');

    // What was restored is on disk.
    const { dataFolder } = other;
    await other.stop();
    other = await startFobUp(dataFolder);
    assert.equal(await other.client.result('add'), 'new');
    assert.equal(await other.client.result('greet', { name: 'Bob' }), 'Hello Bob!');
  });

  test('a restore while calls run goes back to what was saved, and fails no call of what stays', async () => {
    await node.client.put('add', 'def callme(a, b):\n    return int(a) + int(b)\n');
    assert.equal((await fob(node, 'backup', 'second.tar')).code, 0);
    await node.client.put('later', 'def callme(): return 1');
    await node.client.put('greet', 'export const handler = () => "changed";');
    const calls = callUntil(node.client);
    const restored = await fob(node, 'restore', 'second.tar', '--yes');
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /restored 8 documents/);
    assert.equal(await node.client.result('greet', { name: 'Ada' }), 'Hello Ada!');
    assert.equal((await node.client.invoke('later')).status, 404);
    const { answered, failed } = await calls.stop();
    assert.deepEqual(failed, []);
    assert.ok(answered > 0);
  });

  test('what is no whole backup is refused, and changes nothing', async () => {
    await writeFile(join(base, 'no.tar'), 'this is no archive');
    const { code, stderr } = await fob(node, 'restore', 'no.tar', '--yes');
    assert.equal(code, REFUSED);
    assert.match(stderr, /no whole backup/);
    assert.equal(await node.client.result('add', { a: 1, b: 1 }), 2);
    assert.equal((await fob(node, 'restore', 'missing.tar', '--yes')).code, 3);
  });
});

/** Calls `add` without a pause until it is stopped. */
function callUntil(client: Client): { stop(): Promise<{ answered: number; failed: string[] }> } {
  let over = false;
  let answered = 0;
  const failed: string[] = [];
  const running = (async () => {
    while (!over || answered === 0) {
      const { status, text } = await client.invoke('add', { a: 1, b: answered });
      if (status === 200 && text === String(1 + answered)) answered += 1;
      else failed.push(`${status} ${text}`);
      if (failed.length > 10) return;
    }
  })();
  return {
    async stop() {
      over = true;
      await running;
      return { answered, failed };
    },
  };
}
