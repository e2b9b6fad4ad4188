import { isIPv4 } from 'node:net';
import { Problem } from './problem.ts';
import type { Settings } from './settings.ts';

/** Whether an address or name that one can listen on is reachable from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Throws `invalid_request` for settings that would open the node to other machines without a credential. */
export function assertMayListen({ host, token }: Pick<Settings, 'host' | 'token'>): void {
  if (isLoopback(host) || token !== '') return;
  throw new Problem(
    'invalid_request',
    `host ${JSON.stringify(host)} is reachable from other machines, so a token is required: give one with --token or ` +
      'FOB_TOKEN, such as the output of: openssl rand -hex 24',
  );
}

/** The socket in the data folder by which whoever owns the folder is the node's operator. */
export const OPERATOR_SOCKET = 'operator.sock';
