import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../model/testing/fake-clock.ts';
import type { Adapter, Opened } from './conformance.ts';
import type { KeyValue, KeyValueEntry } from './key-value.ts';
import { KeyValueModel } from './testing/key-value-model.ts';
import { listen } from './testing/listen.ts';

/** What every store of key-values must do. */
export function keyValueConformance(adapter: Adapter<KeyValue>): void {
  describe(`${adapter.name} key-values`, () => {
    const clock = new FakeClock();
    let opened: Opened<KeyValue>;
    let kv: KeyValue;
    let spaces = 0;
    let space = '';
    before(async () => {
      opened = await adapter.create(clock);
      kv = opened.port;
    });
    after(() => opened.dispose());
    const fresh = (): string => (space = `space-${++spaces}`);
    const put = (key: string, text = '', options = {}): Promise<number> =>
      kv.put(space, key, Buffer.from(text), options);
    const textAt = async (key: string): Promise<string | undefined> => (await kv.get(space, key))?.value.toString();

    test('a value is read back as it was written, in its own space', async () => {
      fresh();
      const value = Buffer.from([0, 1, 254, 255]);
      const expiresAtMs = clock.now() + 1_000;
      const revision = await kv.put(space, 'ключ/🐦', value, { expiresAtMs });
      assert.deepEqual(await kv.get(space, 'ключ/🐦'), { key: 'ключ/🐦', value, revision, expiresAtMs });
      const plain = await kv.put(space, 'empty', Buffer.alloc(0));
      assert.deepEqual(await kv.get(space, 'empty'), { key: 'empty', value: Buffer.alloc(0), revision: plain });
      assert.equal(await kv.get(space, 'другой'), undefined);
      assert.equal(await kv.get('another', 'empty'), undefined);
    });

    test('who watches hears of each space that changed, and of no other', async () => {
      const watch = listen(kv);
      fresh();
      assert.equal(await kv.delete(space, 'none'), false);
      assert.equal(await kv.clear(space), 0);
      await kv.get(space, 'none');
      assert.deepEqual(await watch.heard(), []);
      for (const change of [() => put('a'), () => kv.delete(space, 'a'), () => put('b'), () => kv.clear(space)]) {
        await change();
        assert.deepEqual(await watch.heard(), [space], String(change));
      }
      watch.end();
      await put('c');
      assert.deepEqual(await watch.heard(), []);
    });

    test('an expected revision guards put and delete', async () => {
      fresh();
      const revision = await put('a', 'first', { expectedRevision: 0 });
      for (const wrong of [0, revision + 1]) {
        const details = { key: 'a', expectedRevision: wrong, actualRevision: revision };
        await assert.rejects(put('a', 'lost', { expectedRevision: wrong }), { code: 'conflict', details });
        await assert.rejects(kv.delete(space, 'a', wrong), { code: 'conflict', details });
      }
      await assert.rejects(put('none', '', { expectedRevision: 7 }), { code: 'conflict' });
      await assert.rejects(kv.delete(space, 'none', 7), { code: 'conflict' });
      assert.equal(await textAt('a'), 'first');
      const next = await put('a', 'second', { expectedRevision: revision });
      assert.equal(await kv.delete(space, 'a', next), true);
      assert.equal(await kv.delete(space, 'a'), false);
      assert.equal(await kv.delete(space, 'a', 0), false);
      assert.equal(await textAt('a'), undefined);
    });

    test('revisions of a key increase, also over its removal, its expiry and its space being cleared', async () => {
      fresh();
      const revisions = [await put('a'), await put('a')];
      await kv.delete(space, 'a');
      revisions.push(await put('a', '', { expiresAtMs: clock.now() + 10 }));
      clock.advance(10);
      revisions.push(await put('a'));
      await kv.clear(space);
      revisions.push(await put('a'));
      kv = await opened.reopen();
      revisions.push(await put('a'));
      assert.deepEqual(
        revisions,
        [...new Set(revisions)].sort((a, b) => a - b),
      );
    });

    test('an expired key is absent for every call', async () => {
      fresh();
      await put('a', 'soon gone', { expiresAtMs: clock.now() + 1_000 });
      await put('b', 'stays');
      clock.advance(999);
      assert.equal(await textAt('a'), 'soon gone');
      assert.deepEqual(await keysOf(kv, space), ['a', 'b']);
      clock.advance(1);
      assert.equal(await textAt('a'), undefined);
      assert.deepEqual(await keysOf(kv, space), ['b']);
      assert.deepEqual(await kv.spaces(space), [{ space, keys: 1 }]);
      assert.equal(await kv.delete(space, 'a'), false);
      await put('a', 'again', { expectedRevision: 0, expiresAtMs: clock.now() + 1 });
      await put('a', 'for good');
      clock.advance(1);
      assert.equal(await textAt('a'), 'for good', 'a put without an expiry ends the one before');
      await put('b', '', { expiresAtMs: clock.now() });
      assert.equal(await kv.clear(space), 1, 'expired keys do not count');
    });

    test('many expired keys disturb nobody', async () => {
      fresh();
      for (let n = 0; n < 1_000; n += 100) {
        const keys = Array.from({ length: 100 }, (_, m) => `k${n + m}`);
        await Promise.all(keys.map((key) => put(key, key, { expiresAtMs: clock.now() + 5 })));
      }
      await put('kept');
      clock.advance(60_000);
      for (let n = 0; n < 20; n++) await put('kept');
      assert.deepEqual(await keysOf(kv, space), ['kept']);
    });

    test('list goes page by page in order of code points', async () => {
      fresh();
      const keys = ['p/', 'p/a', 'p/a/b', 'p/ab', 'p/b', 'p/\ud7ff', 'p/\uffff', 'p/🐦', 'p/\u{10ffff}', 'p', 'q', '%'];
      for (const key of keys) await put(key, key);
      for (const limit of [1, 2, 5, 9, 1_000]) {
        assert.deepEqual(await keysOf(kv, space, 'p/', limit), keys.slice(0, 9), `limit ${limit}`);
      }
      assert.deepEqual(await keysOf(kv, space, 'p/\u{10ffff}'), ['p/\u{10ffff}']);
      assert.deepEqual(await keysOf(kv, space, 'nothing'), []);
      for (const limit of [0, 1_001, 1.5]) {
        await assert.rejects(kv.list(space, { limit }), { code: 'invalid_request' });
      }
      await assert.rejects(kv.list(space, { limit: 1, cursor: '§' }), { code: 'invalid_request' });
    });

    test('large values come in pages that fit into memory', async () => {
      fresh();
      for (let n = 0; n < 12; n++) await kv.put(space, `k${n}`, Buffer.alloc(1024 * 1024));
      const page = await kv.list(space, { limit: 12 });
      assert.ok(page.items.length > 0 && page.items.length < 12 && page.cursor !== undefined);
      assert.equal((await keysOf(kv, space)).length, 12);
      assert.equal(await kv.clear(space), 12);
    });

    test('spaces are told by prefix, with their keys, and cleared one by one', async () => {
      const a = `${fresh()}/a`;
      const b = `${space}/b`;
      for (const name of [a, b]) for (const key of ['x', 'y']) await kv.put(name, key, Buffer.alloc(0));
      await kv.put(space, 'x', Buffer.alloc(0));
      assert.deepEqual(await kv.spaces(`${space}/`), [
        { space: a, keys: 2 },
        { space: b, keys: 2 },
      ]);
      assert.equal(await kv.clear(a), 2);
      assert.equal(await kv.clear(a), 0);
      assert.deepEqual(await kv.spaces(`${space}/`), [{ space: b, keys: 2 }]);
      assert.ok((await kv.spaces('')).some((found) => found.space === space));
    });

    test('what cannot be kept is refused', async () => {
      fresh();
      for (const key of ['', 'ä'.repeat(513), '\ud83d', 'a\0b']) {
        await assert.rejects(put(key), { code: 'invalid_request' }, JSON.stringify(key).slice(0, 20));
        await assert.rejects(kv.get(key, 'k'), { code: 'invalid_request' });
        await assert.rejects(kv.delete(space, key), { code: 'invalid_request' });
      }
      await put('ä'.repeat(512));
      await kv.put(space, 'most', Buffer.alloc(1024 * 1024));
      await assert.rejects(kv.put(space, 'more', Buffer.alloc(1024 * 1024 + 1)), { code: 'invalid_request' });
      await assert.rejects(put('a', '', { expiresAtMs: Number.NaN }), { code: 'invalid_request' });
    });

    test('of concurrent writers with one expected revision, one wins', async () => {
      fresh();
      let revision = 0;
      for (let round = 0; round < 10; round++) {
        const attempts = Array.from({ length: 10 }, (_, n) => put('a', `${n}`, { expectedRevision: revision }));
        const results = await Promise.allSettled(attempts);
        const won = results.filter((result) => result.status === 'fulfilled');
        assert.equal(won.length, 1);
        revision = won[0]!.value;
        assert.equal((await kv.get(space, 'a'))?.revision, revision);
      }
    });

    test('behaves as the model under any sequence of operations', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operations, { maxLength: 40 }), async (sequence) => {
          fresh();
          const model = new KeyValueModel(() => clock.now());
          for (const step of sequence) {
            const { kind, key, text, ms } = step;
            const current = (await kv.get(space, key))?.revision ?? 0;
            const expectedRevision = step.guard === 'none' ? undefined : current + (step.guard === 'wrong' ? 1 : 0);
            const guard = expectedRevision === undefined ? {} : { expectedRevision };
            if (kind === 'advance') clock.advance(ms);
            if (kind === 'put') {
              const expiresAtMs = ms > 10 ? undefined : clock.now() + ms;
              const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
              const written = put(key, text, { ...guard, ...expiry });
              if (model.expects(key, expectedRevision)) {
                model.put(key, { value: text, revision: await written, expiresAtMs });
              } else await assert.rejects(written, { code: 'conflict' });
            }
            if (kind === 'delete') {
              const deleted = kv.delete(space, key, expectedRevision);
              if (model.expects(key, expectedRevision)) assert.equal(await deleted, model.delete(key));
              else await assert.rejects(deleted, { code: 'conflict' });
            }
            if (kind === 'clear') assert.equal(await kv.clear(space), model.clear());
            const held = model.get(key);
            const found = await kv.get(space, key);
            assert.deepEqual([found?.value.toString(), found?.revision], [held?.value, held?.revision]);
          }
          for (const prefix of ['', 'a', 'ab']) {
            const found = await all(kv, space, prefix, 2);
            const plain = found.map(({ value, revision, key }) => ({ key, value: value.toString(), revision }));
            assert.deepEqual(plain, model.list(prefix));
          }
          await kv.clear(space);
        }),
        { numRuns: 40 },
      );
    });

    test('after a restart everything is as before', async () => {
      fresh();
      const revision = await put('a', 'kept', { expiresAtMs: clock.now() + 1_000 });
      await put('b', 'gone', { expiresAtMs: clock.now() + 1 });
      clock.advance(1);
      const old = kv;
      kv = await opened.reopen();
      await assert.rejects(old.put(space, 'a', Buffer.alloc(0)), { code: 'unavailable' });
      await assert.rejects(old.get(space, 'a'), { code: 'unavailable' });
      assert.equal(await textAt('a'), 'kept');
      assert.deepEqual(await keysOf(kv, space), ['a']);
      assert.ok((await put('a', 'next', { expectedRevision: revision })) > revision);
    });
  });

  describe(`${adapter.name} key-values on a full disk`, {
    skip: !adapter.createSmall && 'no storage that can be filled',
  }, () => {
    test('refuse a put with storage_full and keep what was', async () => {
      const opened = await adapter.createSmall!(new FakeClock());
      try {
        const kv = opened.port;
        const revision = await kv.put('s', 'k', Buffer.from('kept'));
        await opened.fill();
        await assert.rejects(kv.put('s', 'k', Buffer.alloc(512 * 1024)), { code: 'storage_full' });
        assert.deepEqual(await kv.get('s', 'k'), { key: 'k', value: Buffer.from('kept'), revision });
        await opened.free();
        await kv.put('s', 'k', Buffer.alloc(512 * 1024), { expectedRevision: revision });
        assert.equal((await (await opened.reopen()).get('s', 'k'))?.value.length, 512 * 1024);
      } finally {
        await opened.dispose();
      }
    });
  });
}

const operations = fc.record({
  kind: fc.constantFrom('put', 'put', 'put', 'delete', 'advance', 'clear'),
  key: fc.constantFrom('a', 'ab', 'abc', 'b', 'ä', '🐦', '\uffff'),
  text: fc.string({ maxLength: 3 }),
  guard: fc.constantFrom('none', 'right', 'wrong'),
  ms: fc.integer({ min: 0, max: 20 }),
});

async function all(kv: KeyValue, space: string, prefix: string, limit: number): Promise<KeyValueEntry[]> {
  const items: KeyValueEntry[] = [];
  for (let cursor: { cursor?: string } | undefined = {}; cursor; ) {
    const page: { items: KeyValueEntry[]; cursor?: string } = await kv.list(space, { prefix, limit, ...cursor });
    assert.ok(page.items.length <= limit);
    items.push(...page.items);
    cursor = page.cursor === undefined ? undefined : { cursor: page.cursor };
  }
  return items;
}

async function keysOf(kv: KeyValue, space: string, prefix = '', limit = 100): Promise<string[]> {
  return (await all(kv, space, prefix, limit)).map((entry) => entry.key);
}
