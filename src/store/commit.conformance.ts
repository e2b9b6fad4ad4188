import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { CommitPart } from './commit.ts';
import type { Adapter, Opened } from './conformance.ts';
import type { LeasedMessage } from './queue.ts';
import type { Store } from './store.ts';
import { listen } from './testing/listen.ts';

const LEASE_MS = 30_000;

/** What every store's commits must do. */
export function commitConformance(adapter: Adapter<Store>): void {
  describe(`${adapter.name} commits`, () => {
    const clock = new FakeClock();
    let opened: Opened<Store>;
    let store: Store;
    let names = 0;
    let q = '';
    before(async () => {
      opened = await adapter.create(clock);
      store = opened.port;
    });
    after(() => opened.dispose());
    const fresh = (): string => (q = `name-${++names}`);
    const receive = (name = q, max = 10): Promise<LeasedMessage[]> =>
      store.queue.receive(name, { max, leaseMs: LEASE_MS });
    const leaseOne = async (): Promise<LeasedMessage> => {
      await store.queue.send(q, { body: Buffer.from('in') });
      return (await receive(q, 1))[0]!;
    };
    const send = (text: string, name = `${q}-out`): CommitPart => ({
      kind: 'send',
      queue: name,
      message: { body: Buffer.from(text) },
    });
    const put = (key: string, text: string, expectedRevision?: number): CommitPart => ({
      kind: 'put',
      space: q,
      key,
      value: Buffer.from(text),
      ...(expectedRevision !== undefined && { options: { expectedRevision } }),
    });
    const remove = (key: string, expectedRevision?: number): CommitPart => ({
      kind: 'delete',
      space: q,
      key,
      ...(expectedRevision !== undefined && { expectedRevision }),
    });
    const acknowledge = ({ lease }: LeasedMessage): CommitPart => ({ kind: 'acknowledge', lease });
    const textAt = async (key: string): Promise<string | undefined> =>
      (await store.keyValue.get(q, key))?.value.toString();
    const sent = async (): Promise<string[]> =>
      (await store.queue.list(`${q}-out`, { limit: 1_000 })).items.map((item) => item.body.toString());

    test('all parts become true at once', async () => {
      fresh();
      const message = await leaseOne();
      await store.keyValue.put(q, 'old', Buffer.from('x'));
      const revision = await store.keyValue.put(q, 'counted', Buffer.from('1'));
      const queues = listen(store.queue);
      const spaces = listen(store.keyValue);
      const parts = [acknowledge(message), send('one'), send('two'), put('counted', '2', revision), put('new', 'n', 0)];
      assert.equal(await store.commit([...parts, remove('old')]), true);
      assert.deepEqual([await queues.heard(), await spaces.heard()], [[q, `${q}-out`], [q]]);
      assert.equal(await store.commit(parts), false);
      assert.deepEqual([await queues.heard(), await spaces.heard()], [[], []]);
      queues.end();
      spaces.end();
      assert.deepEqual(await store.queue.stats(q), { ready: 0, delayed: 0, leased: 0, oldestAgeMs: 0 });
      assert.deepEqual(await sent(), ['one', 'two']);
      assert.deepEqual([await textAt('counted'), await textAt('new'), await textAt('old')], ['2', 'n', undefined]);
    });

    test('nothing is changed where one part does not hold', async () => {
      fresh();
      const current = await leaseOne();
      const revision = await store.keyValue.put(q, 'there', Buffer.from('kept'));
      const holding = [
        acknowledge(current),
        send('never'),
        put('never', 'x'),
        put('there', 'changed'),
        remove('there'),
      ];
      const failing: CommitPart[] = [
        { kind: 'acknowledge', lease: { ...current.lease, token: '2' } },
        { kind: 'acknowledge', lease: { ...current.lease, queue: 'another' } },
        { kind: 'acknowledge', lease: { queue: q, messageId: 'nonsense', token: 'nonsense' } },
        put('there', 'x', 0),
        put('there', 'x', revision + 1),
        put('absent', 'x', revision),
        remove('there', revision + 1),
        remove('absent', 1),
      ];
      for (const [n, part] of failing.entries()) {
        assert.equal(await store.commit([part, ...holding]), false, `${n} first`);
        assert.equal(await store.commit([...holding, part]), false, `${n} last`);
      }
      assert.equal(await textAt('there'), 'kept');
      assert.equal(await textAt('never'), undefined);
      assert.deepEqual(await sent(), []);
      assert.equal((await store.queue.stats(q)).leased, 1);
      assert.equal(await store.commit(holding), true);
    });

    test('what must hold is what was before; changes of one key follow one another', async () => {
      fresh();
      const parts = [put('a', 'first', 0), put('a', 'second'), put('b', 'x'), remove('b', 0), remove('c', 0)];
      assert.equal(await store.commit(parts), true);
      assert.deepEqual([await textAt('a'), await textAt('b')], ['second', undefined]);
      const message = await leaseOne();
      assert.equal(await store.commit([acknowledge(message), acknowledge(message)]), true);
      assert.equal(await store.commit([acknowledge(message)]), false);
      assert.equal(await store.commit([]), true);
    });

    test('a lease that has run out, or was taken over, commits nothing', async () => {
      fresh();
      const first = await leaseOne();
      clock.advance(LEASE_MS);
      assert.equal(await store.commit([acknowledge(first), send('late')]), false);
      const [second] = await receive();
      assert.equal(await store.commit([acknowledge(first), send('presumed dead')]), false);
      assert.equal(await store.commit([acknowledge(second!), send('done')]), true);
      assert.deepEqual(await sent(), ['done']);
    });

    test('an expired key counts as absent', async () => {
      fresh();
      const expiresAtMs = clock.now() + 10;
      const revision = await store.keyValue.put(q, 'a', Buffer.from('x'), { expiresAtMs });
      clock.advance(10);
      assert.equal(await store.commit([put('a', 'y', revision)]), false);
      assert.equal(await store.commit([put('a', 'y', 0)]), true);
    });

    test('a send whose de-duplication id was seen counts as done', async () => {
      fresh();
      const once = { body: Buffer.from('once'), deduplicationId: 'd' };
      const part: CommitPart = { kind: 'send', queue: `${q}-out`, message: once };
      assert.equal(await store.commit([part, part, put('a', '1')]), true);
      assert.equal(await store.commit([part, put('a', '2')]), true);
      assert.deepEqual([await sent(), await textAt('a')], [['once'], '2']);
      const refused: CommitPart = { kind: 'send', queue: `${q}-out`, message: { ...once, deduplicationId: 'e' } };
      assert.equal(await store.commit([refused, put('a', '3', 0)]), false);
      assert.equal((await store.queue.send(`${q}-out`, refused.message)).duplicate, false, 'no id is left behind');
    });

    test('it wakes who waits for what it sent, and for a group that goes on', async () => {
      fresh();
      const group = { body: Buffer.from('g'), group: 'g' };
      await store.queue.sendBatch(q, [group, { ...group, body: Buffer.from('next') }]);
      const [first] = await receive();
      const options = { max: 1, leaseMs: LEASE_MS, waitMs: 60_000 };
      const waiting = [store.queue.receive(q, options), store.queue.receive(`${q}-out`, options)];
      assert.equal(await store.commit([acknowledge(first!), send('out')]), true);
      const received = (await Promise.all(waiting)).flat();
      assert.deepEqual(received.map((message) => message.body.toString()).sort(), ['next', 'out']);
    });

    test('of concurrent commits with one lease, exactly one wins', async () => {
      fresh();
      for (let round = 0; round < 10; round++) {
        const message = await leaseOne();
        const commits = Array.from({ length: 8 }, (_, n) =>
          store.commit([acknowledge(message), send(`${round}`), put(`${round}`, `${n}`), put(`won-${round}-${n}`, '')]),
        );
        const won = (await Promise.all(commits)).flatMap((done, n) => (done ? [n] : []));
        assert.equal(won.length, 1);
        assert.equal(await textAt(`${round}`), `${won[0]}`);
        const { items } = await store.keyValue.list(q, { prefix: `won-${round}-`, limit: 10 });
        assert.deepEqual(
          items.map((item) => item.key),
          [`won-${round}-${won[0]}`],
        );
      }
      assert.deepEqual(
        await sent(),
        Array.from({ length: 10 }, (_, n) => `${n}`),
      );
    });

    test('a commit that fails does not concern its neighbours', async () => {
      fresh();
      const message = await leaseOne();
      const results = await Promise.all([
        store.commit([put('a', '1', 0)]),
        store.commit([put('b', '1'), put('a', 'lost', 0)]),
        store.commit([acknowledge(message), send('x')]),
        store.commit([acknowledge(message), send('lost')]),
        store.keyValue.put(q, 'c', Buffer.from('1')),
      ]);
      assert.deepEqual(results.slice(0, 4), [true, false, true, false]);
      assert.deepEqual([await textAt('a'), await textAt('b'), await textAt('c')], ['1', undefined, '1']);
      assert.deepEqual(await sent(), ['x']);
    });

    test('a thousand parts are one commit', async () => {
      fresh();
      const bodies = Array.from({ length: 1_000 }, (_, n) => ({ body: Buffer.from(`${n}`) }));
      await store.queue.sendBatch(q, bodies);
      const messages = await receive(q, 1_000);
      const parts = messages.flatMap((message) => [acknowledge(message), send(message.body.toString())]);
      assert.equal(await store.commit([...parts, put('a', 'x', 1)]), false);
      assert.deepEqual(await sent(), []);
      assert.equal(await store.commit(parts), true);
      assert.equal((await sent()).length, 1_000);
      assert.equal((await store.queue.stats(q)).leased, 0);
    });

    test('what cannot be kept is refused, and nothing is changed', async () => {
      fresh();
      await assert.rejects(store.commit([send('x'), put('', 'x')]), { code: 'invalid_request' });
      await assert.rejects(store.commit([send('x'), put('a', 'x'.repeat(2 ** 20 + 1))]), { code: 'invalid_request' });
      assert.deepEqual(await sent(), []);
    });

    test('writers that add by compare-and-set lose nothing', async () => {
      fresh();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 8 }), async (amounts) => {
          const key = `sum-${++names}`;
          const add = async (amount: number): Promise<void> => {
            for (let done = false; !done; ) {
              const entry = await store.keyValue.get(q, key);
              const sum = Number(entry?.value ?? 0) + amount;
              done = await store.commit([put(key, `${sum}`, entry?.revision ?? 0), send(`${amount}`, key)]);
            }
          };
          await Promise.all(amounts.map(add));
          assert.equal(
            Number(await textAt(key)),
            amounts.reduce((a, b) => a + b),
          );
          assert.equal((await store.queue.stats(key)).ready, amounts.length);
          await store.queue.purge(key);
        }),
        { numRuns: 10 },
      );
    });

    test('after a restart what was committed is there', async () => {
      fresh();
      const message = await leaseOne();
      assert.equal(await store.commit([acknowledge(message), send('x'), put('a', '1')]), true);
      const old = store;
      store = await opened.reopen();
      await assert.rejects(old.commit([put('a', '2')]), { code: 'unavailable' });
      assert.deepEqual([await sent(), await textAt('a')], [['x'], '1']);
      assert.equal(await store.commit([acknowledge(message)]), false);
    });
  });

  describe(`${adapter.name} commits on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('are refused wholly with storage_full, and go on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const store = opened.port;
        await store.queue.send('q', { body: Buffer.from('in') });
        const [message] = await store.queue.receive('q', { max: 1, leaseMs: LEASE_MS });
        await opened.fill();
        const parts: CommitPart[] = [
          { kind: 'acknowledge', lease: message!.lease },
          { kind: 'put', space: 's', key: 'k', value: Buffer.alloc(512 * 1024) },
        ];
        await assert.rejects(store.commit(parts), { code: 'storage_full' });
        assert.equal((await store.queue.stats('q')).leased, 1);
        assert.equal(await store.keyValue.get('s', 'k'), undefined);
        await opened.free();
        assert.equal(await store.commit(parts), true);
      } finally {
        await opened.dispose();
      }
    });
  });
}
