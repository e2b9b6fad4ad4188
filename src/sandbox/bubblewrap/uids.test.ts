import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseUids } from './uids.ts';

const WHOLE = '         0          0 4294967295\n';

test('on a whole machine blocks lie in the free range, apart from each other', () => {
  for (const random of [0, 0.25, 0.5, 0.999_999]) {
    const { first, size } = chooseUids(WHOLE, random);
    assert.equal(size, 4_096);
    assert.equal((0x7ffe_0000 - first) % size, 0);
    assert.ok(first >= 0x7000_0000 && first + size <= 0x7ffe_0000, `${first}`);
  }
  assert.notEqual(chooseUids(WHOLE, 0).first, chooseUids(WHOLE, 0.5).first);
});

test('in a user namespace of few ids the uppermost are taken', () => {
  assert.deepEqual(chooseUids('0 100000 65536\n', 0.7), { first: 61_440, size: 4_096 });
  assert.deepEqual(chooseUids('0 1000 1\n1 100000 65536\n', 0), { first: 61_441, size: 4_096 });
});
