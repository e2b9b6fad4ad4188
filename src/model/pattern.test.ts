import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CloudEvent } from './event.ts';
import { compilePattern } from './pattern.ts';
import { Problem } from './problem.ts';

const event = (data: unknown, more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0',
  id: '1',
  source: 'fob:bucket/photos',
  type: 'fob.bucket.object-created',
  data,
  ...more,
});

const matches = (matchers: unknown[], value: unknown): boolean =>
  compilePattern({ detail: { field: matchers } })(event(value === undefined ? {} : { field: value }));

describe('event patterns', () => {
  /** A list of matchers, what matches it, and what does not. */
  const cases: readonly (readonly [unknown[], readonly unknown[], readonly unknown[]])[] = [
    [
      ['a', 'b'],
      ['a', 'b', ['x', 'a']],
      ['c', 'A', 1, null, undefined, [], { a: 1 }],
    ],
    [
      [1, 2.5],
      [1, 1.0, 2.5],
      ['1', true],
    ],
    [[true], [true], ['true', 1, false]],
    [[null], [null, [null]], ['', 'null', 0, undefined]],
    [[''], [''], [null, ' ', undefined]],
    [[{ prefix: 'ab' }], ['ab', 'abc', ['x', 'abc']], ['a', 'ABc', 'xab', 12, undefined]],
    [[{ prefix: { 'equals-ignore-case': 'aB' } }], ['AbC', 'ab'], ['ba']],
    [[{ suffix: '.jpg' }], ['x.jpg', '.jpg'], ['x.JPG', 'jpg']],
    [[{ suffix: { 'equals-ignore-case': '.jpg' } }], ['x.JPG'], ['x.png']],
    [[{ 'equals-ignore-case': 'Alice' }], ['ALICE', 'alice'], ['alic', 'alicee', 1]],
    [[{ wildcard: 'a*c' }], ['ac', 'abc', 'accc'], ['a', 'abcd', 'bac']],
    [[{ wildcard: '*.jpg' }], ['.jpg', 'a/b.jpg'], ['a.jpg.txt']],
    [[{ wildcard: 'a\\*b\\\\' }], ['a*b\\'], ['axb\\', 'a*b']],
    [[{ wildcard: 'ab*ab' }], ['abab', 'abxab'], ['ab', 'aba']],
    [[{ 'anything-but': 'x' }], ['y', 1, null, true, ['x', 'y']], ['x', ['x'], undefined, []]],
    [[{ 'anything-but': ['x', 1] }], ['y', '1', 2], ['x', 1]],
    [[{ 'anything-but': { prefix: 'x' } }], ['y', 'ax', 1], ['x', 'xy']],
    [[{ 'anything-but': { prefix: ['x', 'y'] } }], ['z'], ['xa', 'ya']],
    [[{ 'anything-but': { suffix: 'x' } }], ['xy'], ['yx']],
    [[{ 'anything-but': { wildcard: ['*/lib/*', 'a'] } }], ['usr/x'], ['usr/lib/x', 'a']],
    [[{ 'anything-but': { 'equals-ignore-case': ['X', 'y'] } }], ['z'], ['x', 'Y']],
    [[{ numeric: ['=', 5] }], [5, 5.0], [4, '5']],
    [[{ numeric: ['>', 0, '<=', 5] }], [5, 0.1, [9, 3]], [0, 5.1, '3', undefined]],
    [[{ numeric: ['<', -1] }], [-2], [-1]],
    [[{ exists: true }], ['', null, 0, [1]], [undefined, [], { a: 1 }]],
    [[{ exists: false }], [undefined, { a: 1 }], ['', null, 0]],
    [[{ cidr: '10.0.0.0/24' }], ['10.0.0.255'], ['10.0.1.0', '::1', 'x']],
    [[{ cidr: '2001:db8::/32' }], ['2001:db8::1', '2001:0DB8:0:0::9'], ['2001:db9::1', '10.0.0.1']],
    [['a', { prefix: 'b' }, { exists: false }], ['a', 'bc', undefined], ['c']],
  ];
  for (const [matchers, good, bad] of cases) {
    test(JSON.stringify(matchers), () => {
      for (const value of good) assert.equal(matches(matchers, value), true, JSON.stringify(value));
      for (const value of bad) assert.equal(matches(matchers, value), false, JSON.stringify(value));
    });
  }

  test('see the attributes of the event, and its data as detail and as data', () => {
    const happened = event({ a: { b: ['x', 'y'] } }, { subject: 'cat.jpg', partition: 7 });
    const pattern = {
      source: ['fob:bucket/photos'],
      'detail-type': [{ prefix: 'fob.bucket.' }],
      type: ['fob.bucket.object-created'],
      subject: [{ suffix: '.jpg' }],
      partition: [7],
      time: [{ exists: false }],
      detail: { a: { b: ['y'] } },
      data: { a: { b: ['x'] } },
    };
    assert.equal(compilePattern(pattern)(happened), true);
    assert.equal(compilePattern({ ...pattern, subject: ['dog.jpg'] })(happened), false);
  });

  test('$or is one of several, beside what must hold in any case, at any depth', () => {
    const matcher = compilePattern({
      source: [{ prefix: 'fob:' }],
      detail: { $or: [{ a: [1] }, { b: { c: [{ exists: true }] } }], d: ['x'] },
    });
    assert.equal(matcher(event({ a: 1, d: 'x' })), true);
    assert.equal(matcher(event({ b: { c: 0 }, d: 'x' })), true);
    assert.equal(matcher(event({ a: 1 })), false);
    assert.equal(matcher(event({ a: 2, d: 'x' })), false);
  });

  test('a list of objects matches where one object matches wholly', () => {
    const matcher = compilePattern({ detail: { items: { kind: ['a'], size: [{ numeric: ['>', 1] }] } } });
    assert.equal(matcher(event({ items: [{ kind: 'a', size: 2 }, { kind: 'b' }] })), true);
    assert.equal(
      matcher(
        event({
          items: [
            { kind: 'a', size: 1 },
            { kind: 'b', size: 2 },
          ],
        }),
      ),
      false,
    );
  });

  test('nothing inherited is seen', () => {
    assert.equal(compilePattern({ detail: { constructor: { name: [{ exists: true }] } } })(event({})), false);
    assert.equal(compilePattern(JSON.parse('{"detail": {"__proto__": [{"exists": true}]}}'))(event({})), false);
    assert.equal(compilePattern({ detail: { length: [{ exists: true }] } })(event('text')), false);
  });

  test('what is no pattern is refused, saying where', () => {
    const refused = (pattern: unknown, says: RegExp) =>
      assert.throws(
        () => compilePattern(pattern as Record<string, unknown>),
        (error) => error instanceof Problem && error.code === 'invalid_request' && says.test(error.message),
        JSON.stringify(pattern),
      );
    refused({}, /the filter: it is empty/);
    refused({ detail: {} }, /at "detail": it is empty/);
    refused({ detail: { a: [] } }, /at "detail\.a": the list of matchers is empty/);
    refused({ a: 'x' }, /at "a": an object or a list of matchers is expected, not "x"/);
    refused({ a: [{ prefx: 'x' }] }, /at "a": "prefx" is no matcher/);
    refused({ a: [{ prefix: 'x', suffix: 'y' }] }, /one keyword/);
    refused({ a: [['x']] }, /a matcher is a value/);
    refused({ a: [{ prefix: 1 }] }, /a matcher is a value, or an object/);
    refused({ a: [{ numeric: ['>', 5, '<', 1] }] }, /range goes from/);
    refused({ a: [{ numeric: ['<', 1, '>', 5] }] }, /range goes from/);
    refused({ a: [{ numeric: ['~', 1] }] }, /"numeric" takes/);
    refused({ a: [{ exists: 'yes' }] }, /true or false/);
    refused({ a: [{ cidr: '10.0.0.0/33' }] }, /block of addresses/);
    refused({ a: [{ wildcard: 'a**b' }] }, /two \*/);
    refused({ a: [{ wildcard: 'a\\b' }] }, /stands before/);
    refused({ a: [{ 'anything-but': [] }] }, /empty list/);
    refused({ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, /not "numeric"/);
    refused({ a: [{ toString: 'x' }] }, /is no matcher/);
    refused({ $or: [{ a: [1] }] }, /at least two/);
    let deep: unknown = { a: [1] };
    for (let level = 0; level < 40; level++) deep = { a: deep };
    refused(deep, /deeper than/);
    refused({ a: Array.from({ length: 3_000 }, (_, index) => index) }, /at most/);
  });

  test('a wildcard of many parts is told in linear time', () => {
    const matcher = compilePattern({ detail: { field: [{ wildcard: `${'a*'.repeat(200)}b` }] } });
    assert.equal(matcher(event({ field: 'a'.repeat(100_000) })), false);
  });

  const word = fc.stringMatching(/^[ab*]{0,4}$/);
  const leaf = fc.oneof(word, fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.constant(null));
  const wildcardText = fc.stringMatching(/^\*?([ab]+\*)?[ab]*$/);
  const exclusion = fc.oneof(
    leaf,
    fc.array(leaf, { minLength: 1, maxLength: 3 }),
    fc.record({ prefix: word }),
    fc.record({ suffix: fc.array(word, { minLength: 1, maxLength: 2 }) }),
    fc.record({ wildcard: wildcardText }),
    fc.record({ 'equals-ignore-case': word }),
  );
  const matcher = fc.oneof(
    leaf,
    fc.record({ prefix: word }),
    fc.record({ suffix: fc.record({ 'equals-ignore-case': word }) }),
    fc.record({ 'equals-ignore-case': word }),
    fc.record({ wildcard: wildcardText }),
    fc.record({ 'anything-but': exclusion }),
    fc.record({ numeric: fc.tuple(fc.constantFrom('=', '<', '>', '<=', '>='), fc.integer({ min: -3, max: 3 })) }),
    fc.record({ exists: fc.boolean() }),
  );
  const name = fc.constantFrom('x', 'y', 'z');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  }));
  const { pattern } = fc.letrec<{ pattern: Record<string, unknown> }>((tie) => ({
    pattern: fc.dictionary(
      name,
      fc.oneof({ depthSize: 'small' }, fc.array(matcher, { minLength: 1, maxLength: 3 }), tie('pattern')),
      { minKeys: 1, maxKeys: 3 },
    ),
  }));

  test('agree with a matcher that is as plain as can be', () => {
    fc.assert(
      fc.property(pattern, value, (wanted, data) => {
        assert.equal(compilePattern({ detail: wanted })(event(data)), naiveObject(wanted, data));
      }),
      { numRuns: 3_000 },
    );
  });
});

