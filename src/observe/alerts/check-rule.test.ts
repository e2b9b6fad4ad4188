import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN } from '../metrics/definitions.ts';
import { checkCondition } from './check-rule.ts';

const check = (condition: string) => () => checkCondition(condition, true, [...BUILT_IN.values()]);

test('a metric that nobody has is refused, and those that there are are named', () => {
  assert.throws(
    check('zzz > 5'),
    /nobody has a metric "zzz"; there are invocations, .* and more: fob metrics lists them/,
  );
  check('errors{version=7} > 0')();
});

test('a label that the platform gives no metric is refused: the rule would never fire', () => {
  assert.throws(check('errors{colour=red} > 0'), /"errors" has no label "colour"; it has function, version, alias/);
  assert.throws(check('concurrency{version=7} > 3'), /"concurrency" has no label "version"; it has function/);
});
