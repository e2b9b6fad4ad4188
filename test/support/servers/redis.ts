import { findServer, startServer, type TestServer } from './server.ts';

const PROGRAM = findServer('/usr/bin/redis-server', '/usr/local/bin/redis-server');

/** Why there is no Redis here; `false` where there is. */
export const noRedis: string | false = PROGRAM === undefined && 'redis-server is not installed';

/** Starts a Redis that writes every change to disk before it answers. */
export function startRedis(...words: readonly string[]): Promise<TestServer> {
  return startServer({
    name: 'redis',
    command: (folder, port) => [
      PROGRAM!,
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
      ...words,
    ],
  });
}
