import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Client, createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const CLIENTS = 8;
const UPDATES = 20;

/** Answers with the number of its code, and with a variable of its configuration. */
const CODE: Readonly<Record<string, (number: number) => string>> = {
  python: (number) => `import os\n\ndef callme():\n    return [${number}, int(os.environ.get("STEP", "0"))]\n`,
  node: (number) => `export function callme() { return [${number}, Number(process.env.STEP ?? 0)]; }\n`,
};

describe('updating a function', () => {
  let node: TestNode;
  let client: Client;

  before(async () => {
    node = await startTestNode();
    client = createClient(node.url);
  });
  after(() => node?.close());

  for (const [runtime, code] of Object.entries(CODE)) {
    test(`fails no call, and no client goes back to an earlier version (${runtime})`, async () => {
      await client.put('moving', code(0), { runtime });
      let done = false;
      let answered = 0;
      // What no client may see less of, since an update was confirmed before its call.
      let confirmed = { code: 0, step: 0, version: 1 };
      const caller = async (): Promise<void> => {
        let last = { code: 0, step: 0, version: 1 };
        while (!done) {
          const atLeast = confirmed;
          const { status, text, json, headers } = await client.invoke('moving');
          assert.equal(status, 200, text);
          const now = { code: json[0], step: json[1], version: Number(headers.get('fob-version')) };
          for (const key of ['code', 'step', 'version'] as const) {
            assert.ok(now[key] >= last[key], `${key} went from ${last[key]} back to ${now[key]}`);
            assert.ok(now[key] >= atLeast[key], `${key} is ${now[key]}, where ${atLeast[key]} was confirmed`);
          }
          last = now;
          answered += 1;
        }
      };
      const callers = Promise.all(Array.from({ length: CLIENTS }, caller));
      const updates = (async () => {
        for (let number = 1; number <= UPDATES; number += 1) {
          const { version } = await client.put('moving', code(number));
          confirmed = { ...confirmed, code: number, version };
          if (number % 4 !== 0) continue;
          const change = { environment: { STEP: String(number) }, memoryMb: 128 + number };
          const answer = await client.request('PATCH', '/v1/functions/moving', { body: JSON.stringify(change) });
          assert.equal(answer.status, 200, answer.text);
          confirmed = { code: number, step: number, version: answer.json.version };
        }
      })();
      await Promise.race([updates, callers]).finally(() => {
        done = true;
      });
      await Promise.all([updates, callers]);
      assert.deepEqual(await client.result('moving'), [UPDATES, UPDATES]);
      assert.equal(confirmed.version, 1 + UPDATES + UPDATES / 4);
      assert.ok(answered > UPDATES, `only ${answered} calls`);
      await client.request('DELETE', '/v1/functions/moving');
    });
  }

  const SLOW = `export async function handler({ ms }) {
    console.log('begun');
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'finished';
  }`;
  const begun = (name: string) =>
    eventually(async () => {
      const { json } = await client.request('GET', `/v1/logs?function=${name}&text=begun`);
      assert.equal(json.lines.length, 1);
    });

  test('a call in flight finishes on its version, though its function is removed', async () => {
    await client.put('leaving', SLOW);
    const call = client.invoke('leaving', { ms: 1_000 });
    await begun('leaving');
    assert.equal((await client.request('DELETE', '/v1/functions/leaving')).status, 204);
    assert.equal((await client.invoke('leaving')).status, 404);
    const answer = await call;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json, 'finished');
    await eventually(async () => {
      const { json } = await client.request('GET', '/v1/sandboxes');
      const left = json.sandboxes.filter((each: { function?: string }) => each.function === 'leaving');
      assert.deepEqual(left, [], 'its sandbox ends with it');
    });
  });

  test('a call in flight finishes on the old version, and the new one serves at once', async () => {
    await client.put('changing', SLOW);
    const call = client.invoke('changing', { ms: 1_000 });
    await begun('changing');
    await client.put('changing', `export const handler = () => 'new';`);
    assert.equal(await client.result('changing'), 'new');
    const answer = await call;
    assert.deepEqual([answer.status, answer.json, answer.headers.get('fob-version')], [200, 'finished', '1']);
  });

  test('an update that cannot be loaded changes nothing', async () => {
    await client.put('steady', CODE.python!(1), { runtime: 'python' });
    const body = JSON.stringify({ code: { inline: 'def callme(:\n' } });
    const headers = { 'Content-Type': 'application/json' };
    const refused = await client.request('PUT', '/v1/functions/steady', { body, headers });
    assert.equal(refused.status, 400, refused.text);
    assert.deepEqual(await client.result('steady'), [1, 0]);
    assert.equal((await client.request('GET', '/v1/functions/steady')).json.version, 1);
  });

  test('of two who change what they saw, one is told that the other came first', async () => {
    await client.put('contested', CODE.node!(0), { runtime: 'node' });
    const etag = (await client.request('GET', '/v1/functions/contested')).headers.get('etag')!;
    const change = (step: number) =>
      client.request('PATCH', '/v1/functions/contested', {
        body: JSON.stringify({ environment: { STEP: String(step) } }),
        headers: { 'If-Match': etag },
      });
    const answers = await Promise.all([1, 2, 3].map(change));
    const statuses = answers.map(({ status }) => status);
    assert.deepEqual([...statuses].sort(), [200, 412, 412]);
    assert.deepEqual(await client.result('contested'), [0, statuses.indexOf(200) + 1]);
  });
});
