import { findServer, startServer, type TestServer } from './server.ts';

const PROGRAM = findServer('/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server');

/** Why there is no NATS here; `false` where there is. */
export const noNats: string | false = PROGRAM === undefined && 'nats-server is not installed';

/** Starts a NATS server with JetStream that keeps its streams on disk. */
export function startNats(...words: readonly string[]): Promise<TestServer> {
  return startServer({
    name: 'nats',
    command: (folder, port) => [PROGRAM!, '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder, ...words],
  });
}
