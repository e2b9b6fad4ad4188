import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig, type FunctionDocument } from '../../model/function.ts';
import { REMOVED_PREFIX, type RemovedFunction } from '../../model/removed-function.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { forgetRemoved, rememberRemoved } from './removed-functions.ts';

test('whose a function was is known for as long as there are records of it', async (t) => {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder });
  t.after(async () => {
    await store.close();
    remove();
  });
  const { registry } = store;
  const fn = (name: string) =>
    ({ name, config: { ...defaultConfig(), owner: 'shop', tags: { tier: '1' } } }) as unknown as FunctionDocument;
  await rememberRemoved(registry, fn('old'), 1_000);
  await rememberRemoved(registry, fn('new'), 2_000);
  await rememberRemoved(registry, fn('again'), 500);
  await rememberRemoved(registry, fn('again'), 3_000);
  await forgetRemoved(registry, 2_000);
  const left = await registry.list<RemovedFunction>(REMOVED_PREFIX);
  assert.deepEqual(left.map(({ key, value }) => [key, value]).sort(), [
    ['removed-function/again', { owner: 'shop', tags: { tier: '1' }, removedAtMs: 3_000 }],
    ['removed-function/new', { owner: 'shop', tags: { tier: '1' }, removedAtMs: 2_000 }],
  ]);
});
