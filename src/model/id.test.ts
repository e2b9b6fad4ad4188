import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatId, isId, newId, timeOfId } from './id.ts';

test('an id is written in five groups, and each by itself', () => {
  const bytes = Uint8Array.from({ length: 16 }, (_, index) => index * 17);
  const text = formatId(bytes);
  assert.equal(text, '00112233-4455-6677-8899-aabbccddeeff');
  formatId(new Uint8Array(16));
  assert.equal(text, '00112233-4455-6677-8899-aabbccddeeff', 'what is written next changes none before');
});

test('ids are told apart, in order of their time', () => {
  const ids = Array.from({ length: 10_000 }, () => formatId(newId(1_800_000_000_000)));
  assert.ok(ids.every(isId));
  assert.deepEqual([...new Set(ids)].sort(), ids);
  assert.ok(timeOfId(ids[0]!) >= 1_800_000_000_000);
});
