import assert from 'node:assert/strict';
import { test } from 'node:test';
import Value from 'typebox/value';
import { type ReleaseRules, ReleaseRulesSchema, type VersionNumbers } from '../../model/release.ts';
import { judge } from './judge.ts';

const RULES = Value.Default(ReleaseRulesSchema, {}) as ReleaseRules;

function numbers(version: number, calls: number, errors: number, p90Ms = 10): VersionNumbers {
  const errorRate = calls === 0 ? 0 : (errors / calls) * 100;
  return { version, calls, errors, errorRate, p50Ms: p90Ms, p90Ms, p99Ms: p90Ms };
}

const rule = (old: VersionNumbers, fresh: VersionNumbers, rules: Partial<ReleaseRules> = {}) =>
  judge({ ...RULES, ...rules }, old, fresh)?.rule;

test('a version that fails more often than the one before it is found', () => {
  assert.equal(rule(numbers(3, 90, 0), numbers(4, 10, 10)), 'errors');
  assert.equal(rule(numbers(3, 900, 9), numbers(4, 100, 10)), 'errors');
  const verdict = judge(RULES, numbers(3, 90, 0), numbers(4, 10, 10))!;
  assert.match(verdict.why, /100% \(10 of 10\) of the calls of version 4 failed, 0% \(0 of 90\)/);
  // Nothing is known of the old one.
  assert.equal(rule(numbers(3, 0, 0), numbers(4, 10, 10)), 'errors');
});

test('too few calls, chance, and faults that both have, are no reason', () => {
  assert.equal(rule(numbers(3, 90, 0), numbers(4, 9, 9)), undefined);
  assert.equal(rule(numbers(3, 10_000, 0), numbers(4, 100, 2)), undefined, 'as many as are allowed');
  assert.equal(rule(numbers(3, 90, 45), numbers(4, 10, 6)), undefined, 'one in two either way');
  assert.equal(rule(numbers(3, 0, 0), numbers(4, 10, 1)), undefined, 'one failure proves nothing');
  assert.equal(rule(numbers(3, 900, 9), numbers(4, 100, 10), { maxErrorIncrease: 20 }), undefined);
});

test('a version that takes longer is found, unless the difference is small', () => {
  assert.equal(rule(numbers(3, 100, 0, 100), numbers(4, 20, 0, 200)), 'latency');
  assert.equal(rule(numbers(3, 100, 0, 100), numbers(4, 20, 0, 140)), undefined, 'less than one and a half times');
  assert.equal(rule(numbers(3, 100, 0, 1), numbers(4, 20, 0, 15)), undefined, 'by less than 20 ms');
  assert.equal(rule(numbers(3, 5, 0, 100), numbers(4, 20, 0, 900)), undefined, 'nothing to compare it with');
  assert.equal(rule(numbers(3, 100, 0, 100), numbers(4, 20, 0, 200), { maxLatencyFactor: 3 }), undefined);
});
