import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkerClient } from './rpc.ts';

/** A worker as small as can be: it answers, refuses, fails or dies on request. */
const PROGRAM = `
  import { serve, answerEach } from ${JSON.stringify(new URL('./rpc.ts', import.meta.url).href)};
  let calls = 0;
  serve(() => answerEach({
    count: () => ++calls,
    fail: () => { throw new Error('unforeseen'); },
    die: () => process.exit(1),
    echo: (value) => value,
  }, () => {}));
`;

type Toy = { count(): number; fail(): void; die(): void; echo(value: unknown): unknown };

function start(): { client: WorkerClient<Toy>; crashes: unknown[] } {
  const crashes: unknown[] = [];
  const client = new WorkerClient<Toy>({
    file: new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`),
    data: undefined,
    limits: {},
    onCrash: (error) => crashes.push(error),
  });
  return { client, crashes };
}

test('calls are answered in order, failures become problems', async () => {
  const { client } = start();
  const counted = await Promise.all([client.call('count', []), client.call('count', []), client.call('count', [])]);
  assert.deepEqual(counted, [1, 2, 3]);
  await assert.rejects(client.call('fail', []), { code: 'internal', cause: 'unforeseen' });
  await assert.rejects(client.call('echo', [() => {}]), { code: 'internal' }, 'what cannot be sent');
  await client.close();
});

test('closing lets calls under way finish and refuses later ones', async () => {
  const { client } = start();
  const calls = [client.call('count', []), client.call('count', [])];
  const closed = client.close();
  await assert.rejects(client.call('count', []), { code: 'unavailable' });
  await closed;
  assert.deepEqual(await Promise.all(calls), [1, 2]);
  await client.close();
});

test('a thread that dies rejects its calls and is told of once', async () => {
  const { client, crashes } = start();
  await client.call('count', []);
  const lost = [client.call('die', []), client.call('echo', [1])];
  for (const call of lost) await assert.rejects(call, { code: 'unavailable' });
  assert.equal(crashes.length, 1);
  await client.close();
});
