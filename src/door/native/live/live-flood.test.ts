import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openTestIdentity, type TestIdentity } from '../../../govern/identity/testing/open-identity.ts';
import { systemClock } from '../../../model/clock.ts';
import type { InvocationRecord } from '../../../store/journal.ts';
import type { Watcher } from '../../../store/watchers.ts';
import type { ServerDeps } from '../../context.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const USERS = ['ada', 'bob', 'eve', 'kim'];
const TABS_OF_EACH = 25;
const FUNCTIONS = 1_000;
const ENDS = 20_000;

describe('the live feed, with all its places taken', () => {
  let identity: TestIdentity;
  let server: TestServer;
  const ended = new Set<(record: InvocationRecord) => void>();
  const tokens: string[] = [];
  const watchers = new Map<string, Watcher>();
  const watchable = (kind: string) => ({
    watch: (onChange: Watcher) => {
      watchers.set(kind, onChange);
      return () => watchers.delete(kind);
    },
  });

  before(async () => {
    identity = await openTestIdentity(systemClock);
    for (const name of USERS) {
      const { token } = await identity.identity.putUser(name, { roles: ['administrator'] }, { token: {} });
      tokens.push(token!.text);
    }
    const tail = (_filter: unknown, _onLine: unknown, onRecord: (record: InvocationRecord) => void) => {
      ended.add(onRecord);
      return () => ended.delete(onRecord);
    };
    server = await startTestServer(
      {},
      {
        identity: identity.identity,
        store: {
          journal: { tail },
          registry: identity.store.registry,
          audit: { watch: () => () => {} },
        } as unknown as ServerDeps['store'],
        services: {
          queues: watchable('queues'),
          topics: watchable('topics'),
          errands: { watchDead: watchable('errands').watch },
          buckets: watchable('buckets'),
          keyValue: watchable('spaces'),
        } as unknown as ServerDeps['services'],
        events: watchable('events') as unknown as ServerDeps['events'],
      },
    );
  });
  after(async () => {
    await server.server.close();
    await identity.dispose();
  });

  const open = async (token: string): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET /v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    await once(socket, 'readable');
    return socket;
  };

  test('all hear of twenty thousand ends, but for those that do not read; one caller more is told to close one', async (t) => {
    const stalled: Socket[] = [];
    const reading: Socket[] = [];
    t.after(() => {
      for (const socket of [...stalled, ...reading]) socket.destroy();
    });
    for (const token of tokens) {
      for (let tab = 0; tab < TABS_OF_EACH; tab++) (tab < 3 ? stalled : reading).push(await open(token));
    }
    const refused = await ask(server, 'GET', '/v1/live', { headers: { authorization: `Bearer ${tokens[0]}` } });
    assert.equal(refused.status, 429);
    assert.match(refused.text, /ada has 25 streams open on this node.*close one/);

    const heard = reading.map(hear);
    for (let n = 0; n < ENDS; n++) {
      for (const tell of ended) tell({ function: `f${n % FUNCTIONS}`, status: 'succeeded' } as InvocationRecord);
      if (n % 500 === 0) await setImmediate();
    }
    assert.equal(ended.size, 1, 'the node listens once for all of them');
    await Promise.all(heard);
  });

  test('a hundred thousand moves, in five queues or in as many, are a few lines', async (t) => {
    const socket = await open(tokens[0]!);
    t.after(() => socket.destroy());
    let bytes = 0;
    const heard: string[][] = [];
    const told = Promise.withResolvers<void>();
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      bytes += chunk.length;
      const lines = (text + chunk).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        if (!line.startsWith('data: {"queues"')) continue;
        heard.push(JSON.parse(line.slice('data: '.length)).queues);
        if (heard.at(-1)!.includes('last')) told.resolve();
      }
    });
    const tell = watchers.get('queues')!;
    const startMs = performance.now();
    for (let n = 0; n < 50_000; n++) {
      tell(new Set([`q${n % 5}`]));
      if (n % 500 === 0) await setImmediate();
    }
    for (let n = 0; n < 50_000; n++) {
      tell(new Set([`flood-${n}`]));
      if (n % 10_000 === 0) await setImmediate();
    }
    const lasts = setInterval(() => tell(new Set(['last'])), 300);
    t.after(() => clearInterval(lasts));
    await told.promise;
    const intervals = Math.ceil((performance.now() - startMs) / 250) + 1;
    assert.ok(heard.length <= intervals, `${heard.length} within ${intervals} intervals`);
    assert.ok(heard.some((names) => names.length === 1 && names[0] === '*'));
    assert.ok(Math.max(...heard.map((names) => names.length)) <= 505);
    assert.ok(bytes < 50_000, `${bytes} bytes`);
    socket.destroy();
  });

  /** Resolves when all that has ended was heard of. */
  async function hear(socket: Socket): Promise<void> {
    let text = '';
    let sum = 0;
    for await (const chunk of socket.setEncoding('utf8')) {
      const lines = (text + chunk).split('\n');
      text = lines.pop()!;
      for (const line of lines) {
        if (!line.startsWith('data: {"functions"')) continue;
        const { functions } = JSON.parse(line.slice('data: '.length));
        for (const { ended: count } of Object.values<{ ended: number }>(functions)) sum += count;
      }
      if (sum === ENDS) return;
    }
    assert.fail(`it ended after ${sum}`);
  }
});
