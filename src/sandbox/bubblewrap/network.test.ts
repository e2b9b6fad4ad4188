import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NetworkAccess, Sandboxes, SandboxSpec } from '../sandbox.ts';
import { checkMachine } from './checks.ts';
import { HostNames } from './host-names.ts';
import { createBubblewrapSandboxes } from './index.ts';
import { joinNetwork } from './network.ts';
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
  socket.setTimeout(60000, () => { resolve('silence'); socket.destroy(); });
});
Promise.all(process.argv.slice(1).map(reach)).then((all) => { console.log(JSON.stringify(all)); process.exit(); });`;

const NOBODY = 65_534;
const RUN_ONE = fileURLToPath(new URL('./testing/run-one.ts', import.meta.url));
const execute = promisify(execFile);
/** Whether the folder of the project is open to other users: somebody's home may not be. */
const isOpen = spawnSync('test', ['-r', RUN_ONE], { uid: NOBODY, gid: NOBODY }).status === 0;

for (const user of ['root', 'another user'] as const)
  describe(`the rules of a network, where the node is ${user}`, {
    skip: skip || (user !== 'root' && !isOpen && 'the folder of the project is closed to others'),
  }, () => {
    let folder: string;
    let sandboxes: Sandboxes | undefined;
    let machine: OtherMachine;
    let count = 0;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'fob-network-'));
      mkdirSync(join(folder, 'run'));
      if (user === 'root') sandboxes = await createBubblewrapSandboxes({ runFolder: join(folder, 'run') });
      else {
        chmodSync(folder, 0o711);
        chownSync(join(folder, 'run'), NOBODY, NOBODY);
      }
      machine = await startOtherMachine([OPEN, OTHER]);
    });
    after(async () => {
      await machine?.close();
      await sandboxes?.close();
      rmSync(folder, { recursive: true });
    });

    async function runAsNobody(spec: SandboxSpec): Promise<string> {
      const words = [RUN_ONE, join(folder, 'run'), JSON.stringify(spec)];
      const { stdout } = await execute(process.execPath, words, { uid: NOBODY, gid: NOBODY, cwd: '/' });
      return stdout;
    }

    async function run(network: NetworkAccess, command: readonly string[]): Promise<string> {
      const spec: SandboxSpec = {
        id: `network-${++count}`,
        command,
        environment: { PATH: '/usr/sbin:/usr/bin:/bin' },
        mounts: [{ hostPath: process.execPath, path: '/fob/node' }],
        limits: { memoryMb: 128, maxProcesses: 64, maxOpenFiles: 100, tmpMb: 8 },
        network,
      };
      if (sandboxes === undefined) return await runAsNobody(spec);
      const sandbox = await sandboxes.start(spec);
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
        nsenter --user=/proc/1/ns/user --net=/proc/1/ns/net --preserve-credentials ip $change 2>/dev/null && echo "entered $change"
        unshare --user --map-root-user ip $change 2>/dev/null && echo "mapped $change"
        unshare --map-root-user --net --user ip $change 2>/dev/null && echo "another $change"
      done
      perl -e 'open(N, "<", "/proc/self/ns/user") && ioctl(N, 0xb702, 0) && print "the namespace around it is open\\n"'
      setpriv --inh-caps +net_admin --ambient-caps +net_admin ip rule add priority 1 lookup main 2>/dev/null && echo kept
      grep -v '0000000000000000$' /proc/self/status | grep ^Cap
      echo end`,
      ]);
      assert.equal(attempts, 'end');
    });

    test('any: private networks, too, for builds', async () => {
      assert.deepEqual(await reach('any', `${machine.privateAddress}:${OTHER}`), ['here']);
    });
  });

test('a node that cannot set rules refuses what needs them, and says why', async () => {
  const names = new HostNames({ warn: () => assert.fail('nothing is resolved') });
  const rest = { processes: { outer: 1, inner: 1 }, uid: undefined, hostsFile: '/none', hostsHead: '', names };
  const noRules = 'the kernel grants no namespaces';
  for (const access of ['internet', { hosts: ['192.0.2.1:80'] }] as const) {
    await assert.rejects(joinNetwork({ ...rest, access, noRules }), /cannot be kept .*the kernel grants no namespaces/);
  }
});
