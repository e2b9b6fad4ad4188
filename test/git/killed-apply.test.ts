import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Clock, systemClock } from '../../src/model/clock.ts';
import { type FobProcess, runFob, spawnFob, temporaryFolder } from '../support/fob-process.ts';
import { startTestNode } from '../support/node.ts';

const STEPS = 6;

/** Passes requests on to a node until `hold` says so; that one and those after it never get there. */
async function gate(url: string, hold: (method: string, path: string) => boolean) {
  let held = (): void => {};
  const holding = new Promise<void>((resolve) => {
    held = resolve;
  });
  let closed = false;
  const server: Server = createServer((req, res) => {
    closed ||= hold(req.method!, req.url!);
    if (closed) return held();
    const onward = request(new URL(req.url!, url), { method: req.method!, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    holding,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('fob apply that is killed between its steps', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  for (const [what, isMeant] of [
    ['before a step', (method, path) => method === 'PUT' && path === '/v1/queues/killed-3'],
    ['before a step is remembered', (method, path) => method === 'PUT' && path.startsWith('/v1/projects/killed')],
  ] as const satisfies readonly (readonly [string, (method: string, path: string) => boolean])[]) {
    test(`is gone on with by applying again: ${what}`, { timeout: 100_000 }, async (t) => {
      let passedMs = 0;
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + passedMs };
      const node = await startTestNode({}, clock);
      t.after(() => node.close());
      const { folder, remove } = await temporaryFolder();
      t.after(remove);
      await mkdir(folder, { recursive: true });
      const names = Array.from({ length: STEPS }, (_, n) => `killed-${n}`);
      const file = (queues: readonly string[]) =>
        writeFile(
          join(folder, 'fob.yaml'),
          JSON.stringify({
            project: 'killed',
            queues: Object.fromEntries(queues.map((name) => [name, { visibility: '7s' }])),
          }),
        );
      await file(names);
      // The lock, what is there at first, and after each of the first three steps.
      let seen = 0;
      const between = await gate(node.url, (method, path) => {
        if (!isMeant(method, path)) return false;
        return what === 'before a step' || ++seen === 5;
      });
      t.after(() => between.close());
      const options = (url: string) => ({ cwd: folder, environment: { FOB_URL: url } });
      const first: FobProcess = spawnFob(['apply', '--yes'], options(between.url));
      await Promise.race([between.holding, first.ended]);
      process.kill(-first.pid, 'SIGKILL');
      assert.equal((await first.ended).signal, 'SIGKILL');

      const made = await Promise.all(
        names.map(async (name) => (await node.request('GET', `/v1/queues/${name}`)).status),
      );
      assert.equal(made.filter((status) => status === 200).length, 3);
      // Whether it lives nobody can tell, for two minutes.
      const refused = await runFob(['apply', '--yes'], options(node.url));
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /applies the project "killed" since/);

      passedMs = 121_000;
      const again = await runFob(['apply', '--yes', '--json'], options(node.url));
      assert.equal(again.code, 0, again.stderr);
      assert.equal(JSON.parse(again.stdout).done.length, 3, 'what was done is not done again');
      const planned = await runFob(['plan', '--detailed-exitcode'], options(node.url));
      assert.equal(planned.code, 0, planned.stdout);
      // All that was made is the project's, and goes with it; what was made and not remembered was taken over, and stays.
      await file(names.slice(4));
      assert.equal((await runFob(['apply', '--yes'], options(node.url))).code, 0);
      const left = await Promise.all(
        names.map(async (name) => (await node.request('GET', `/v1/queues/${name}`)).status),
      );
      const adopted = what === 'before a step' ? 404 : 200;
      assert.deepEqual(left, [404, 404, adopted, 404, 200, 200]);
    });
  }
});
