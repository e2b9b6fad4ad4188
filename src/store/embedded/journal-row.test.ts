import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatId, isId, newId } from '../../model/id.ts';
import { keyAt, keyOfId, parseId, timeOfKey } from './journal-row.ts';

test('an id is the same after its text was parsed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = formatId(Buffer.from(bytes));
      assert.ok(isId(text));
      assert.deepEqual(parseId(text), bytes);
      assert.deepEqual(parseId(text.toUpperCase()), bytes);
    }),
  );
});

test('keys tell the time and are exact numbers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2089, 0, 1) }), (timeMs) => {
      assert.equal(timeOfKey(keyAt(timeMs)), timeMs);
      assert.equal(timeOfKey(keyAt(timeMs + 1) - 1), timeMs);
      assert.ok(Number.isSafeInteger(keyAt(timeMs)));
    }),
  );
});

test('keys of ids increase as the ids do', () => {
  const nowMs = Date.now();
  let last = keyOfId(newId(nowMs));
  for (let n = 0; n < 10_000; n++) {
    const key = keyOfId(newId(nowMs));
    assert.ok(key > last);
    last = key;
  }
});
