import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyOf } from '../../src/console/screens/invocations/part.ts';
import { prettyJson, prettyValue } from '../../src/console/ui/pretty-json.ts';

test('JSON is shown with its lines in order, any other text as it is', () => {
  const value = { a: [1, { b: 'x, [y] "z" \\' }], c: [] };
  assert.equal(prettyJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
  assert.equal(prettyValue(value), JSON.stringify(value, null, 2));
  assert.equal(prettyValue(null), 'null');
  assert.equal(prettyValue('text'), '"text"');
  for (const text of ['', 'text', '[1', '{"a": ', '12']) assert.equal(prettyJson(text), text);
});

test('numbers and strings stay as they were written', () => {
  assert.equal(
    prettyJson('{"id":9007199254740993,"a":1.0,"b":"\\u0041"}'),
    '{\n  "id": 9007199254740993,\n  "a": 1.0,\n  "b": "\\u0041"\n}',
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value = JSON.parse(text);
      if (typeof value === 'object' && value !== null)
        assert.equal(prettyJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
    }),
  );
});

test('a text that is nested very deep does not become thousands of times as long', () => {
  for (const depth of [200, 2_000, 30_000]) {
    const text = `${'['.repeat(depth)}${'1,'.repeat(30_000)}1${']'.repeat(depth)}`;
    assert.equal(prettyJson(text), text);
  }
  const long = JSON.stringify(Array.from({ length: 20_000 }, (_, at) => ({ at })));
  assert.equal(prettyJson(long), JSON.stringify(JSON.parse(long), null, 2), 'what is only long is as before');
});

test('what was recorded of a call is shown as it was, too', () => {
  const contentType = 'application/json; charset=utf-8';
  assert.equal(bodyOf({ contentType, body: '{"id":9007199254740993}' }), '{\n  "id": 9007199254740993\n}');
  const deep = `[${Array(300)
    .fill(`${'{"a":'.repeat(250)}1${'}'.repeat(250)}`)
    .join()}]`;
  assert.equal(bodyOf({ contentType, body: deep }), deep);
  assert.equal(bodyOf({ contentType: 'text/plain', body: '{"a":1}' }), '{"a":1}');
  assert.equal(bodyOf({ contentType, bodyBase64: '/w==' }), '/w==');
  assert.equal(bodyOf({ contentType, bytes: 7 }), undefined);
});
