import pg, { type ClientConfig } from 'pg';
import { tlsOf } from '../tls.ts';
import type { PostgresOptions } from './options.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 10_000;

/** A connection to the trigger's database, for one session. */
export function settingsOf(name: string, options: PostgresOptions): ClientConfig {
  const { hostname, port, pathname } = new URL(options.url);
  const { username, password } = options;
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 5_432 : Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    application_name: `fob-${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // Values come as texts: these say how they are written, whatever the server's defaults are.
    options: '-c datestyle=ISO -c bytea_output=hex -c extra_float_digits=3',
    ...(username !== '' && { user: username }),
    ...(password !== '' && { password }),
    ssl: options.tls || options.ca !== '' || options.cert !== '' ? tlsOf(options) : false,
  };
}

/** Connects, uses and closes. */
export async function withClient<T>(config: ClientConfig, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config);
  // What breaks the connection rejects what is under way too; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Whether the server answered and will not have us: credentials, database, rights, or what is not there. */
export function isRefusal(error: unknown): boolean {
  const code = error instanceof pg.DatabaseError ? (error.code ?? '') : '';
  return /^(?:28|3D|42)/.test(code);
}
