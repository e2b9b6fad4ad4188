import { CLOSED_RANGES, type NetworkHost } from '../../model/network.ts';
import type { NetworkAccess } from '../sandbox.ts';

/** Where distributions keep programs of the system, which the search path of a service may lack. */
export const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
/** Address of the resolver that slirp4netns answers as, inside. */
export const RESOLVER = '10.0.2.3';

/** Networks that are not the Internet (RFC 6890): private ones, those of carriers, and of benchmarks. */
export const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
];

/** Order of the kernel's rules: the first that fits decides. */
const PRIORITY = { resolver: 100, closed: 200, open: 300, rest: 400 } as const;

/** An address, as a name has it, with the ports of it that are open. */
export type OpenRange = Pick<NetworkHost, 'fromPort' | 'toPort' | 'protocol'> & { readonly range: string };

/**
 * The rules of a sandbox's network as lines for `ip -batch`: the kernel asks them for the way of each connection and
 * datagram, and nothing inside may change them. `own` are addresses of this machine: connections from the sandbox come
 * from one of its processes, which would find them open.
 */
export function networkRules(access: Exclude<NetworkAccess, 'none' | 'any'>, own: readonly string[]): string[] {
  const closed = [...CLOSED_RANGES, ...own.map((address) => `${address}/32`)].map((range) =>
    refuse(range, PRIORITY.closed),
  );
  if (access !== 'internet') return [...closed, `rule add priority ${PRIORITY.rest} prohibit`];
  return [
    ...['udp', 'tcp'].map(
      (protocol) => `rule add priority ${PRIORITY.resolver} to ${RESOLVER}/32 ipproto ${protocol} dport 53 lookup main`,
    ),
    ...closed,
    ...PRIVATE.map((range) => refuse(range, PRIORITY.rest)),
  ];
}

/** The rule that opens ports of an address, as a line for `ip -batch`. */
export function openRule(change: 'add' | 'del', { range, fromPort, toPort, protocol }: OpenRange): string {
  return `rule ${change} priority ${PRIORITY.open} to ${range} ipproto ${protocol} dport ${fromPort}-${toPort} lookup main`;
}

function refuse(range: string, priority: number): string {
  return `rule add priority ${priority} to ${range} prohibit`;
}
