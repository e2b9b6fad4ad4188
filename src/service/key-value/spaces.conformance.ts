import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Adapter, Opened } from '../../store/conformance.ts';
import type { KeyValueSpaces } from './spaces.ts';

/** What every adapter of key-value spaces must do beyond what its store's port does. */
export function spacesConformance(adapter: Adapter<KeyValueSpaces>): void {
  describe(`${adapter.name} spaces`, () => {
    const clock = new FakeClock();
    let opened: Opened<KeyValueSpaces>;
    let spaces: KeyValueSpaces;
    before(async () => {
      opened = await adapter.create(clock);
      spaces = opened.port;
    });
    after(() => opened.dispose());
    const put = (space: string, key: string, options = {}) => spaces.put(space, key, Buffer.from(key), options);

    test('a space is there as long as it holds a key, also after a restart', async () => {
      assert.deepEqual(await spaces.spaces(), []);
      await put('users', 'ada');
      await put('users', 'bob');
      await put('a.b-c_d', 'x');
      spaces = await opened.reopen();
      assert.deepEqual(await spaces.spaces(), [
        { space: 'a.b-c_d', keys: 1 },
        { space: 'users', keys: 2 },
      ]);
      assert.equal(await spaces.clear('users'), 2);
      assert.equal(await spaces.delete('a.b-c_d', 'x'), true);
      assert.deepEqual(await spaces.spaces(), []);
    });

    test('of concurrent writers at one revision exactly one wins', async () => {
      const revision = await put('race', 'k');
      const writers = Array.from({ length: 20 }, () => put('race', 'k', { expectedRevision: revision }));
      const won = (await Promise.allSettled(writers)).filter(({ status }) => status === 'fulfilled');
      assert.equal(won.length, 1);
      await assert.rejects(put('race', 'k', { expectedRevision: 0 }), { code: 'conflict' });
    });

    test('a key goes when its time is over', async () => {
      await put('brief', 'k', { expiresAtMs: clock.now() + 1_000 });
      assert.equal((await spaces.get('brief', 'k'))?.expiresAtMs, clock.now() + 1_000);
      clock.advance(1_000);
      assert.equal(await spaces.get('brief', 'k'), undefined);
      assert.deepEqual(await spaces.list('brief', { limit: 10 }), { items: [] });
    });

    test('keys are listed by prefix, and belong to their own space', async () => {
      for (const key of ['a/1', 'a/2', 'b/1']) await put('tree', key);
      await put('tree2', 'a/3');
      const { items } = await spaces.list('tree', { prefix: 'a/', limit: 10 });
      assert.deepEqual(
        items.map(({ key }) => key),
        ['a/1', 'a/2'],
      );
    });

    test('what is no name of a space is refused', async () => {
      for (const space of ['', 'a/b', '../x', 'a b', '-a', 'x'.repeat(81), 'ä']) {
        await assert.rejects(put(space, 'k'), { code: 'invalid_request' }, space);
        await assert.rejects(spaces.get(space, 'k'), { code: 'invalid_request' }, space);
        await assert.rejects(spaces.clear(space), { code: 'invalid_request' }, space);
      }
    });
  });
}
