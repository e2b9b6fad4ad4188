import { BlockList, isIPv4 } from 'node:net';

/**
 * What a function may reach: nothing at all; the platform's services that it was granted; those and named hosts; or those
 * and the Internet without private networks.
 */
export const NETWORK_RULES = ['none', 'services', 'hosts', 'internet'] as const;
export type NetworkRule = (typeof NETWORK_RULES)[number];

/**
 * A host and port that a function may reach, as one text: `api.github.com:443`, `10.1.2.3:5432`, `10.1.0.0/16:5432`, with a
 * range of ports `:8000-8099`, or with `/udp` at its end. IPv4 only: a sandbox's network has no IPv6.
 */
export const NETWORK_HOST_PATTERN =
  '^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})(?:/[0-9]{1,2})?:[0-9]{1,5}(?:-[0-9]{1,5})?(?:/(?:tcp|udp))?$';

/** An address or a range of them, as CIDR; or a name that is yet to be resolved. */
export interface NetworkHost {
  readonly name?: string;
  readonly range?: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly protocol: 'tcp' | 'udp';
}

const PARTS = /^(?<host>[^:/]+)(?:\/(?<bits>\d+))?:(?<from>\d+)(?:-(?<to>\d+))?(?:\/(?<protocol>tcp|udp))?$/;
/** The kernel's rules know no higher one. */
const MAX_PORT = 65_534;

/** Reads a host; `undefined` where it is none. */
export function parseNetworkHost(text: string): NetworkHost | undefined {
  const { host, bits, from, to, protocol = 'tcp' } = PARTS.exec(text)?.groups ?? {};
  if (host === undefined || from === undefined || text.length > 300) return undefined;
  const fromPort = Number(from);
  const toPort = to === undefined ? fromPort : Number(to);
  if (fromPort < 1 || toPort > MAX_PORT || fromPort > toPort) return undefined;
  const ports = { fromPort, toPort, protocol: protocol as 'tcp' | 'udp' };
  if (isIPv4(host)) return Number(bits ?? 32) > 32 ? undefined : { range: `${host}/${Number(bits ?? 32)}`, ...ports };
  // What consists of digits and dots is no name but an address that is wrong.
  if (bits !== undefined || /^[\d.]+$/.test(host) || !isHostName(host)) return undefined;
  return { name: host.toLowerCase(), ...ports };
}

function isHostName(name: string): boolean {
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  );
}

/** What no function reaches, however it asks: the machine itself, the link's own services (a cloud's metadata among them), and what is no address of one host. */
export const CLOSED_RANGES = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'] as const;

const CLOSED = CLOSED_RANGES.map((range) => {
  const [address, bits] = range.split('/') as [string, string];
  const list = new BlockList();
  list.addSubnet(address, Number(bits));
  return { list, bits: Number(bits) };
});

/** Whether naming a host opens nothing, because all of it stays closed whatever is named. */
export function isNeverOpen({ name, range }: NetworkHost): boolean {
  if (range === undefined) return name === 'localhost' || name?.endsWith('.localhost') === true;
  const [address, bits] = range.split('/') as [string, string];
  return CLOSED.some((closed) => Number(bits) >= closed.bits && closed.list.check(address));
}
