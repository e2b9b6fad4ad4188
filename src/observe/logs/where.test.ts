import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { COMPARISON_OPERATORS, type LogCondition, lineMeets } from '../../model/log-condition.ts';
import { formatWhere, parseAllWhere, parseWhere } from './where.ts';

const fields = fc
  .oneof(
    fc.constantFrom('status', 'user.id', 'and', 'Not', 'a b', "it's", 'x=y', 'ä'),
    fc.string({ minLength: 1, maxLength: 8 }),
  )
  .filter((field) => !/["\\\p{Cc}]/u.test(field));
const values = fc.oneof(
  fc.constantFrom('500', 'true', '', 'a b', '"', "'", '\\', '(', '>=1'),
  fc.string({ maxLength: 8 }),
);
const leaves: fc.Arbitrary<LogCondition> = fc.oneof(
  fc.record({ kind: fc.constant('exists' as const), field: fields }),
  fc
    .record({
      kind: fc.constant('compare' as const),
      field: fields,
      operator: fc.constantFrom(...COMPARISON_OPERATORS),
      value: values,
      quoted: fc.boolean(),
    })
    .map((each) => ({ ...each, quoted: each.quoted || !/^[^\s()"'<>=!~][^\s()"']*$/u.test(each.value) })),
);
const conditions = fc.letrec<{ condition: LogCondition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaves,
    tie('condition').map((of) => ({ kind: 'not' as const, of })),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).condition;

describe('a condition on fields', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(conditions, (condition) =>
        assert.deepEqual(parseWhere(formatWhere(condition)), structuredClone(condition)),
      ),
    );
  });

  it('is read or refused with what is wrong, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[ab=<>!~()'"\\ ]{0,20}$/)), (text) => {
        try {
          parseWhere(text);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'invalid_request', String(error));
        }
      }),
    );
  });

  it('finds what it says in JSON lines', () => {
    const line = JSON.stringify({
      status: 503,
      code: '42',
      user: { id: 42, name: 'Ännchen "A"' },
      'user.role': 'admin',
      ok: true,
      none: null,
      tags: ['a'],
      'a b': 1,
      at: '2026-11-29T10:00:00Z',
    });
    const met = [
      'status>=500',
      'status = 503',
      'status!=200 and status<504 and status<=503 and status>5e2',
      'code=42',
      'code="42"',
      'user.id=42',
      'user.role=admin',
      'user.name~ännchen',
      `user.name='Ännchen "A"'`,
      'ok=true',
      'ok',
      'not none',
      '!missing',
      'tags',
      '"a b"=1',
      'at>=2026-11-29 and at<2026-11-30',
      'missing or status=503',
      'not (status=503 and missing)',
      'status=1 or status=503 and ok',
      'user.name!~bert',
      'status!~5',
    ];
    for (const text of met) assert.equal(lineMeets(line, parseWhere(text)), true, text);
    const unmet = [
      'status<500',
      'status="503"',
      'status>=high',
      'code>1',
      'code!=42',
      'missing',
      'missing!=1',
      'missing!~x',
      'none',
      'none=null',
      'tags=a',
      'tags~a',
      'ok="true"',
      'user.id.more',
      '(status=1 or status=503) and missing',
      'toString',
      '__proto__',
      'status~5',
    ];
    for (const text of unmet) assert.equal(lineMeets(line, parseWhere(text)), false, text);
    assert.equal(lineMeets('no JSON', parseWhere('not status')), true);
    assert.equal(lineMeets('{"broken', parseWhere('broken')), false);
    assert.equal(lineMeets('["status"]', parseWhere('status')), false);
  });

  it('is refused with what is wrong and where', () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['a>>3', /">>3" is no comparison; a value that begins with a sign stands in quotes/],
      ['a= =3', /"==3" is no comparison/],
      ['', /there is no condition/],
      ['  ', /there is no condition/],
      ['status>=', /a value is missing after "status>=".* at the end/],
      ['=5', /a field's name is missing at character 1 \("="\)/],
      ['a=1 b=2', /put "and" or "or" between conditions.* at character 5 \("b"\)/],
      ['msg=hello world', /quotes around a value with spaces at character 11 \("world"\)/],
      ['(a=1', /a "\)" is missing at the end/],
      ['a and', /a field's name is missing at the end/],
      ['a="x', /the quote at character 3 is not closed/],
      ['""', /"" is no name of a field/],
      [`'a"b'=1`, /is no name of a field: it may have no quotes/],
      [`${'('.repeat(40)}a${')'.repeat(40)}`, /nested more than 16 deep/],
      [`${'!'.repeat(40)}a`, /nested more than 16 deep/],
      [Array.from({ length: 33 }, () => 'a').join(' and '), /more than 32 comparisons/],
      ['a'.repeat(1_025), /at most 1024 characters/],
    ];
    for (const [text, message] of wrong) assert.throws(() => parseWhere(text), { code: 'invalid_request', message });
  });

  it('of several is that all are met', () => {
    assert.equal(parseAllWhere([]), undefined);
    assert.deepEqual(parseAllWhere(['a']), parseWhere('a'));
    assert.deepEqual(parseAllWhere(['a', 'b or c']), parseWhere('a and (b or c)'));
  });
});
