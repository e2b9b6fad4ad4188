import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Asker, decide, type GrantedRole, isLike, type Question, type Statement } from './rule.ts';

const actions = ['function:invoke', 'function:read', 'bucket:read'];
const resources = ['function:pay', 'function:pay-eu', 'bucket:pay', '*'];
const owners = ['ada', 'bob', 'shop'];
const statement: fc.Arbitrary<Statement> = fc.record(
  {
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    actions: fc.array(fc.constantFrom(...actions, 'function:*', '*:read', '*'), { minLength: 1, maxLength: 2 }),
    resources: fc.array(fc.constantFrom(...resources, 'function:pay*', 'bucket:*'), { minLength: 1, maxLength: 2 }),
    where: fc.record(
      {
        owner: fc.array(fc.constantFrom('@self', '@team', ...owners), { minLength: 1, maxLength: 2 }),
        tag: fc.constantFrom({ stage: 'prod' }, { stage: 'p*' }, { stage: '*' }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['effect', 'actions'] },
);
const granted: fc.Arbitrary<GrantedRole[]> = fc.array(
  fc.record({
    role: fc.constantFrom('one', 'other'),
    through: fc.constant('user ada'),
    statements: fc.array(statement, { maxLength: 4 }),
  }),
  { maxLength: 3 },
);
const asker: fc.Arbitrary<Asker> = fc.record({
  user: fc.constantFrom('ada', 'bob'),
  teams: fc.subarray(['shop', 'bank']),
});
const question: fc.Arbitrary<Question> = fc.record({
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  attributes: fc.record(
    { owner: fc.constantFrom(...owners, ''), tags: fc.constantFrom({}, { stage: 'prod' }, { stage: 'test' }) },
    { requiredKeys: [] },
  ),
});
const denyAll: GrantedRole = {
  role: 'none',
  through: 'user ada',
  statements: [{ effect: 'deny', actions: ['*'] }],
};

describe('deciding by roles', () => {
  test('a deny wins, wherever it stands', () => {
    fc.assert(
      fc.property(granted, fc.nat(3), asker, question, (roles, at, who, what) => {
        const withDeny = [...roles.slice(0, at), denyAll, ...roles.slice(at)];
        const { allowed, by } = decide(withDeny, who, what);
        assert.equal(allowed, false);
        assert.equal(by?.statement.effect, 'deny');
      }),
    );
  });

  test('more statements that deny never allow more, and more that allow never less', () => {
    fc.assert(
      fc.property(granted, statement, asker, question, (roles, added, who, what) => {
        const before = decide(roles, who, what).allowed;
        const after = decide([...roles, { role: 'x', through: 'y', statements: [added] }], who, what).allowed;
        if (added.effect === 'deny') assert.ok(before || !after);
        else assert.ok(!before || after);
      }),
    );
  });

  test('the order of roles and statements does not matter', () => {
    fc.assert(
      fc.property(granted, asker, question, (roles, who, what) => {
        const reversed = roles.map((role) => ({ ...role, statements: [...role.statements].reverse() })).reverse();
        assert.equal(decide(roles, who, what).allowed, decide(reversed, who, what).allowed);
      }),
    );
  });

  test('what nothing allows is denied', () => {
    assert.deepEqual(decide([], { teams: [] }, { action: 'function:read', resource: '*', attributes: {} }), {
      allowed: false,
    });
  });

  test('@self and @team are of whoever asks, and what nobody owns is theirs by neither', () => {
    const own: GrantedRole[] = [
      {
        role: 'own',
        through: 'user ada',
        statements: [{ effect: 'allow', actions: ['*'], where: { owner: ['@self', '@team'] } }],
      },
    ];
    const may = (owner: string | undefined, who: Asker) =>
      decide(own, who, {
        action: 'function:read',
        resource: 'function:f',
        attributes: owner === undefined ? {} : { owner },
      }).allowed;
    const ada = { user: 'ada', teams: ['shop'] };
    assert.deepEqual([may('ada', ada), may('shop', ada), may('bob', ada)], [true, true, false]);
    assert.deepEqual([may('', ada), may(undefined, ada), may(undefined, { teams: [] })], [false, false, false]);
  });

  test('of many things at once, a deny of any of them counts', () => {
    const deny = (on: string): GrantedRole[] => [
      {
        ...denyAll,
        statements: [
          { effect: 'allow', actions: ['*'] },
          { effect: 'deny', actions: ['bucket:read'], resources: [on] },
        ],
      },
    ];
    const may = (on: string, resource: string) =>
      decide(deny(on), { teams: [] }, { action: 'bucket:read', resource, attributes: {} }).allowed;
    assert.equal(may('bucket:shop-secret', 'bucket:shop-*'), false);
    assert.equal(may('bucket:shop-*', 'bucket:*'), false);
    assert.equal(may('bucket:s*-secret', 'bucket:shop-*'), false);
    assert.equal(may('bucket:bank-*', 'bucket:shop-*'), true);
    assert.equal(may('bucket:shop-secret', 'bucket:shop-photos'), true);
  });
});

test('patterns are as regular expressions of the same meaning', () => {
  const piece = fc.stringMatching(/^[ab.:]{0,3}$/);
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.stringMatching(/^[ab.:]{0,8}$/), (pieces, text) => {
      const expected = new RegExp(`^${pieces.map((each) => each.replaceAll('.', '\\.')).join('.*')}$`).test(text);
      assert.equal(isLike(pieces.join('*'), text), expected, `${pieces.join('*')} and ${text}`);
    }),
    { numRuns: 2_000 },
  );
});
