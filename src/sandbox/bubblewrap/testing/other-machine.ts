import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A machine beside this one: a network namespace at the other end of a virtual cable. */
export interface OtherMachine {
  /** Its address in a network that is not private. */
  readonly publicAddress: string;
  /** Its address in a private network. */
  readonly privateAddress: string;
  /** Addresses of this machine in the same networks. */
  readonly ownAddresses: readonly string[];
  /** Ends it, with all that was made for it. */
  close(): Promise<void>;
}

/** Of a process that runs at the same time they are mostly others. */
const first = 4 * (process.pid % 63);
/** Addresses kept for examples (RFC 5737), and private ones that nobody is likely to have. */
const PUBLIC = [`203.0.113.${first + 1}`, `203.0.113.${first + 2}`] as const;
const PRIVATE = [`10.213.77.${first + 1}`, `10.213.77.${first + 2}`] as const;

const SERVER = `
const net = require('node:net');
let left = process.argv.length - 1;
for (const port of process.argv.slice(1)) net.createServer((socket) => socket.end('here')).listen(Number(port), '0.0.0.0', () => { if (--left === 0) console.log('ready'); });
`;

/** Starts one that answers on these ports; needs root. */
export async function startOtherMachine(ports: readonly number[]): Promise<OtherMachine> {
  const name = `fob-test-${process.pid}`;
  const cable = `fobt${process.pid % 100_000}`;
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    await run('ip', ['netns', 'add', name]);
    undo.push(() => run('ip', ['netns', 'delete', name]));
    await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
    undo.push(() => run('ip', ['link', 'delete', cable]).catch(() => undefined));
    for (const [own, other] of [PUBLIC, PRIVATE]) {
      await run('ip', ['address', 'add', `${own}/30`, 'dev', cable]);
      await run('ip', ['-n', name, 'address', 'add', `${other}/30`, 'dev', 'eth0']);
    }
    await run('ip', ['link', 'set', cable, 'up']);
    await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    const server = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', SERVER, ...ports.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.push(async () => {
      server.kill('SIGKILL');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    });
    await once(server.stdout, 'data');
    return { publicAddress: PUBLIC[1], privateAddress: PRIVATE[1], ownAddresses: [PUBLIC[0], PRIVATE[0]], close };
  } catch (error) {
    await close();
    throw error;
  }
}
