import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startTestNode } from '../support/node.ts';

const CLIENTS = 16;
const MEBIBYTE = 1_048_576;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('memory does not grow with the number of calls, and every call has its record', async () => {
  const node = await startTestNode();
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const call = (url: string): Promise<void> =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        response.resume();
        response.once('end', resolve);
        if (response.statusCode !== 200) reject(new Error(`a call answered ${response.statusCode}`));
      }).once('error', reject);
    });
  const callTimes = async (id: string, times: number): Promise<void> => {
    let left = times;
    const client = async (): Promise<void> => {
      while (left-- > 0) await call(`${node.url}/api/call/${id}`);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  const heapBytes = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  try {
    const id = await node.register('def callme():\n    print("hello")\n    return 42\n', 'python');
    await callTimes(id, 10_000);
    const before = heapBytes();
    await callTimes(id, 30_000);
    const grownMb = (heapBytes() - before) / MEBIBYTE;
    assert.ok(grownMb < 3, `the heap grew by ${grownMb.toFixed(1)} MB over 30,000 calls`);
    const { journal } = (await node.request('GET', '/v1/node')).json;
    assert.deepEqual([journal.invocations, journal.logLines, journal.dropped], [40_000, 40_000, 0]);
  } finally {
    agent.destroy();
    await node.close();
  }
});
