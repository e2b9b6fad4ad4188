import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { NetworkAccess, Sandboxes } from '../sandbox.ts';
import { checkMachine } from './checks.ts';
import { createBubblewrapSandboxes } from './index.ts';
import { type OtherMachine, startOtherMachine } from './testing/other-machine.ts';

const checks = await checkMachine();
const hasNetwork = checks.some(({ name, state }) => name === 'function network' && state === 'ok');
const skip = process.getuid!() === 0 ? !hasNetwork && 'needs slirp4netns and /dev/net/tun' : 'needs root';

const OPEN = 8_080;
const OTHER = 8_081;

/** Says of each `host:port` how an attempt to connect to it ended. */
const REACH = `
const net = require('node:net');
const reach = (target) => new Promise((resolve) => {
  const [host, port] = target.split(':');
  const socket = net.connect(Number(port), host);
  socket.on('data', (data) => { resolve(String(data)); socket.destroy(); });
  socket.on('error', (error) => resolve(error.code));
  socket.setTimeout(5000, () => { resolve('silence'); socket.destroy(); });
});
Promise.all(process.argv.slice(1).map(reach)).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;

describe('the rules of a network', { skip }, () => {
  let folder: string;
  let sandboxes: Sandboxes;
  let machine: OtherMachine;
  let count = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fob-network-'));
    sandboxes = await createBubblewrapSandboxes({ runFolder: join(folder, 'run') });
    machine = await startOtherMachine([OPEN, OTHER]);
  });
  after(async () => {
    await machine?.close();
    await sandboxes.close();
    rmSync(folder, { recursive: true });
  });

  async function run(network: NetworkAccess, command: readonly string[]): Promise<string> {
    const sandbox = await sandboxes.start({
      id: `network-${++count}`,
      command,
      environment: { PATH: '/usr/sbin:/usr/bin:/bin' },
      mounts: [{ hostPath: process.execPath, path: '/fob/node' }],
      limits: { memoryMb: 128, maxProcesses: 64, maxOpenFiles: 100, tmpMb: 8 },
      network,
    });
    sandbox.channel.resume();
    const [out, err] = await Promise.all([text(sandbox.stdout), text(sandbox.stderr)]);
    await sandbox.exited;
    return out.trim() || err.trim();
  }

  const reach = async (network: NetworkAccess, ...targets: string[]): Promise<string[]> =>
    JSON.parse(await run(network, ['/fob/node', '-e', REACH, ...targets]));

  test('internet: what is not private is reached; private networks and this machine are not', async (t) => {
    const { publicAddress, privateAddress, ownAddresses } = machine;
    const server = createServer((socket) => socket.end('this machine')).listen(0, '0.0.0.0');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const [reached, ...refused] = await reach(
      'internet',
      `${publicAddress}:${OPEN}`,
      `${privateAddress}:${OPEN}`,
      ...ownAddresses.map((address) => `${address}:${port}`),
      `10.0.2.2:${port}`,
      `10.0.2.3:${port}`,
      '169.254.169.254:80',
    );
    assert.equal(reached, 'here');
    assert.deepEqual(new Set(refused), new Set(['EACCES']));
  });

  test('hosts: the ports that are named are reached, and nothing else', async () => {
    const { publicAddress, privateAddress } = machine;
    // One is named twice, which opens no more.
    const hosts = [`${privateAddress}:${OPEN}`, `${privateAddress}:${OPEN}`, '127.0.0.1:1-65534'];
    const [reached, ...refused] = await reach(
      { hosts },
      `${privateAddress}:${OPEN}`,
      `${privateAddress}:${OTHER}`,
      `${publicAddress}:${OPEN}`,
      '10.0.2.2:80',
      '10.0.2.3:53',
      '8.8.8.8:53',
    );
    assert.equal(reached, 'here');
    assert.deepEqual(new Set(refused), new Set(['EACCES']));
    const ranges = [`${publicAddress}/31:${OPEN}-${OTHER}`];
    assert.deepEqual(await reach({ hosts: ranges }, `${publicAddress}:${OPEN}`, `${publicAddress}:${OTHER}`), [
      'here',
      'here',
    ]);
  });

  test('hosts: a name that leads to this machine opens nothing, and others are not known', async () => {
    const [loopback, unknown] = await reach({ hosts: ['localhost:1-65534'] }, '127.0.0.2:80', 'example.org:443');
    assert.equal(loopback, 'ECONNREFUSED', 'its own loopback is all that it has');
    assert.match(unknown!, /EAI_AGAIN|ENOTFOUND/);
  });

  test('nothing inside can change the rules', async () => {
    const attempts = await run({ hosts: [`${machine.privateAddress}:${OPEN}`] }, [
      '/bin/sh',
      '-c',
      `for change in 'rule add priority 1 lookup main' 'rule del priority 400' 'route add 10.0.0.0/8 dev tap0' 'link set tap0 down'; do
        ip $change 2>/dev/null && echo "$change"
        nsenter --net=/proc/1/ns/net ip $change 2>/dev/null && echo "again $change"
        unshare --user --map-root-user ip $change 2>/dev/null && echo "mapped $change"
      done; echo end`,
    ]);
    assert.equal(attempts, 'end');
  });

  test('any: private networks, too, for builds', async () => {
    assert.deepEqual(await reach('any', `${machine.privateAddress}:${OTHER}`), ['here']);
  });
});
