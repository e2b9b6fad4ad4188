import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { homedir, hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Things of the host that no function may reach, and what was seen of somebody reaching them. */
export interface Host {
  /** What an attacker is told on purpose. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** A text that stands in every secret. */
  readonly marker: string;
  /** Fails where a trap was touched: a connection came, or the process was ended. */
  assertUntouched(): void;
  close(): Promise<void>;
}

const HOST_VARIABLE = 'FOB_ATTACK_HOST_SECRET';

/** Sets the traps: secret files, a process, listeners on loopback and on Unix sockets, a variable in this environment. */
export async function createHost(): Promise<Host> {
  const marker = randomBytes(12).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'fob-attack-'));
  const home = await mkdtemp(join(homedir(), '.fob-attack-'));
  const secretFile = join(folder, 'secret');
  const homeFile = join(home, 'secret');
  for (const file of [secretFile, homeFile]) await writeFile(file, marker, { mode: 0o644 });
  process.env[HOST_VARIABLE] = marker;

  const hostProcess = `fob-host-${marker}`;
  const victim = spawn('sleep', ['600'], { argv0: hostProcess, stdio: 'ignore', env: { [HOST_VARIABLE]: marker } });
  await once(victim, 'spawn');

  let connections = 0;
  const listen = async (address: object): Promise<Server> => {
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined).end(marker);
    }).listen(address);
    await once(server, 'listening');
    return server;
  };
  const abstractSocket = `fob-attack-${marker}`;
  const pathSocket = join(folder, 'socket');
  const tcp = await listen({ host: '127.0.0.1', port: 0 });
  const servers = [tcp, await listen({ path: pathSocket }), await listen({ path: `\0${abstractSocket}` })];

  return {
    marker,
    facts: {
      marker,
      secretFile,
      homeFile,
      abstractSocket,
      pathSocket,
      tcpPort: (tcp.address() as AddressInfo).port,
      addresses: addresses(),
      hostName: hostname(),
      hostVariable: HOST_VARIABLE,
      hostProcess,
      hostPid: victim.pid,
      nodePid: process.pid,
    },
    assertUntouched() {
      if (connections > 0) throw new Error(`${connections} connections came to listeners of the host`);
      if (hasEnded(victim)) throw new Error('the process of the host was ended');
    },
    async close() {
      delete process.env[HOST_VARIABLE];
      victim.kill('SIGKILL');
      if (!hasEnded(victim)) await once(victim, 'exit');
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      for (const each of [folder, home]) await rm(each, { recursive: true, force: true });
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** The host's own addresses, loopback aside. */
function addresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address);
}
