import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differencesOf } from '../../src/console/ui/differences.ts';

test('values are compared by what they hold, and not by what every object has', () => {
  const hostile = JSON.parse('{"constructor":{"a":1},"toString":1,"__proto__":{"x":1},"same":[1]}');
  assert.deepEqual(differencesOf({ same: [1] }, hostile), [
    { path: 'constructor.a', before: undefined, after: 1 },
    { path: 'toString', before: undefined, after: 1 },
    { path: '__proto__.x', before: undefined, after: 1 },
  ]);
  assert.deepEqual(differencesOf(hostile, hostile), []);
  assert.deepEqual(differencesOf({ a: { b: 1 } }, { a: { b: '1' } }), [{ path: 'a.b', before: 1, after: '1' }]);
  assert.deepEqual(differencesOf([1], { 0: 1 }), [{ path: '', before: [1], after: { 0: 1 } }]);
});
