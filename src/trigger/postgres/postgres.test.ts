import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import pg from 'pg';
import { noPostgres, startPostgres } from '../../../test/support/servers/postgres.ts';
import type { TestServer } from '../../../test/support/servers/server.ts';
import type { CloudEvent } from '../../model/event.ts';
import { type SourceBench, startSource } from '../testing/source-bench.ts';
import { ownName } from './options.ts';
import { postgresTrigger } from './postgres.ts';

const told = (events: readonly { event: CloudEvent }[]): unknown[] =>
  events.map(({ event }) => [event.type.replace('fob.postgres.', ''), event.subject, event.data]);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('PostgreSQL', { skip: noPostgres }, () => {
  let server: TestServer;
  const running: SourceBench[] = [];

  before(async () => {
    server = await startPostgres();
  });
  afterEach(async () => {
    for (const bench of running.splice(0)) await bench.stop();
  });
  after(() => server.close());
  const run = async (...statements: readonly string[]): Promise<pg.QueryResult> => {
    const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      let result: pg.QueryResult | undefined;
      for (const statement of statements) result = await client.query(statement);
      return result!;
    } finally {
      await client.end();
    }
  };
  const started = async (given: object, previous?: SourceBench): Promise<SourceBench> => {
    const url = `postgres://127.0.0.1:${server.port}/postgres`;
    const bench = await startSource(postgresTrigger, { url, username: 'postgres', ...given } as never, previous);
    running.push(bench);
    return bench;
  };
  const following = (table: string, previous?: SourceBench): Promise<SourceBench> =>
    started({ mode: 'changes', tables: [table], slot: `slot_${table}` }, previous);

  describe('notifications', () => {
    it('hands on what is notified, and keeps what could not be accepted', async () => {
      const bench = await started({ mode: 'listen', channel: 'My "channel"' });
      await run(`NOTIFY "My ""channel""", '{"n": 1}'`, 'NOTIFY other', `NOTIFY "My ""channel""", 'words'`);
      await bench.received(2);
      assert.deepEqual(told(bench.events), [
        ['notification', 'My "channel"', { n: 1 }],
        ['notification', 'My "channel"', 'words'],
      ]);
      bench.refusal = new Error('the disk is full');
      await run(`NOTIFY "My ""channel""", '3'`);
      await bench.reported('failed');
      bench.refusal = undefined;
      assert.equal((await bench.received(3))[2]!.event.data, 3);
      await bench.stop();
    });

    it('listens again when the server is back', async () => {
      const bench = await started({ mode: 'listen', channel: 'c' });
      await server.kill();
      await bench.reported('connecting');
      await server.start();
      await bench.reported('running');
      await run(`NOTIFY c, 'again'`);
      assert.equal((await bench.received(1))[0]!.event.data, 'again');
      await bench.stop();
    });
  });

  describe('row changes', () => {
    it('hands on inserts, updates, deletes and truncations', async () => {
      await run('CREATE TABLE a (id int PRIMARY KEY, t text)', 'CREATE TABLE unwanted (id int)');
      const bench = await following('a');
      await run(
        `INSERT INTO a VALUES (1, 'x'), (2, NULL)`,
        'INSERT INTO unwanted VALUES (1)',
        `UPDATE a SET t = 'y' WHERE id = 1`,
        'UPDATE a SET id = 3 WHERE id = 2',
        'DELETE FROM a WHERE id = 3',
        'ALTER TABLE a REPLICA IDENTITY FULL',
        'DELETE FROM a WHERE id = 1',
        'TRUNCATE a',
      );
      await bench.received(7);
      assert.deepEqual(plain(told(bench.events)), [
        ['insert', 'public.a', { new: { id: 1, t: 'x' } }],
        ['insert', 'public.a', { new: { id: 2, t: null } }],
        ['update', 'public.a', { new: { id: 1, t: 'y' } }],
        ['update', 'public.a', { new: { id: 3, t: null }, key: { id: 2 } }],
        ['delete', 'public.a', { key: { id: 3 } }],
        ['delete', 'public.a', { old: { id: 1, t: 'y' } }],
        ['truncate', 'public.a', { cascade: false, restartIdentity: false }],
      ]);
      const [first, second] = bench.events.map(({ event }) => event);
      assert.match(first!.id, /^[0-9A-F]+\/[0-9A-F]+\/0$/);
      assert.equal(second!.id, first!.id.replace(/0$/, '1'));
      assert.equal(new Set(bench.events.map(({ event }) => event.id)).size, 7);
    });

    it('says values of all kinds in JSON, without losing any of them', async () => {
      await run(
        `CREATE TABLE v (b bool, i int, l bigint, n numeric, f float8, j jsonb, y bytea, s text[], m int[][], bl bigint[], ys bytea[],
          at timestamptz, u uuid, nan float8)`,
      );
      const bench = await following('v');
      await run(
        `INSERT INTO v VALUES (true, -5, 9007199254740993, 1.10, 0.1, '{"a": [1, null]}', '\\xff00', '{"a,b",NULL,"\\"q"}',
          '{{1,2},{3,4}}', '{9007199254740993}', ARRAY['\\x01'::bytea], '2026-01-02 03:04:05.6+00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
          'NaN')`,
      );
      const [{ event }] = (await bench.received(1)) as [{ event: CloudEvent }];
      assert.deepEqual(plain((event.data as { new: unknown }).new), {
        b: true,
        i: -5,
        l: '9007199254740993',
        n: '1.10',
        f: 0.1,
        j: { a: [1, null] },
        y: '/wA=',
        s: ['a,b', null, '"q'],
        m: [
          [1, 2],
          [3, 4],
        ],
        bl: ['9007199254740993'],
        ys: ['AQ=='],
        at: '2026-01-02 03:04:05.6+00',
        u: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        nan: 'NaN',
      });
    });

    it('gets again, with the same ids, what it had not confirmed when it was stopped', async () => {
      await run('CREATE TABLE c (id int)');
      const first = await following('c');
      await run('INSERT INTO c VALUES (1)');
      await first.received(1);
      first.refusal = new Error('the disk is full');
      await run('INSERT INTO c SELECT generate_series(2, 4)');
      await first.reported('failed');
      await first.stop();
      await run('INSERT INTO c VALUES (5)');
      const second = await following('c', first);
      await second.received(4);
      assert.deepEqual(
        second.events.map(({ event }) => (event.data as { new: { id: number } }).new.id),
        [2, 3, 4, 5],
      );
      const third = await following('c', second).then(async (bench) => {
        await bench.stop();
        return bench;
      });
      assert.deepEqual(third.events, []);
    });

    it('hands on a large transaction in parts, in order, and confirms it as a whole', async () => {
      await run('CREATE TABLE big (id int)');
      const bench = await following('big');
      await run('INSERT INTO big SELECT generate_series(1, 2500)', 'INSERT INTO big VALUES (2501)');
      await bench.received(2_501);
      assert.deepEqual(
        bench.events.map(({ event }) => (event.data as { new: { id: number } }).new.id),
        Array.from({ length: 2_501 }, (_, index) => index + 1),
      );
      assert.ok(bench.accepted.length >= 3 && Math.max(...bench.accepted) <= 1_000);
      await bench.stop();
      const { rows } = await run(
        `SELECT count(*)::int AS n FROM pg_logical_slot_peek_binary_changes('slot_big', NULL, NULL, 'proto_version', '1',
          'publication_names', 'fob_test')`,
      );
      assert.equal(rows[0].n, 0);
    });

    it('goes on where it was when the server was killed, and waits for one that is down at the start', async () => {
      await run('CREATE TABLE k (id int)');
      const bench = await following('k');
      await run('INSERT INTO k VALUES (1)');
      await bench.received(1);
      await server.kill();
      await bench.reported('connecting');
      const late = await started({ mode: 'listen', channel: 'late' });
      assert.equal(late.reports.at(-1)!.state, 'connecting');
      await server.start();
      await bench.reported('running');
      await late.reported('running');
      await run('INSERT INTO k VALUES (2)', 'NOTIFY late');
      await late.received(1);
      while (
        bench.events.at(-1)!.event.data &&
        (bench.events.at(-1)!.event.data as { new: { id: number } }).new.id !== 2
      )
        await bench.received(bench.events.length + 1);
      assert.equal(new Set(bench.events.map(({ event }) => event.id)).size, 2);
    });

    it('lets the server forget what other tables wrote', async () => {
      await run('CREATE TABLE quiet (id int)', 'CREATE TABLE busy (t text)');
      const bench = await following('quiet');
      await run(
        `INSERT INTO busy SELECT repeat('x', 1000) FROM generate_series(1, 1000)`,
        'INSERT INTO quiet VALUES (1)',
      );
      await bench.received(1);
      await bench.stop();
      const { rows } = await run(
        `SELECT pg_current_wal_lsn() - confirmed_flush_lsn < 100000 AS near FROM pg_replication_slots WHERE slot_name = 'slot_quiet'`,
      );
      assert.equal(rows[0].near, true);
    });

    it('says what is missing', async () => {
      const missing = await following('none');
      assert.match(missing.reports.at(-1)!.error!, /relation "none" does not exist/);
      assert.equal(missing.reports.at(-1)!.state, 'failed');
      await run('CREATE TABLE gone (id int)');
      const first = await following('gone');
      await first.stop();
      await run(`SELECT pg_drop_replication_slot('slot_gone')`);
      const second = await following('gone', first);
      assert.match(second.reports.map(({ error }) => error).join(' '), /slot_gone was gone.*are missing/);
    });
  });

  it('says what is wrong with words and options', () => {
    assert.deepEqual(postgresTrigger.parseWords(['postgres://ann:p%40ss@h:1/shop', 'changes', 'a,public.b', 'c']), {
      url: 'postgres://h:1/shop',
      mode: 'changes',
      tables: ['a', 'public.b', 'c'],
      username: 'ann',
      password: 'p@ss',
    });
    assert.deepEqual(postgresTrigger.parseWords(['postgres://h/shop', 'listen', 'orders']), {
      url: 'postgres://h/shop',
      mode: 'listen',
      channel: 'orders',
    });
    for (const words of [['postgres://h', 'listen', 'x'], ['postgres://h/d'], ['postgres://h/d', 'listen']])
      assert.throws(() => postgresTrigger.parseWords(words), /changes public\.orders/);
    assert.throws(() => postgresTrigger.check!({ mode: 'listen', channel: '' } as never), /"channel"/);
    assert.equal(ownName('orders'), 'fob_orders');
    assert.notEqual(ownName('a-b'), ownName('a.b'));
    assert.ok(ownName('x'.repeat(100)).length <= 63);
  });
});
