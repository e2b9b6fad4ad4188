import { networkInterfaces } from 'node:os';

/** The IPv4 addresses by which this machine is reached: a sandbox's connections come from one of its processes, which would find them open. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
