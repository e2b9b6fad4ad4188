import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../../src/console/screens/logs/structured.ts';

test('fields within fields have the names that conditions have for them', () => {
  const line = JSON.stringify({
    msg: 'order taken',
    user: { id: 42, address: { city: 'Bern' } },
    tags: ['a', 'b'],
    none: {},
    'http.status': 200,
  });
  assert.deepEqual(fieldsOf(line), [
    { name: 'user.id', value: '42', condition: 'user.id=42' },
    { name: 'user.address.city', value: 'Bern', condition: 'user.address.city="Bern"' },
    { name: 'tags', value: '["a","b"]' },
    { name: 'none', value: '{}' },
    { name: 'http.status', value: '200', condition: 'http.status=200' },
  ]);
});

test('what no condition leads to stays whole', () => {
  const [dotted, within] = fieldsOf(JSON.stringify({ 'a.b': { c: 1 }, d: { 'e.f': 1 } }));
  assert.deepEqual(dotted, { name: 'a.b', value: '{"c":1}' });
  assert.deepEqual(within, { name: 'd', value: '{"e.f":1}' });
});

test('a line that is no JSON object has none, and a vast one has an end', () => {
  assert.deepEqual(fieldsOf('{no'), []);
  assert.deepEqual(fieldsOf('plain'), []);
  const vast = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`f${at}`, at]));
  assert.equal(fieldsOf(JSON.stringify(vast)).length, 500);
});
