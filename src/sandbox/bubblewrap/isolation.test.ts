import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Sandboxes, SandboxSpec } from '../sandbox.ts';
import { checkMachine } from './checks.ts';
import { createBubblewrapSandboxes } from './index.ts';

const checks = await checkMachine();
const hasNetwork = checks.some(({ name, state }) => name === 'function network' && state === 'ok');

describe('what a sandbox sees and may do', () => {
  let folder: string;
  let sandboxes: Sandboxes;
  let count = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fob-isolation-'));
    sandboxes = await createBubblewrapSandboxes({ runFolder: join(folder, 'run') });
  });
  after(async () => {
    await sandboxes.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a shell script or, with `node`, a JavaScript text in a sandbox, and returns what it printed. */
  async function run(script: string, more: Partial<SandboxSpec> & { node?: boolean } = {}) {
    const { node, ...spec } = more;
    const sandbox = await sandboxes.start({
      id: `isolation-${++count}`,
      command: node ? ['/fob/node', '-e', script] : ['/bin/sh', '-c', script],
      environment: { PATH: '/usr/bin:/bin' },
      mounts: node ? [{ hostPath: process.execPath, path: '/fob/node' }] : [],
      limits: { memoryMb: 128, maxProcesses: 64, maxOpenFiles: 100, tmpMb: 8 },
      network: 'none',
      ...spec,
    });
    sandbox.channel.resume();
    const [out, err] = await Promise.all([text(sandbox.stdout), text(sandbox.stderr)]);
    return { out: out.trim(), err: err.trim(), exit: await sandbox.exited };
  }

  test('its root holds what programs need and nothing of the host', async () => {
    const { out } = await run('ls -A / /etc; ls -A /tmp /dev/shm /var');
    // What was granted to a function would be reached there; nothing was.
    assert.equal((await run('ls -RA /run')).out, '/run:\nfob\n\n/run/fob:');
    const names = out.split(/\s+/);
    for (const hidden of ['home', 'root', 'sys', 'boot', 'srv', 'opt', 'mnt', 'media', 'shadow', 'hostname', 'ssh']) {
      assert.ok(!names.includes(hidden), hidden);
    }
    assert.ok(names.includes('usr') && names.includes('passwd'));
  });

  test('host files, the run folder and the data of others are not there', async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'secret');
    const { out } = await run(`for path in ${secret} ${folder} /root /home /etc/shadow /proc/1/root/${secret}; do
      cat "$path" 2>/dev/null || ls "$path" 2>/dev/null; done; echo nothing`);
    assert.equal(out, 'nothing');
  });

  test('only its own processes exist', async () => {
    const { out } = await run('for pid in /proc/[0-9]*; do read -r name < $pid/comm; echo $name; done');
    assert.deepEqual(out.split('\n').sort(), ['sh', 'sh']);
  });

  test('it has descriptors 0 to 3 and no others', async () => {
    assert.equal((await run('readlink /proc/self/fd/0')).out, '/dev/null');
    // The shell itself holds the folder open while it lists it, as 4.
    const { out } = await run('for fd in /proc/self/fd/*; do echo "$fd"; done');
    assert.deepEqual(
      out
        .split('\n')
        .map((path) => path.slice('/proc/self/fd/'.length))
        .sort(),
      ['0', '1', '2', '3', '4'],
    );
  });

  test('an unprivileged user without capabilities or new privileges, behind the filter', async () => {
    const { out } = await run('id -u; id -g; cat /proc/self/status');
    assert.match(out, /^1000\n1000\n/);
    for (const line of [/^CapEff:\s0+$/m, /^CapPrm:\s0+$/m, /^CapBnd:\s0+$/m, /^CapAmb:\s0+$/m, /^NoNewPrivs:\s1$/m]) {
      assert.match(out, line);
    }
    assert.match(out, /^Seccomp:\s2$/m);
    assert.match(out, /^Groups:\s*(65534)?\s*$/m);
  });

  test('as root each sandbox is a user of its own on the host', {
    skip: process.getuid!() !== 0 && 'only root can give out users',
  }, async () => {
    const [one, other] = await Promise.all([run('cat /proc/self/uid_map'), run('cat /proc/self/uid_map')]);
    const outside = [one.out, other.out].map((map) => Number(map.split(/\s+/)[1]));
    assert.notEqual(outside[0], outside[1]);
    for (const uid of outside) assert.ok(uid! > 1_000);
  });

  test('nothing but /tmp and /dev/shm can be written', async () => {
    const { out } = await run(`for path in / /usr /etc /code /dev /var /proc /proc/sys/kernel; do
      (echo x > $path/probe) 2>/dev/null && echo $path; done
      echo x > /tmp/probe && echo x > /dev/shm/probe && echo fine`);
    assert.equal(out, 'fine');
  });

  test('/tmp ends at its size', async () => {
    const { out } = await run('head -c 20000000 /dev/zero > /tmp/big; stat -c %s /tmp/big');
    assert.equal(out, String(8 * 1_048_576));
  });

  test('without a network there is loopback of its own alone', async (t) => {
    const port = await listen(t);
    const source = `
      const { connect, createServer } = require('node:net');
      const reach = (port, host) => new Promise((resolve) => connect(port, host).on('connect', () => resolve('reached')).on('error', (e) => resolve(e.code)));
      (async () => {
        const own = createServer(() => {}).listen(0, '127.0.0.1');
        await new Promise((resolve) => own.once('listening', resolve));
        console.log(Object.keys(require('node:os').networkInterfaces()).join(), await reach(${port}, '127.0.0.1'), await reach(80, '192.0.2.1'), await reach(own.address().port, '127.0.0.1'));
        process.exit();
      })();`;
    assert.equal((await run(source, { node: true })).out, 'lo ECONNREFUSED ENETUNREACH reached');
  });

  test('with the internet there is a way out, but not to the host loopback', {
    skip: !hasNetwork && 'needs slirp4netns and /dev/net/tun',
  }, async (t) => {
    const port = await listen(t);
    const source = `
      const reach = (port, host) => new Promise((resolve) => require('node:net').connect(port, host).on('connect', () => resolve('reached')).on('error', (e) => resolve(e.code)).setTimeout(2000, () => resolve('silence')));
      (async () => {
        console.log(Object.keys(require('node:os').networkInterfaces()).join());
        console.log(await reach(${port}, '127.0.0.1'), await reach(${port}, '10.0.2.2'));
        console.log(require('node:fs').readFileSync('/etc/resolv.conf', 'utf8'));
        process.exit();
      })();`;
    const { out, err } = await run(source, { node: true, network: 'internet' });
    const [interfaces, reached, resolver] = out.split('\n');
    assert.equal(interfaces, 'lo,tap0', err);
    assert.doesNotMatch(reached!, /reached/);
    assert.equal(resolver, 'nameserver 10.0.2.3');
  });

  test('a fork bomb ends at its limit, and the platform goes on', async () => {
    const { out, exit } = await run(
      `i=0; while test $i -lt 200; do (sleep 100 &) 2>/dev/null || break; i=$((i+1)); done
      ls -d /proc/[0-9]* | wc -l`,
      { limits: { memoryMb: 256, maxProcesses: 20, maxOpenFiles: 100, tmpMb: 8 } },
    );
    assert.ok(exit.reason === 'exited');
    assert.ok(out === '' || Number(out) <= 22, out);
    assert.equal((await run('echo fine')).out, 'fine');
  });

  test('open files end at their limit, and no core is written', async () => {
    const { out } = await run('ulimit -n; ulimit -H -n; ulimit -c');
    assert.equal(out, '100\n100\n0');
  });

  test('system calls that a function never needs are refused', async () => {
    const { out } = await run(`
      unshare --user true 2>/dev/null && echo unshare; mount -t tmpfs none /tmp 2>/dev/null && echo mount
      chroot / true 2>/dev/null && echo chroot; mknod /tmp/d b 8 0 2>/dev/null && echo mknod
      nsenter --target 1 --pid true 2>/dev/null && echo nsenter; dmesg 2>/dev/null && echo dmesg; echo end`);
    assert.equal(out, 'end');
  });

  test('code, mounts and build folders below a folder that only its owner may enter', async () => {
    const closed = join(folder, 'closed');
    for (const name of ['code', 'mount', 'build']) {
      mkdirSync(join(closed, name), { recursive: true });
      writeFileSync(join(closed, name, 'file'), name);
    }
    chmodSync(closed, 0o700);
    const { out, err } = await run('cat /code/file /fob/mount/file /build/file; echo changed > /build/file', {
      codeFolder: join(closed, 'code'),
      mounts: [{ hostPath: join(closed, 'mount'), path: '/fob/mount' }],
      buildFolder: join(closed, 'build'),
    });
    assert.equal(out, 'codemountbuild', err);
  });
});

/** A server on the host's loopback, for the time of a test. */
async function listen(t: TestContext): Promise<number> {
  const server = createServer((socket) => void socket.end('host'));
  t.after(() => server.close());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
