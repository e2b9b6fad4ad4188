import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Finished, runFob } from '../src/cli/testing/run-fob.ts';

interface Started {
  readonly url: string;
  readonly pid: number;
  readonly log: string;
}

const EXAMPLES = join(import.meta.dirname, '..', 'examples');

describe('a node and its command line', () => {
  let data = '';
  let started: Started;
  let ended: Promise<Finished>;
  let stop: (signal: NodeJS.Signals) => void;
  const fob = (...words: string[]) => runFob(words, { environment: { FOB_URL: started.url } });

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'fob up-'));
    started = await new Promise<Started>((resolve, reject) => {
      ended = runFob(['up', '--port', '0', '--data', data, '--no-install', '--json'], {
        onOutput: (output, child) => {
          stop = (signal) => void child.kill(signal);
          if (output.endsWith('\n')) resolve(JSON.parse(output) as Started);
        },
      });
      ended.then(({ stderr }) => reject(new Error(`the node did not start: ${stderr}`)), reject);
    });
  });
  after(async () => {
    stop('SIGKILL');
    await ended;
    await rm(data, { recursive: true, force: true });
  });

  test('a function can be followed through runs, logs, code and removal', async () => {
    const source = 'def callme(a: int, b: int = 1):\n    print("dividing", a)\n    return a / b\n';
    const deployed = await runFob(['deploy', '-', '--name', 'divide', '--tag', 'kind=sum'], {
      environment: { FOB_URL: started.url },
      input: source,
    });
    assert.equal(deployed.code, 0, deployed.stderr);
    assert.equal((await fob('call', 'divide', 'a=4', 'b=2')).stdout, '2.0\n');
    const failed = await fob('call', 'divide', 'a=4', 'b=0');
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /ZeroDivisionError.*\n(.*\n)*.*line 3/);
    assert.equal((await fob('call', 'divide', 'c=4')).code, 1);
    assert.equal((await fob('code', 'divide')).stdout, source);
    assert.match((await fob('logs', 'divide')).stdout, /dividing 4\n/);
    assert.match((await fob('runs', 'divide', '--status', 'failed')).stdout, /ZeroDivisionError/);
    assert.match((await fob('list', '--tag', 'kind=sum')).stdout, /^divide /m);
    assert.match((await fob('set', 'divide', '--memory', '256')).stdout, /version 2/);
    assert.equal((await fob('rm', 'divide')).code, 0);
    assert.equal((await fob('call', 'divide')).code, 3);
  });

  test('a refused deployment says the line, and registers nothing', async () => {
    const { code, stderr } = await runFob(['deploy', '-', '--name', 'broken', '--runtime', 'python'], {
      environment: { FOB_URL: started.url },
      input: 'def callme():\n  return (\n',
    });
    assert.equal(code, 5);
    assert.match(stderr, /line 2|line 3/);
    assert.equal((await fob('show', 'broken')).code, 3);
  });

  test('a backup brings back what was removed', async () => {
    const file = join(data, 'backup.tar');
    await fob('deploy', join(EXAMPLES, 'hello-python', 'hello.py'), '--name', 'kept');
    assert.equal((await fob('backup', file)).code, 0);
    await fob('rm', 'kept');
    assert.equal((await fob('restore', file, '--yes')).code, 0);
    assert.equal((await fob('call', 'kept')).stdout, '42\n');
  });

  test('a second node is told who has the data folder, or the port', async () => {
    const second = await runFob(['up', '--port', '0', '--data', data, '--no-install']);
    assert.equal(second.code, 5);
    assert.match(second.stderr, /data folder/);
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const third = await runFob(['up', '--port', String(port), '--data', join(data, 'other'), '--no-install']);
    holder.close();
    assert.equal(third.code, 5);
    assert.match(third.stderr, new RegExp(`port ${port} is taken.*\nchoose another with: `));
  });

  test('SIGTERM ends it cleanly', async () => {
    stop('SIGTERM');
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.match(stderr, /stopped\n$/);
    assert.match(await readFile(started.log, 'utf8'), /the node is ready/);
    assert.equal((await fob('list')).code, 4);
  });
});
