import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import type { Change, Registry } from './registry.ts';

/** What every registry must do. */
export function registryConformance(adapter: Adapter<Registry>): void {
  describe(`${adapter.name} registry`, () => {
    let opened: Opened<Registry>;
    let registry: Registry;
    let runs = 0;
    const freshPrefix = (): string => `run-${++runs}/`;
    before(async () => {
      opened = await adapter.create(new FakeClock());
      registry = opened.port;
    });
    after(() => opened.dispose());

    test('a document is read back as it was written', async () => {
      const value = { text: 'ä 🐦 "quoted"', list: [1, 2.5, null, true], nested: { empty: {} } };
      const revision = await registry.put('doc/one', value);
      assert.deepEqual(await registry.get('doc/one'), { key: 'doc/one', value, revision });
      assert.equal(await registry.get('doc/other'), undefined);
    });

    test('revisions increase over all keys', async () => {
      const first = await registry.put('rev/a', 1);
      const second = await registry.put('rev/b', 1);
      const third = await registry.put('rev/a', 2);
      assert.ok(first < second && second < third);
      assert.equal(await registry.delete('rev/b'), true);
      assert.ok((await registry.put('rev/b', 1)) > third + 1, 'a deletion has a revision, too');
    });

    test('an expected revision guards put and delete', async () => {
      const revision = await registry.put('guard/a', 'first', 0);
      for (const wrong of [0, revision + 1]) {
        const details = { key: 'guard/a', expectedRevision: wrong, actualRevision: revision };
        await assert.rejects(registry.put('guard/a', 'lost', wrong), { code: 'conflict', details });
        await assert.rejects(registry.delete('guard/a', wrong), { code: 'conflict', details });
      }
      await assert.rejects(registry.put('guard/none', 1, 7), { code: 'conflict' });
      await assert.rejects(registry.delete('guard/none', 7), { code: 'conflict' });
      assert.equal((await registry.get('guard/a'))?.value, 'first');
      const next = await registry.put('guard/a', 'second', revision);
      assert.equal(await registry.delete('guard/a', next), true);
      assert.equal(await registry.delete('guard/a'), false);
      assert.equal(await registry.delete('guard/a', 0), false);
    });

    test('list takes just what has the prefix, in order of keys', async () => {
      const keys = ['list/a', 'list/a/b', 'list/ab', 'list/b', 'list', 'lisu', 'list/ä', 'list/%', 'list/_'];
      for (const key of keys) await registry.put(key, key);
      const listed = (await registry.list('list/')).map((entry) => entry.key);
      assert.deepEqual(listed, ['list/%', 'list/_', 'list/a', 'list/a/b', 'list/ab', 'list/b', 'list/ä']);
    });

    test('keys and values that cannot be kept are refused', async () => {
      await assert.rejects(registry.put('', 1), { code: 'invalid_request' });
      await assert.rejects(registry.put('x'.repeat(1_025), 1), { code: 'invalid_request' });
      await assert.rejects(registry.put('half \ud800', 1), { code: 'invalid_request' });
      await assert.rejects(registry.put('none', undefined), { code: 'invalid_request' });
    });

    test('watch reports committed changes below its prefix, in order, until it ends', async () => {
      const seen: Change[] = [];
      const stop = registry.watch('watch/', (change) => seen.push(change));
      const first = await registry.put('watch/a', { n: 1 });
      await registry.put('elsewhere', 1);
      await assert.rejects(registry.put('watch/a', { n: 2 }, first + 100));
      await registry.delete('watch/a');
      assert.deepEqual(
        seen.map(({ kind, key }) => [kind, key]),
        [
          ['put', 'watch/a'],
          ['delete', 'watch/a'],
        ],
      );
      assert.deepEqual(seen[0], { kind: 'put', key: 'watch/a', value: { n: 1 }, revision: first });
      assert.ok(seen[1]!.revision > first);
      stop();
      await registry.put('watch/b', 1);
      assert.equal(seen.length, 2);
    });

    test('a watcher that throws disturbs nobody', async () => {
      const seen: string[] = [];
      const stops = [
        registry.watch('throw/', () => {
          throw new Error('careless watcher');
        }),
        registry.watch('throw/', (change) => seen.push(change.key)),
      ];
      await registry.put('throw/a', 1);
      for (const stop of stops) stop();
      assert.deepEqual(seen, ['throw/a']);
    });

    test('of many concurrent writers that expect the same revision, one wins', async () => {
      const revision = await registry.put('race', 'start');
      const attempts = Array.from({ length: 50 }, (_, writer) => registry.put('race', writer, revision));
      const results = await Promise.allSettled(attempts);
      const won = results.flatMap((result, writer) => (result.status === 'fulfilled' ? [writer] : []));
      assert.equal(won.length, 1);
      assert.equal((await registry.get('race'))?.value, won[0]);
    });

    test('concurrent increments by compare-and-set lose none', async () => {
      await registry.put('counter', 0);
      const increment = async (): Promise<void> => {
        for (;;) {
          const entry = (await registry.get<number>('counter'))!;
          try {
            await registry.put('counter', entry.value + 1, entry.revision);
            return;
          } catch (error) {
            assert.equal((error as { code: string }).code, 'conflict');
          }
        }
      };
      await Promise.all(Array.from({ length: 20 }, increment));
      assert.equal((await registry.get('counter'))?.value, 20);
    });

    test('watch sees concurrent changes in order of revision', async () => {
      const seen: number[] = [];
      const stop = registry.watch('many/', (change) => seen.push(change.revision));
      const revisions = await Promise.all(Array.from({ length: 200 }, (_, n) => registry.put(`many/${n % 10}`, n)));
      stop();
      assert.deepEqual(
        seen,
        revisions.toSorted((a, b) => a - b),
      );
    });

    test('behaves as a map under any sequence of operations', async () => {
      const key = fc.constantFrom('a', 'b', 'b/c', 'ä', 'z');
      const operation = fc.oneof(
        fc.record({ kind: fc.constant('put' as const), key, value: fc.jsonValue(), guard: guards }),
        fc.record({ kind: fc.constant('delete' as const), key, guard: guards }),
        fc.record({ kind: fc.constant('list' as const), key }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
          const prefix = freshPrefix();
          const model = new Map<string, { value: unknown; revision: number }>();
          const copy = new Map<string, { value: unknown; revision: number }>();
          const stop = registry.watch(prefix, (change) => {
            if (change.kind === 'delete') copy.delete(change.key);
            else copy.set(change.key, { value: change.value, revision: change.revision });
          });
          for (const operation of operations) {
            const full = prefix + operation.key;
            if (operation.kind === 'list') {
              const expected = [...model].filter(([k]) => k.startsWith(full)).map(([k, held]) => ({ key: k, ...held }));
              assert.deepEqual(
                await registry.list(full),
                expected.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
              );
              continue;
            }
            const held = model.get(full);
            const expected = expectation(operation.guard, held?.revision ?? 0);
            const allowed = expected === undefined || expected === (held?.revision ?? 0);
            if (operation.kind === 'put') {
              const put = registry.put(full, operation.value, expected);
              if (!allowed) await assert.rejects(put, { code: 'conflict' });
              else model.set(full, { value: JSON.parse(JSON.stringify(operation.value)), revision: await put });
            } else {
              const gone = registry.delete(full, expected);
              if (!allowed) await assert.rejects(gone, { code: 'conflict' });
              else assert.equal(await gone, model.delete(full));
            }
          }
          stop();
          assert.deepEqual(copy, model, 'a copy kept by watching equals the registry');
        }),
        { numRuns: 30 },
      );
    });

    test('after a restart everything answered is there, and revisions go on', async () => {
      await registry.put('kept/a', 1);
      const gone = await registry.put('kept/b', 2);
      await registry.delete('kept/b');
      const old = registry;
      registry = await opened.reopen();
      await assert.rejects(old.get('kept/a'), { code: 'unavailable' });
      assert.equal((await registry.get('kept/a'))?.value, 1);
      assert.equal(await registry.get('kept/b'), undefined);
      assert.ok((await registry.put('kept/c', 1)) > gone + 1);
    });

    test('close ends watches and lets writes under way finish', async () => {
      const seen: Change[] = [];
      registry.watch('last/', (change) => seen.push(change));
      const writes = Array.from({ length: 20 }, (_, n) => registry.put(`last/${n}`, n));
      registry = await opened.reopen();
      await Promise.all(writes);
      assert.equal((await registry.list('last/')).length, 20);
      await registry.put('last/new', 1);
      assert.ok(!seen.some((change) => change.key === 'last/new'));
    });
  });

  describe(`${adapter.name} registry on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('refuses with storage_full, keeps what it had, and goes on when there is space', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const registry = opened.port;
        await registry.put('before', 'kept');
        await opened.fill();
        const large = 'x'.repeat(256 * 1024);
        await assert.rejects(registry.put('large', large), { code: 'storage_full' });
        assert.equal((await registry.get('before'))?.value, 'kept');
        assert.equal(await registry.get('large'), undefined);
        await opened.free();
        await registry.put('large', large);
        const again = await opened.reopen();
        assert.equal((await again.get('large'))?.value, large);
        assert.equal((await again.get('before'))?.value, 'kept');
      } finally {
        await opened.dispose();
      }
    });
  });
}

const guards = fc.constantFrom('any', 'absent', 'current', 'wrong');

function expectation(guard: 'any' | 'absent' | 'current' | 'wrong', revision: number): number | undefined {
  return { any: undefined, absent: 0, current: revision, wrong: revision + 1 }[guard];
}
