import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Where machines of a cloud keep their own credentials; nothing that was published belongs there. */
const metadata = new BlockList();
metadata.addSubnet('169.254.0.0', 16, 'ipv4');
metadata.addSubnet('fe80::', 10, 'ipv6');
metadata.addAddress('fd00:ec2::254', 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('0.0.0.0', 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

/** Which addresses errands may go to: any, except the node itself and link-local ones. */
export interface Reach {
  /** Why this one may not be reached; `undefined` where it may. */
  refusal(url: URL): string | undefined;
  /** For one connection to a port: resolves names to permitted addresses only. */
  lookup(port: number): LookupFunction;
}

/** `ownPort`: where the node listens, once it does. */
export function createReach(ownPort: () => number | undefined): Reach {
  const refusedAddress = (address: string, port: number): string | undefined => {
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (metadata.check(address, family)) return `${address} is link-local, where nothing is delivered to`;
    if (port !== ownPort()) return undefined;
    const isOwn =
      loopback.check(address, family) ||
      Object.values(networkInterfaces()).some((each) => each?.some((own) => own.address === address));
    return isOwn ? 'that is this node itself; subscribe the function, queue or topic by its name instead' : undefined;
  };
  return {
    refusal(url) {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      return isIP(host) === 0 ? undefined : refusedAddress(host, portOf(url));
    },
    lookup: (port) => (hostname, options, callback) => {
      systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        const allowed = addresses.filter(({ address }) => refusedAddress(address, port) === undefined);
        const first = allowed[0];
        if (first === undefined) {
          const why = refusedAddress(addresses[0]?.address ?? '', port) ?? 'it has no address';
          return callback(new Error(`${hostname} may not be reached: ${why}`), '', 0);
        }
        if (options.all === true) callback(null, allowed);
        else callback(null, first.address, first.family);
      });
    },
  };
}

/** The port of a URL, the usual one of its protocol where it names none. */
export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
