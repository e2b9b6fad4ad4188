import { execFileSync } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { findServer, startServer, type TestServer } from './server.ts';

const BIN = '/usr/lib/postgresql/15/bin';
const PROGRAM = findServer(`${BIN}/postgres`);
/** PostgreSQL refuses to run as root: it runs as nobody then. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/** Why there is no PostgreSQL here; `false` where there is. */
export const noPostgres: string | false = PROGRAM === undefined && 'PostgreSQL 15 is not installed';

/** Starts a PostgreSQL with logical replication; user and database are `postgres`, without a password. */
export function startPostgres(...settings: readonly string[]): Promise<TestServer> {
  return startServer({
    name: 'postgres',
    group: true,
    ...NOBODY,
    command(folder, port) {
      const data = join(folder, 'data');
      if (!existsSync(data)) {
        if (NOBODY !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
        const words = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
        execFileSync(`${BIN}/initdb`, words, { stdio: 'ignore', env: { LC_ALL: 'C' }, cwd: folder, ...NOBODY });
      }
      const given = [
        'listen_addresses=127.0.0.1',
        'wal_level=logical',
        `unix_socket_directories=${folder}`,
        ...settings,
      ];
      const words = [PROGRAM!, '-D', data, '-p', String(port), ...given.flatMap((setting) => ['-c', setting])];
      // After a kill, it does not start before the last of its processes has noticed.
      return ['/bin/sh', '-c', 'until "$@"; do sleep 0.1; done', 'sh', ...words];
    },
    ready: (port) => answers(port),
  });
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