function naiveObject(pattern: Record<string, unknown>, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((element) => naiveObject(pattern, element));
  const fields = typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  return Object.entries(pattern).every(([name, wanted]) =>
    Array.isArray(wanted)
      ? wanted.some((each) => naiveMatcher(each, flat(fields.get(name))))
      : naiveObject(wanted as Record<string, unknown>, fields.get(name)),
  );
}

function flat(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(flat);
  return value === undefined || (typeof value === 'object' && value !== null) ? [] : [value];
}

function naiveMatcher(matcher: unknown, leaves: unknown[]): boolean {
  const [keyword, argument] =
    typeof matcher === 'object' && matcher !== null ? Object.entries(matcher)[0]! : ['equals', matcher];
  if (keyword === 'exists') return argument ? leaves.length > 0 : leaves.length === 0;
  return leaves.some((leaf) => naiveLeaf(keyword, argument, leaf));
}

function naiveLeaf(keyword: string, argument: unknown, leaf: unknown): boolean {
  const literal = (text: unknown) => String(text).replaceAll(/[*\\.]/g, '\\$&');
  const text = (source: string, flags = '') =>
    typeof leaf === 'string' && new RegExp(`^${source}$`, `s${flags}`).test(leaf);
  const ignoring = (inner: unknown) => (inner as Record<string, unknown> | null)?.['equals-ignore-case'];
  switch (keyword) {
    case 'equals':
      return leaf === argument;
    case 'prefix':
      return text(`${literal(argument)}.*`);
    case 'suffix':
      return typeof argument === 'string'
        ? text(`.*${literal(argument)}`)
        : text(`.*${literal(ignoring(argument))}`, 'i');
    case 'equals-ignore-case':
      return text(literal(argument), 'i');
    case 'wildcard':
      return text(String(argument).replaceAll('*', '.*'));
    case 'numeric': {
      const [sign, bound] = argument as [string, number];
      if (typeof leaf !== 'number') return false;
      return (
        (sign.includes('=') && leaf === bound) || (sign[0] === '<' && leaf < bound) || (sign[0] === '>' && leaf > bound)
      );
    }
    default: {
      const [inner, values] =
        typeof argument === 'object' && argument !== null && !Array.isArray(argument)
          ? Object.entries(argument)[0]!
          : ['equals', argument];
      return ![values].flat().some((each) => naiveLeaf(inner, each, leaf));
    }
  }
}
