import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HttpClient } from '../load/http.ts';
import { nodeHttp } from '../peers/peer.ts';
import { freePort, startServer } from './server.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fob-bench-server-'));
});
after(() => rm(folder, { recursive: true }));

test('a server is ready when it is handed over, and gone when it is stopped', async () => {
  const server = await nodeHttp.start(join(folder, 'peer.log'));
  const client = new HttpClient();
  try {
    assert.ok(server.readyMs > 0);
    const answer = await client.send('GET', server.origin);
    assert.deepEqual([answer.status, answer.text], [200, '{"result": 42}']);
  } finally {
    client.close();
    await server.stop();
  }
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' });
  await server.stop();
});

test('a server that ends at once is reported with what it printed', async () => {
  const spec = { name: 'broken', port: await freePort(), readyPath: '/', logFile: join(folder, 'broken.log') };
  await assert.rejects(
    startServer({ ...spec, program: process.execPath, parameters: ['-e', 'throw new Error("no luck today")'] }),
    /broken did not start: it ended with exit code 1[\s\S]*no luck today/,
  );
  await assert.rejects(startServer({ ...spec, program: '/does/not/exist', parameters: [] }), /ENOENT/);
});
