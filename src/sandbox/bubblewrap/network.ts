import { type ChildProcess, spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseNetworkHost } from '../../model/network.ts';
import type { NetworkAccess } from '../sandbox.ts';
import { NamedHosts } from './named-hosts.ts';
import { networkRules } from './network-rules.ts';

/** Where distributions keep `ip`, which the search path of a service may lack. */
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** The network of one sandbox. */
export interface Network {
  /** The process that carries its traffic. */
  readonly pid: number;
  /** The sandbox rests: nothing is to be done for it until `resume`. */
  pause(): void;
  resume(): void;
  stop(): void;
}

interface NetworkOptions {
  readonly access: Exclude<NetworkAccess, 'none'>;
  /** The first process of the sandbox, and the user whom it belongs to outside. */
  readonly pid: number;
  readonly uid: number | undefined;
  /** The file that the sandbox sees as `/etc/hosts`, and what it begins with. */
  readonly hostsFile: string;
  readonly hostsHead: string;
}

/**
 * Gives a sandbox its network, with the rules of what it may reach, before its program runs.
 *
 * User-mode networking: connections inside become connections of one ordinary process outside, so nothing inside gets a
 * right over the host's network. The rules are the kernel's, in the sandbox's own network namespace: setting them takes
 * a right that no process inside has. Only root can set them for the sandbox of another user; where the node is not root,
 * `internet` keeps out the host's loopback and no other private network, and named hosts are refused.
 *
 * It ends with `stop`, with this process (its end of descriptor 4 closes), or with the sandbox.
 */
export async function joinNetwork(options: NetworkOptions): Promise<Network> {
  const { access, pid, hostsFile, hostsHead } = options;
  const isRoot = process.getuid!() === 0;
  if (typeof access === 'object' && !isRoot) {
    throw new Error(
      'named hosts need a node that runs as root: choose the network rule services or internet, or start the node as root',
    );
  }
  const carrier = await startCarrier(options);
  const stop = (): void => void carrier.kill('SIGKILL');
  if (access === 'any' || !isRoot) return { pid: carrier.pid!, pause() {}, resume() {}, stop };
  try {
    const run = (lines: readonly string[]): Promise<void> => runIp(pid, lines);
    await run(networkRules(access, ownAddresses()));
    if (access === 'internet') return { pid: carrier.pid!, pause() {}, resume() {}, stop };
    const hosts = access.hosts.flatMap((host) => parseNetworkHost(host) ?? []);
    const named = new NamedHosts({ hosts, hostsFile, hostsHead, run });
    await named.open();
    return {
      pid: carrier.pid!,
      pause: () => named.pause(),
      resume: () => named.resume(),
      stop() {
        named.pause();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function startCarrier({ pid, uid }: NetworkOptions): Promise<ChildProcess> {
  const child: ChildProcess = spawn(
    'slirp4netns',
    ['--configure', '--mtu=65520', '--disable-host-loopback', '--ready-fd=3', '--exit-fd=4', String(pid), 'tap0'],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    },
  );
  const [, , errors, ready, exit] = child.stdio as unknown as [null, null, Readable, Readable, Writable];
  let said = '';
  errors.setEncoding('utf8').on('data', (more: string) => {
    said = (said + more).slice(-1_000);
  });
  exit.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    ready.once('data', () => resolve());
    child.once('error', (cause) => reject(new Error('slirp4netns cannot be started', { cause })));
    child.once('exit', () => reject(new Error(`slirp4netns ended: ${said.trim()}`)));
  });
  return child;
}

/** Runs lines of `ip -batch` in the network namespace of a process. */
async function runIp(pid: number, lines: readonly string[]): Promise<void> {
  const child = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, 'ip', '-batch', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { PATH: SYSTEM_PATH },
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error('the rules of its network need nsenter and ip (iproute2)', { cause })),
    );
    child.once('close', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${lines.join('\n')}\n`);
  const [said, ended] = await Promise.all([text(child.stderr), code]);
  if (ended !== 0) throw new Error(`the rules of its network cannot be set: ${said.trim().slice(0, 500)}`);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
