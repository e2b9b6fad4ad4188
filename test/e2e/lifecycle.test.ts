import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from '../support/client.ts';
import { eventually } from '../support/eventually.ts';
import {
  FOB,
  type FobOptions,
  type FobProcess,
  PROJECT_FOLDER,
  type ProcessNode,
  runFob,
  spawnFob,
  startFobUp,
  temporaryFolder,
} from '../support/fob-process.ts';
import { leftOf } from '../support/leftovers.ts';
import { freePort } from '../support/servers/server.ts';

const HELLO = 'def callme():\n    return 42\n';
/** Says in a log line that it runs. */
const SLOW = `export async function handler({ ms }) {
  console.log('begun');
  await new Promise((resolve) => setTimeout(resolve, ms));
  return 'finished';
}
`;
const NOBODY = 65_534;
const REFUSED = 5;
const USAGE = 2;

describe('a node as a process', () => {
  let base: string;
  let remove: () => Promise<void>;
  let folders = 0;
  const started: FobProcess[] = [];

  before(async () => {
    ({ folder: base, remove } = await temporaryFolder());
    // Another user passes through, to a folder of its own.
    await chmod(base, 0o711);
  });
  after(() => remove());
  afterEach(async () => {
    for (const { child, ended } of started.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  const fresh = (): string => join(base, `data-${++folders}`);
  const up = async (words: string[] = [], options?: FobOptions, folder = fresh()): Promise<ProcessNode> => {
    const node = await startFobUp(folder, words, options);
    started.push(node);
    return node;
  };

  describe('starts', () => {
    test('without a terminal and without standard input, and says where it is', async () => {
      const folder = fresh();
      const fob = spawnFob(['up', '--no-install', '--port', '0', '--prewarmed', '0', '--data', folder], {
        shell: 'exec 0<&-; exec "$0" "$@"',
      });
      started.push(fob);
      const screen = await eventually(() => {
        const { stdout } = fob.output();
        assert.match(stdout, /stop +Ctrl-C/);
        return stdout;
      }, 60_000);
      const url = /ready at (http:\/\/127\.0\.0\.1:\d+)/.exec(screen)?.[1] ?? assert.fail(screen);
      const curl = /\bcurl --data-binary \S+ \S+/.exec(screen)?.[0] ?? assert.fail(screen);
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', curl], { cwd: tmpdir() });
      assert.match(stdout, /^\{"id": ?"[0-9a-f-]{36}"\}$/, 'what it says to type works');
      assert.match(screen, new RegExp(`data +${folder}\n`));
      assert.match(screen, new RegExp(`log +${folder}/logs/node\\.log\n`));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(screen, /\x1b/, 'no colours without a terminal');
      assert.ok(existsSync(join(folder, 'logs', 'node.log')));
      const client = createClient(url);
      await client.put('hello', HELLO);
      assert.equal(await client.result('hello'), 42);
      fob.child.kill('SIGTERM');
      assert.equal((await fob.ended).code, 0);
    });

    test('from any folder, through a link to fob', async () => {
      const link = join(base, 'fob-link');
      await symlink(FOB, link);
      const { code, stdout } = await runFob(['version'], { cwd: '/', shell: `exec "${link}" "$@"` });
      assert.equal(code, 0);
      assert.match(stdout, /^fob \d+\.\d+\.\d+/);
    });

    test('where and as the environment says, and flags before that', async () => {
      const port = await freePort();
      const [data, other] = [fresh(), fresh()];
      const environment = { FOB_PORT: String(port), FOB_HOST: '127.0.0.2', FOB_DATA: data, FOB_PREWARMED: '0' };
      const fob = spawnFob(['up', '--json', '--no-install'], { environment });
      started.push(fob);
      await readyAt(`http://127.0.0.2:${port}`, fob);
      assert.ok(existsSync(join(data, 'fob.db')));
      const words = ['--port', '0', '--host', '127.0.0.1', '--data', other];
      const second = spawnFob(['up', '--json', '--no-install', ...words], { environment });
      started.push(second);
      const { url } = await eventually(() => JSON.parse(second.output().stdout), 60_000);
      assert.match(url, /^http:\/\/127\.0\.0\.1:/);
      assert.notEqual(new URL(url).port, String(port));
      assert.ok(existsSync(join(other, 'fob.db')));
    });

    test('again in the same folder, with what it had', async () => {
      const folder = fresh();
      const first = await up([], {}, folder);
      await first.client.put('hello', HELLO);
      await first.stop();
      const second = await up([], {}, folder);
      assert.equal(await second.client.result('hello'), 42);
      await second.stop();
    });

    test('as a user without rights', {
      skip: process.getuid?.() !== 0 && 'needs root to become another',
    }, async (t) => {
      const home = join(base, 'home');
      await mkdir(home);
      await chown(home, NOBODY, NOBODY);
      const options = { uid: NOBODY, environment: { HOME: home }, cwd: home };
      const version = await runFob(['version'], options);
      if (/Permission denied|EACCES/.test(version.stderr)) return t.skip(`${PROJECT_FOLDER} is closed to others`);
      assert.equal(version.code, 0, version.stderr);
      const node = await up([], options, join(home, 'data'));
      await node.client.put('hello', HELLO);
      await node.client.put('slow', SLOW);
      assert.equal(await node.client.result('hello'), 42);
      assert.equal(await node.client.result('slow', { ms: 0 }), 'finished');
      const doctor = await runFob(['doctor', '--json', '--port', '0', '--data', join(home, 'other')], options);
      assert.equal(doctor.code, 0, doctor.stderr);
      assert.equal(JSON.parse(doctor.stdout).functionsCanRun, true);
      await node.stop();
      assert.deepEqual(leftOf(node.pid, node.dataFolder), []);
    });

    test('ready only when it takes calls: /readyz', async () => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      await assert.rejects(fetch(`${url}/readyz`), 'nothing answers before');
      const node = await up(['--port', String(port)]);
      const ready = await node.client.request('GET', '/readyz');
      assert.deepEqual([ready.status, ready.text], [200, 'ready\n']);
      assert.equal((await node.client.request('GET', '/healthz')).status, 200);
      await node.client.put('slow', SLOW);
      const call = node.client.invoke('slow', { ms: 1_500 });
      await begun(node, 'slow');
      node.child.kill('SIGTERM');
      await eventually(async () => {
        const answer = await node.client.request('GET', '/readyz').catch(() => undefined);
        assert.ok(answer === undefined || answer.status === 503, 'not ready any more, or not listening');
      });
      assert.equal((await call).status, 200);
      assert.equal((await node.ended).code, 0);
      await assert.rejects(fetch(`${url}/readyz`), 'nothing answers after');
    });
  });

  describe('refuses to start', () => {
    const refusal = async (expected: number, words: string[], options?: FobOptions): Promise<string> => {
      const fob = spawnFob(['up', '--no-install', ...words], options);
      started.push(fob);
      const { code, stdout, stderr } = await fob.ended;
      assert.equal(code, expected, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^error: /m);
      assert.doesNotMatch(stderr, /^ +at /m, 'no stack');
      return stderr;
    };

    test('on a port that is taken, and says by whom', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const port = portOf(server);
      const folder = fresh();
      const said = await refusal(REFUSED, ['--port', String(port), '--data', folder]);
      assert.match(said, new RegExp(`port ${port} is taken.*${process.pid}`));
      assert.match(said, /--port/);
      assert.ok(!existsSync(folder), 'nothing was made');
      server.close();
    });

    test('in a data folder that another node has', async () => {
      const node = await up();
      const said = await refusal(REFUSED, ['--port', '0', '--data', node.dataFolder]);
      assert.match(said, new RegExp(`${node.dataFolder}.*in use by process ${node.pid}.*--data`));
      assert.equal((await node.client.request('GET', '/readyz')).status, 200);
      await node.stop();
    });

    test('where a data folder cannot be made', async () => {
      const file = join(base, 'file');
      await writeFile(file, '');
      for (const folder of ['/proc/x', '/proc/x/y/z', file, join(file, 'below'), '/dev/null/x']) {
        const said = await refusal(REFUSED, ['--port', '0', '--data', folder]);
        assert.ok(said.includes(folder) && said.includes('--data'), `${folder}: ${said}`);
      }
    });

    test('on all addresses without a token', async () => {
      const said = await refusal(USAGE, ['--port', '0', '--host', '0.0.0.0', '--data', fresh()]);
      assert.match(said, /token/);
      assert.match(said, /FOB_TOKEN/);
    });

    test('with settings that mean nothing', async () => {
      const folder = fresh();
      assert.match(await refusal(USAGE, ['--port', '99999', '--data', folder]), /--port/);
      const environment = { FOB_KEEP_ALIVE_MS: 'long' };
      assert.match(await refusal(USAGE, ['--port', '0', '--data', folder], { environment }), /FOB_KEEP_ALIVE_MS/);
    });

    test('on an address of another machine', async () => {
      const environment = { FOB_TOKEN: 'a-token-for-this-test' };
      const said = await refusal(REFUSED, ['--port', '9', '--host', '192.0.2.1', '--data', fresh()], { environment });
      assert.match(said, /192\.0\.2\.1/);
    });
  });

  test('on all addresses with a token, which every request then needs', async () => {
    const token = 'a-token-for-this-test';
    const node = await up(['--host', '0.0.0.0'], { environment: { FOB_TOKEN: token } });
    const client = createClient(`http://127.0.0.1:${new URL(node.url).port}`);
    assert.equal((await client.request('GET', '/readyz')).status, 200);
    assert.equal((await client.request('GET', '/api/stats')).status, 401);
    const headers = { Authorization: `Bearer ${token}` };
    assert.equal((await client.request('GET', '/api/stats', { headers })).status, 200);
    const said =
      Object.values(node.output()).join('') + (await readFile(join(node.dataFolder, 'logs/node.log'), 'utf8'));
    assert.ok(!said.includes(token), 'the token is shown nowhere');
    await node.stop();
  });

  describe('stops', () => {
    test('on SIGTERM, when calls in flight have their answers', async () => {
      const node = await up();
      await node.client.put('slow', SLOW);
      const calls = [1_200, 1_300].map((ms) => node.client.invoke('slow', { ms }));
      await begun(node, 'slow', 2);
      node.child.kill('SIGTERM');
      for (const call of calls) {
        const answer = await call;
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json, 'finished');
      }
      const { code, stderr } = await node.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /stopped/);
      assert.deepEqual(leftOf(node.pid, node.dataFolder), []);
      assert.deepEqual(readdirSync(join(node.dataFolder, 'run')), []);
      // The records of the last calls were written.
      const again = await up([], {}, node.dataFolder);
      const { json } = await again.client.request('GET', '/v1/invocations?function=slow');
      assert.deepEqual(
        json.invocations.map((each: { status: string }) => each.status),
        ['succeeded', 'succeeded'],
      );
      await again.stop();
    });

    test('on Ctrl-C, which the whole process group gets', async () => {
      const node = await up();
      await node.client.put('slow', SLOW);
      const call = node.client.invoke('slow', { ms: 1_000 });
      await begun(node, 'slow');
      process.kill(-node.pid, 'SIGINT');
      assert.equal((await call).status, 200);
      assert.equal((await node.ended).code, 0);
      assert.deepEqual(leftOf(node.pid, node.dataFolder), []);
    });

    test('at once on a second Ctrl-C, and leaves nothing then either', async () => {
      const node = await up();
      await node.client.put('slow', SLOW);
      const call = node.client.invoke('slow', { ms: 25_000 });
      call.catch(() => {});
      await begun(node, 'slow');
      process.kill(-node.pid, 'SIGINT');
      await eventually(() => assert.match(node.output().stderr, /stopping/));
      process.kill(-node.pid, 'SIGINT');
      assert.equal((await node.ended).code, 130);
      await eventually(() => assert.deepEqual(leftOf(node.pid, node.dataFolder), []));
    });

    test('when drainMs is over, whatever still runs', async () => {
      const node = await up(['--drain-ms', '200']);
      await node.client.put('slow', SLOW);
      const call = node.client.invoke('slow', { ms: 25_000 }).catch(() => undefined);
      await begun(node, 'slow');
      await node.stop();
      assert.notEqual((await call)?.status, 200);
      assert.deepEqual(leftOf(node.pid, node.dataFolder), []);
    });
  });
});

/** Waits until calls of the function have said that they run. */
async function begun(node: ProcessNode, name: string, calls = 1): Promise<void> {
  await eventually(async () => {
    const { json } = await node.client.request('GET', `/v1/logs?function=${name}&text=begun`);
    assert.equal(json.lines.length, calls);
  });
}

async function readyAt(url: string, fob: FobProcess): Promise<void> {
  await eventually(async () => {
    const { status } = await fetch(`${url}/readyz`).catch(() => assert.fail(fob.output().stderr));
    assert.equal(status, 200);
  }, 60_000);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : assert.fail('no port');
}
