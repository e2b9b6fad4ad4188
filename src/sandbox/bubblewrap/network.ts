import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { parseNetworkHost } from '../../model/network.ts';
import type { NetworkAccess } from '../sandbox.ts';
import type { HostNames } from './host-names.ts';
import { NamedHosts } from './named-hosts.ts';
import { networkRules } from './network-rules.ts';
import { ownAddresses } from './own-addresses.ts';
import { type SandboxProcesses, setRules } from './rule-setter.ts';

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
  readonly processes: SandboxProcesses;
  /** The user whom the sandbox belongs to outside, where it is not this one. */
  readonly uid: number | undefined;
  /** Why this node cannot set rules (`whyNoRules`); `undefined` where it can. */
  readonly noRules: string | undefined;
  readonly names: HostNames;
  /** The file that the sandbox sees as `/etc/hosts`, and what it begins with. */
  readonly hostsFile: string;
  readonly hostsHead: string;
}

/**
 * Gives a sandbox its network, with the rules of what it may reach, before its program runs.
 *
 * User-mode networking: connections inside become connections of one ordinary process outside, so nothing inside gets a
 * right over the host's network. The rules are the kernel's, in the sandbox's own network namespace: setting them takes
 * a right that no process inside has, and that root has, or another user over what is within a namespace of its own
 * (`AROUND`). Where a machine grants neither, whatever needs rules is refused, rather than open to private networks.
 *
 * It ends with `stop`, with this process (its end of descriptor 4 closes), or with the sandbox.
 */
export async function joinNetwork(options: NetworkOptions): Promise<Network> {
  const { access, processes, names, hostsFile, hostsHead, noRules } = options;
  if (access !== 'any' && noRules !== undefined) {
    const rule = access === 'internet' ? '`internet`' : 'named `hosts`';
    throw new Error(`${rule} cannot be kept to what it may reach here: ${noRules}; \`fob doctor\` says what to do`);
  }
  const carrier = await startCarrier(options);
  const stop = (): void => void carrier.kill('SIGKILL');
  if (access === 'any') return { pid: carrier.pid!, pause() {}, resume() {}, stop };
  try {
    const run = (lines: readonly string[]): Promise<void> => setRules(processes, lines);
    await run(networkRules(access, ownAddresses()));
    if (access === 'internet') return { pid: carrier.pid!, pause() {}, resume() {}, stop };
    const hosts = access.hosts.flatMap((host) => parseNetworkHost(host) ?? []);
    const named = new NamedHosts({ hosts, names, hostsFile, hostsHead, run });
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

async function startCarrier({ processes, uid }: NetworkOptions): Promise<ChildProcess> {
  const child: ChildProcess = spawn(
    'slirp4netns',
    [
      '--configure',
      '--mtu=65520',
      '--disable-host-loopback',
      '--ready-fd=3',
      '--exit-fd=4',
      String(processes.inner),
      'tap0',
    ],
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
