import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { AlertChannelSchema } from '../model/alert.ts';
import { Problem } from '../model/problem.ts';
import { ALIAS_NAME_PATTERN } from '../model/target.ts';
import { checked, validatorCompiler } from './validation.ts';

function fault(run: () => unknown): string {
  try {
    const answer = run() as { error?: Problem } | undefined;
    return answer?.error?.message ?? 'it fits';
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error.message;
  }
}

test('what does not fit is told in words, with units', () => {
  const schema = Type.Object({
    pollMs: Type.Optional(Type.Integer({ minimum: 10_000 })),
    percent: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 100 })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 3 })),
    many: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 2 })),
    which: Type.Optional(Type.Enum(['a', 'b'])),
    own: Type.Optional(Type.Object({ path: Type.String() }, { additionalProperties: false })),
  });
  const cases: [unknown, string][] = [
    [{ pollMs: 5_000 }, 'body "pollMs" must be at least 10000 (10 s)'],
    [{ percent: 0 }, 'body "percent" must be more than 0'],
    [{ percent: 101 }, 'body "percent" must be at most 100'],
    [{ name: '' }, 'body "name" must not be empty'],
    [{ name: 'abcd' }, 'body "name" must have at most 3 characters'],
    [{ many: [] }, 'body "many" must not be empty'],
    [{ many: ['a', 'b', 'c'] }, 'body "many" must have at most 2 items'],
    [{ which: 'c' }, 'body "which" must be one of "a", "b"'],
    [{ own: {} }, 'body "own" must have "path"'],
    [{ own: { path: '', more: 1 } }, 'body "own" must not have additional properties: more'],
  ];
  for (const [value, message] of cases)
    assert.equal(
      fault(() => checked(schema, value, 'body')),
      message,
    );
});

test('of several kinds the one that was meant is told of', () => {
  const channel = (value: unknown) => fault(() => checked(AlertChannelSchema, value, 'body'));
  assert.match(channel({ kind: 'slack', url: 'somewhere' }), /^body "url" is no address: write http/);
  assert.match(channel({ kind: 'email', to: ['nobody'], from: 'a@b', smtp: 'smtp://a' }), /^body "to\.0" is no e-mail/);
  assert.match(channel({ kind: 'email', to: ['a@b'], from: 'a@b', smtp: 'a' }), /^body "smtp" is no mail server/);
  assert.equal(channel({ kind: 'function' }), 'body must have "function"');
  assert.equal(channel({ kind: 'pager' }), 'body "kind" must be one of "webhook", "slack", "email", "function"');
});

test('a name in the path is told by what it is, not where it stands', () => {
  const schema = Type.Object({ alias: Type.String({ pattern: ALIAS_NAME_PATTERN }) });
  const validate = validatorCompiler({ schema, httpPart: 'params', method: 'GET', url: '/' });
  assert.match(
    fault(() => validate({ alias: '3' }) as never),
    /^"3" is no name of an alias: /,
  );
  assert.match(
    fault(() => validate({ alias: 'x'.repeat(500) }) as never),
    /^"x{200}…" is no name of an alias: /,
  );
});
