import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { parserOf } from './values.ts';

test('JSON of a row is parsed, or a text where it is nested too deep for an event', () => {
  const parse = parserOf(pg.types.builtins.JSONB);
  assert.deepEqual(parse('{"a": [1]}'), { a: [1] });
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  assert.equal(parse(deep), deep);
});
