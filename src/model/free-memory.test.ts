import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeMemory } from './free-memory.ts';

test('bytes with memory of their own give it back', () => {
  const bytes = new Uint8Array(100_000);
  freeMemory(bytes);
  assert.equal(bytes.byteLength, 0);
});

test('bytes that share memory keep it', () => {
  const memory = new Uint8Array([1, 2, 3]);
  freeMemory(memory.subarray(0, 2));
  freeMemory(memory.subarray(1));
  assert.deepEqual([...memory], [1, 2, 3]);
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  freeMemory(shared);
  assert.equal(shared.byteLength, 3);
});
