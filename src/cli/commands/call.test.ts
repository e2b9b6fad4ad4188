import assert from 'node:assert/strict';
import { test } from 'node:test';
import { named } from './call.ts';

test('parameters are texts or JSON, and a payload that stands among them is told its place', () => {
  assert.deepEqual(named(['name=you', 'count:=3']), { name: 'you', count: 3 });
  assert.throws(() => named(['{"n":1}']), /no name=value or name:=json; a whole payload is given by --data/);
});
