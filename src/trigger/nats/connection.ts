import type { Authenticator, ConnectionOptions, MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import {
  AuthorizationError,
  connect,
  credsAuthenticator,
  PermissionViolationError,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from '@nats-io/transport-node';
import { tlsOf } from '../tls.ts';
import type { NatsOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** A connection whose other end is gone is noticed after so long, times `MAX_PINGS`. */
const PING_MS = 15_000;
const MAX_PINGS = 2;

/**
 * Connects, hands the connection to `use`, and closes it when the signal aborts or the connection is lost; rejects in the
 * latter case, and with what `use` rejects with. `gone` aborts first of all.
 */
export async function connectNats(
  name: string,
  options: NatsOptions,
  signal: AbortSignal,
  use: (connection: NatsConnection, gone: AbortSignal) => Promise<void>,
): Promise<void> {
  const connection = await connect(settingsOf(name, options));
  const lost = new AbortController();
  const gone = AbortSignal.any([signal, lost.signal]);
  const closed = connection.closed().then((error) => {
    lost.abort();
    return error;
  });
  try {
    await use(connection, gone);
    if (signal.aborted) return;
    const error = lost.signal.aborted ? await closed : undefined;
    throw error ?? new Error(`the connection to ${options.url} ended`);
  } finally {
    // Ends what the server has in hand for us, and sends what was said last, before it closes.
    if (lost.signal.aborted) await connection.close();
    else await connection.drain();
  }
}

/** Whether the server answered and will not have us. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof PermissionViolationError;
}

function settingsOf(name: string, options: NatsOptions): ConnectionOptions {
  const servers = options.url.split(',').map((server) => server.replace(/^(?:nats|tls):\/\//, ''));
  const authenticator = authenticatorOf(options);
  return {
    servers,
    name: `fob-${name}`,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_MS,
    maxPingOut: MAX_PINGS,
    // A lost connection ends the session; the next one sets everything up anew.
    reconnect: false,
    ...(authenticator !== undefined && { authenticator }),
    ...(needsTls(options) && { tls: { ...tlsOf(options), ...hostOf(servers) } }),
  };
}

function needsTls({ url, ca, cert }: NatsOptions): boolean {
  return url.startsWith('tls://') || ca !== '' || cert !== '';
}

/** The certificate of a server that is addressed by a number is checked against that number. */
function hostOf(servers: readonly string[]): { host?: string } {
  const [only, ...others] = servers;
  return others.length > 0 ? {} : { host: new URL(`tls://${only}`).hostname };
}

function authenticatorOf({ username, password, token, credentials }: NatsOptions): Authenticator | undefined {
  if (credentials !== '') return credsAuthenticator(new TextEncoder().encode(credentials));
  if (token !== '') return tokenAuthenticator(token);
  if (username !== '') return usernamePasswordAuthenticator(username, password);
  return undefined;
}

/** A message's headers as an extension attribute, and the content type that they name. */
export function headersOf(headers: MsgHdrs | undefined): { contentType?: string; extension: { headers?: string } } {
  if (headers === undefined) return { extension: {} };
  const pairs = [...headers].flatMap(([name, values]) => values.map((value) => [name, value]));
  const contentType = pairs.find(([name]) => name?.toLowerCase() === 'content-type')?.[1];
  return {
    ...(contentType !== undefined && { contentType }),
    extension: pairs.length === 0 ? {} : { headers: JSON.stringify(pairs) },
  };
}
