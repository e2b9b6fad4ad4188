import type { CloudEvent } from './event.ts';
import { eventView, ownField } from './event-view.ts';
import { isObject } from './json.ts';
import { compileMatcher, type Leaf, type Matcher } from './pattern-matchers.ts';
import { Problem } from './problem.ts';

/** A pattern may be nested so deep, and have so many matchers. */
const MAX_DEPTH = 32;
const MAX_MATCHERS = 2_000;

type Test = (value: unknown) => boolean;

/**
 * Makes a test of a pattern in EventBridge's language: an object whose fields must all match, each by one of a list of
 * matchers, or by a nested object. Throws `invalid_request`, saying where, for what is no pattern.
 *
 * A list in an event matches where one of its elements does. Only `exists: false` matches what is not there.
 */
export function compilePattern(pattern: Readonly<Record<string, unknown>>): (event: CloudEvent) => boolean {
  const test = compileObject(pattern, [], { matchers: 0 });
  return (event) => test(eventView(event));
}

function compileObject(pattern: unknown, path: readonly string[], budget: { matchers: number }): Test {
  if (!isObject(pattern)) throw bad(path, `an object or a list of matchers is expected, not ${shown(pattern)}`);
  if (path.length > MAX_DEPTH) throw bad(path, `it is nested deeper than ${MAX_DEPTH} levels`);
  const fields = Object.entries(pattern);
  if (fields.length === 0) throw bad(path, 'it is empty: name a field, or leave the filter out to match everything');
  const tests = fields.map(([name, wanted]): Test => {
    const at = [...path, name];
    if (name === '$or') return compileOr(wanted, at, budget);
    if (Array.isArray(wanted)) {
      const test = compileLeaf(wanted, at, budget);
      return (value) => test(ownField(value, name));
    }
    const test = compileObject(wanted, at, budget);
    return (value) => nested(test, ownField(value, name));
  });
  return (value) => tests.every((test) => test(value));
}

/** A list of objects matches where one of them does. */
function nested(test: Test, value: unknown): boolean {
  return Array.isArray(value) ? value.some((element) => nested(test, element)) : test(value);
}

function compileOr(choices: unknown, path: readonly string[], budget: { matchers: number }): Test {
  if (!Array.isArray(choices) || choices.length < 2) throw bad(path, 'it takes a list of at least two patterns');
  const tests = choices.map((choice, index) => compileObject(choice, [...path, String(index)], budget));
  return (value) => tests.some((test) => test(value));
}

function compileLeaf(wanted: readonly unknown[], path: readonly string[], budget: { matchers: number }): Test {
  if (wanted.length === 0) throw bad(path, 'the list of matchers is empty');
  budget.matchers += wanted.length;
  if (budget.matchers > MAX_MATCHERS) throw bad(path, `a pattern has at most ${MAX_MATCHERS} matchers`);
  const fail = (why: string): Problem => bad(path, why);
  const matchers = wanted.map((each) => compileMatcher(each, fail));
  return (value) => {
    const leaves = leavesOf(value);
    return matchers.some((matcher) => matches(matcher, leaves));
  };
}

function matches(matcher: Matcher, leaves: readonly Leaf[]): boolean {
  if (matcher.kind === 'exists') return matcher.expected === leaves.length > 0;
  return leaves.some(matcher.test);
}

/** The plain values of a field: one, those of a list, or none where it is absent or an object. */
function leavesOf(value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (value === undefined || isObject(value)) return [];
  return [value as Leaf];
}

function bad(path: readonly string[], why: string): Problem {
  const where = path.length === 0 ? 'the filter' : `the filter at "${path.join('.')}"`;
  return new Problem('invalid_request', `${where}: ${why}`, { details: { path: path.join('.') } });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
