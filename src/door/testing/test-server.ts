import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { systemClock } from '../../model/clock.ts';
import type { StoredFunction } from '../../model/function.ts';
import { type Settings, SettingsSchema } from '../../model/settings.ts';
import type { Journal } from '../../store/journal.ts';
import type { Store } from '../../store/store.ts';
import type { ServerDeps } from '../context.ts';
import { createServer, type DoorServer } from '../server.ts';

import { EngineDouble } from './engine-double.ts';
import { JournalDouble } from './journal-double.ts';

/** As a node is before it has users. */
const NO_USERS = {
  hasUsers: false,
  hasOpenFunctions: false,
  authenticate: () => undefined,
  listed: () => undefined,
} as unknown as ServerDeps['identity'];

/** A running server over doubles, with what a test needs to reach behind it. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly engine: EngineDouble;
  readonly journal: JournalDouble;
  readonly logged: Record<string, unknown>[];
  readonly server: DoorServer;
  state: 'starting' | 'ready' | 'draining';
  /** Registers a function without going through a door. */
  add(name: string): Promise<StoredFunction>;
}

/** Starts a server on a free loopback port. */
export async function startTestServer(
  settings: Partial<Settings> = {},
  deps: Partial<ServerDeps> = {},
): Promise<TestServer> {
  const engine = new EngineDouble();
  const journal = new JournalDouble();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const store = {
    journal: journal as unknown as Journal,
    registry: { watch: () => () => {} },
    audit: { watch: () => () => {} },
    recordings: { find: async () => undefined },
    backup: async () => Readable.from([Buffer.from('a whole backup')]),
    restore: async (backup: Readable) => ({ documents: (await buffer(backup)).length, blobs: 1 }),
  } as unknown as Store;
  const server = await createServer({
    engine,
    deployer: engine,
    releases: { aliases: () => [] } as unknown as ServerDeps['releases'],
    // A test of these routes brings its own.
    events: { stats: async () => [] } as unknown as ServerDeps['events'],
    idempotency: {} as ServerDeps['idempotency'],
    services: {} as ServerDeps['services'],
    accessKeys: {} as ServerDeps['accessKeys'],
    governance: {} as ServerDeps['governance'],
    repositories: { list: () => [], onLook() {}, onChange: () => () => {} } as unknown as ServerDeps['repositories'],
    triggers: { enabled: () => [], list: async () => [] } as unknown as ServerDeps['triggers'],
    metrics: {
      totals: () => ({ series: [], overflowed: 0 }),
      watch: () => () => {},
    } as unknown as ServerDeps['metrics'],
    identity: NO_USERS,
    audit: { record: () => {}, close: () => {} },
    store,
    sandboxes: { name: 'process' },
    settings: { ...(Value.Default(SettingsSchema, {}) as Settings), port: 0, drainMs: 1_000, ...settings },
    log,
    nodeInfo: { version: '0.0.0-test', startedAtMs: Date.now(), state: () => test.state },
    map: { view: () => [], course: () => ({ stepMs: 60_000, steps: [] }), countedMs: () => 0, leftOut: 0 },
    spanCounts: () => ({ dropped: 0, sent: 0, unsent: 0 }),
    clock: systemClock,
    ...deps,
  });
  const { url, port } = await server.listen();
  const add = (name: string) =>
    engine.deploy({
      name,
      code: { form: 'inline', content: Buffer.from('def callme(): pass\n'), fileName: 'main.py' },
      config: {},
    });
  const test: TestServer = { url, port, engine, journal, logged, server, state: 'ready', add };
  return test;
}

/** One request with any headers, also ones that `fetch` forbids, and its whole answer. */
export async function ask(
  test: Pick<TestServer, 'port'>,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<{
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer; // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  json: any;
}> {
  const { body } = options;
  // node:http announces no length for methods that seldom have a body.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers =
    options.headers?.['transfer-encoding'] === undefined ? { ...length, ...options.headers } : options.headers;
  const req = request({ host: '127.0.0.1', port: test.port, method, path, agent: false, headers });
  req.end(body);
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  const bytes = await buffer(res);
  const text = bytes.toString();
  const isJson = /json/.test(res.headers['content-type'] ?? '') && !/ndjson/.test(res.headers['content-type'] ?? '');
  return { status: res.statusCode!, headers: res.headers, text, bytes, json: isJson ? JSON.parse(text) : undefined };
}
