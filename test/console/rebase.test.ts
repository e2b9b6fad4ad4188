import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rebase } from '../../src/console/screens/create/rebase.ts';

const made = (name: string, bucket: string) => ({
  functions: [{ name, memoryMb: 128, access: { role: name, grants: [`bucket:${bucket}:read`] } }],
  triggers: [{ name: `${name}-uploaded`, options: { bucket, events: ['ObjectCreated:*'] } }],
});

describe('what was changed by hand, when what it was changed of is made anew', () => {
  test('what nobody touched follows', () => {
    const old = made('a', 'photos');
    assert.deepEqual(rebase(old, old, made('b', 'films')), made('b', 'films'));
  });

  test('what was changed stays, and its neighbours follow', () => {
    const old = made('a', 'photos');
    const mine = structuredClone(old);
    mine.functions[0]!.memoryMb = 512;
    mine.functions[0]!.access.grants = ['bucket:photos:read', 'queue:jobs:send'];
    mine.triggers[0]!.options.events = ['ObjectRemoved:*'];
    const merged = rebase(old, mine, made('b', 'films'));
    assert.deepEqual(merged.functions, [
      { name: 'b', memoryMb: 512, access: { role: 'b', grants: ['bucket:photos:read', 'queue:jobs:send'] } },
    ]);
    assert.deepEqual(merged.triggers, [
      { name: 'b-uploaded', options: { bucket: 'films', events: ['ObjectRemoved:*'] } },
    ]);
  });

  test('what was added stays, and what was left out stays away', () => {
    const old = made('a', 'photos');
    const added = { ...old, triggers: [...old.triggers, { name: 'mine', options: { bucket: 'x', events: [] } }] };
    const names = (of: { triggers: readonly { name: string }[] }) => of.triggers.map(({ name }) => name);
    assert.deepEqual(names(rebase(old, added, made('b', 'photos'))), ['b-uploaded', 'mine']);
    assert.deepEqual(names(rebase(old, { ...old, triggers: [] }, made('b', 'photos'))), []);
  });
});
