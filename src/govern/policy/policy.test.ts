import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultConfig, type FunctionConfig, type StoredFunction } from '../../model/function.ts';
import type { GitOrigin } from '../../model/origin.ts';
import type { Policy, PolicyRules } from '../../model/policy.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { combineRules } from './combine.ts';
import { policiesFor, violationsOf } from './evaluate.ts';
import { findLockout } from './lockout.ts';
import { openPolicies } from './stored-policies.ts';

const RUNTIMES = ['node', 'python'];
const policy = (rules: PolicyRules, given: Partial<Policy> = {}): Policy => ({
  ...{ name: 'p', description: '', mode: 'enforce', message: '', scope: {} },
  ...given,
  rules,
});
const subject = (config: Partial<FunctionConfig> = {}, git?: Partial<GitOrigin>, name = 'shop-api') => ({
  name,
  config: { ...defaultConfig(), runtime: 'node', handler: 'main.callme', ...config },
  origin:
    git === undefined
      ? undefined
      : {
          by: 'ada',
          git: {
            repository: 'https://git.example/shop.git',
            commit: 'a'.repeat(40),
            author: 'Ada',
            clean: true,
            ...git,
          },
        },
});

/** Rules, what breaks them, and what does not. */
const MATRIX: readonly [
  rules: PolicyRules,
  broken: readonly [ReturnType<typeof subject>, rule: string][],
  kept: readonly ReturnType<typeof subject>[],
][] = [
  [{ maxMemoryMb: 512 }, [[subject({ memoryMb: 513 }), 'maxMemoryMb']], [subject({ memoryMb: 512 })]],
  [{ maxTimeoutMs: 60_000 }, [[subject({ timeoutMs: 60_001 }), 'maxTimeoutMs']], [subject({ timeoutMs: 60_000 })]],
  [{ maxConcurrency: 10 }, [[subject({ maxConcurrency: 11 }), 'maxConcurrency']], [subject({ maxConcurrency: 10 })]],
  [{ allowedRuntimes: ['python'] }, [[subject(), 'allowedRuntimes']], [subject({ runtime: 'python' })]],
  [
    { allowedNetwork: ['none', 'services'] },
    [[subject({ network: 'internet' }), 'allowedNetwork']],
    [subject({ network: 'none' }), subject()],
  ],
  [
    { allowedHosts: ['api.example:443'] },
    [[subject({ network: 'hosts', networkHosts: ['api.example:443', 'evil.example:443'] }), 'allowedHosts']],
    [subject({ network: 'hosts', networkHosts: ['api.example:443'] }), subject()],
  ],
  [{ ownerRequired: true }, [[subject(), 'ownerRequired']], [subject({ owner: 'shop' })]],
  [{ allowedOwners: ['shop'] }, [[subject({ owner: 'ops' }), 'allowedOwners']], [subject({ owner: 'shop' })]],
  [
    { requiredTags: { stage: ['live', 'test'], 'cost-centre': [] } },
    [
      [subject({ tags: { stage: 'live' } }), 'requiredTags.cost-centre'],
      [subject({ tags: { stage: 'dev', 'cost-centre': '1' } }), 'requiredTags.stage'],
      [subject({ tags: { 'cost-centre': '1' } }), 'requiredTags.stage'],
    ],
    [subject({ tags: { stage: 'test', 'cost-centre': '' } })],
  ],
  [
    { grantsByRoleOnly: true },
    [[subject({ grants: ['kv:a'] }), 'grantsByRoleOnly']],
    [subject(), subject({ role: 'reader' })],
  ],
  [{ roleRequired: true }, [[subject(), 'roleRequired']], [subject({ role: 'reader' })]],
  [
    { allowedRoles: ['reader'] },
    [[subject({ role: 'writer' }), 'allowedRoles']],
    [subject({ role: 'reader' }), subject()],
  ],
  [{ recordPayloads: ['none', 'failed'] }, [[subject({ recordPayloads: 'all' }), 'recordPayloads']], [subject()]],
  [{ git: { required: true } }, [[subject(), 'git.required']], [subject({}, {})]],
  [
    { git: { clean: true } },
    [
      [subject({}, { clean: false }), 'git.clean'],
      [subject(), 'git.required'],
    ],
    [subject({}, {})],
  ],
  [
    { git: { pushed: true } },
    [
      [subject({}, { pushed: false }), 'git.pushed'],
      [subject({}, {}), 'git.pushed'],
    ],
    [subject({}, { pushed: true })],
  ],
  [{ git: { tagged: true } }, [[subject({}, {}), 'git.tagged']], [subject({}, { tag: 'v1' })]],
  [
    { git: { branches: ['main', 'release/*'] } },
    [
      [subject({}, { branch: 'feature' }), 'git.branches'],
      [subject({}, {}), 'git.branches'],
    ],
    [subject({}, { branch: 'release/1' }), subject({}, { branch: 'main' })],
  ],
  [
    { git: { repositories: ['https://git.example/*'] } },
    [[subject({}, { repository: 'https://elsewhere.example/x' }), 'git.repositories']],
    [subject({}, {})],
  ],
  [{ git: {} }, [], [subject()]],
];

describe('policies', () => {
  for (const [rules, broken, kept] of MATRIX) {
    test(`the rules ${JSON.stringify(rules)}`, () => {
      for (const [wrong, rule] of broken) {
        const violations = violationsOf([policy(rules, { message: 'ask ops' })], wrong);
        assert.deepEqual(
          violations.map((each) => each.rule),
          [rule],
        );
        assert.match(violations[0]!.message, /\(ask ops\)$/);
      }
      for (const good of kept) assert.deepEqual(violationsOf([policy(rules)], good), []);
      assert.equal(findLockout([policy(rules)], RUNTIMES), undefined);
    });
  }

  test('hold where their scope says, and every rule that is broken is named at once', () => {
    const policies = [
      policy({ maxMemoryMb: 64, maxTimeoutMs: 100 }, { name: 'a', scope: { names: ['shop-*'] } }),
      policy({ ownerRequired: true }, { name: 'b', mode: 'warn', scope: { tags: { stage: 'live' } } }),
      policy({ allowedRuntimes: ['python'] }, { name: 'c', scope: { teams: ['ops'] } }),
      policy({ allowedRuntimes: ['python'] }, { name: 'd', scope: { tags: { stage: '*' }, names: ['shop-api'] } }),
    ];
    const live = subject({ tags: { stage: 'live' } });
    assert.deepEqual(
      policiesFor(policies, live).map(({ name }) => name),
      ['a', 'b', 'd'],
    );
    assert.deepEqual(
      violationsOf(policies, live).map((each) => `${each.policy} ${each.rule} ${each.mode}`),
      ['a maxMemoryMb enforce', 'a maxTimeoutMs enforce', 'b ownerRequired warn', 'd allowedRuntimes enforce'],
    );
    assert.deepEqual(
      policiesFor(policies, subject({ owner: 'ops' }, undefined, 'x')).map(({ name }) => name),
      ['c'],
    );
  });

  test('together allow what each of them allows', () => {
    const limit = fc.option(fc.integer({ min: 64, max: 1_000 }), { nil: undefined });
    const some = fc.option(fc.subarray(['none', 'services', 'internet'] as const, { minLength: 0 }), {
      nil: undefined,
    });
    const rules = fc
      .record({ maxMemoryMb: limit, allowedNetwork: some })
      .map(
        (made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)) as PolicyRules,
      );
    const anyOf = fc.record({
      memoryMb: fc.integer({ min: 64, max: 1_000 }),
      network: fc.constantFrom('none' as const, 'services' as const, 'internet' as const),
    });
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 4 }), anyOf, (all, config) => {
        const apart = all.flatMap((each) => violationsOf([policy(each)], subject(config)));
        const together = violationsOf([policy(combineRules(all))], subject(config));
        assert.equal(apart.length > 0, together.length > 0);
      }),
    );
  });
});

const LOCKOUTS: readonly [policies: Policy[], guilty: string[], why: RegExp][] = [
  [[policy({ maxMemoryMb: 63 })], ['p'], /no function has less than 64/],
  [[policy({ maxTimeoutMs: 0 })], ['p'], /no function has less than 100/],
  [[policy({ maxConcurrency: 0 })], ['p'], /no function has less than 1/],
  [[policy({ allowedRuntimes: [] })], ['p'], /no runtime of this node: it has node, python/],
  [
    [
      policy({ maxMemoryMb: 512 }, { name: 'x' }),
      policy({ allowedRuntimes: ['node'] }, { name: 'a' }),
      policy({ allowedRuntimes: ['python'] }, { name: 'b' }),
    ],
    ['a', 'b'],
    /no runtime/,
  ],
  [[policy({ allowedNetwork: [] })], ['p'], /network/],
  [[policy({ allowedNetwork: ['hosts'], allowedHosts: [] })], ['p'], /no host/],
  [[policy({ allowedOwners: [] })], ['p'], /no owner/],
  [[policy({ allowedOwners: ['shop'] }, { scope: { teams: ['ops'] } })], ['p'], /none of the teams/],
  [
    [policy({ requiredTags: { stage: ['live'] } }, { scope: { tags: { stage: 'test' } } })],
    ['p'],
    /tag "stage" no value/,
  ],
  [
    [
      policy({ requiredTags: { stage: ['live'] } }, { name: 'a' }),
      policy({ requiredTags: { stage: ['test'] } }, { name: 'b', scope: { names: ['x-*'] } }),
    ],
    ['a', 'b'],
    /no value for the tag "stage"/,
  ],
  [[policy({ roleRequired: true, allowedNetwork: ['none'] })], ['p'], /role/],
  [[policy({ recordPayloads: [] })], ['p'], /recordPayloads/],
  [
    [
      policy({ allowedRuntimes: ['node'] }, { name: 'a', scope: { names: ['shop-*'] } }),
      policy({ allowedRuntimes: ['python'] }, { name: 'b', scope: { names: ['shop-api'] } }),
    ],
    ['a', 'b'],
    /no runtime/,
  ],
];

describe('policies that would lock everyone out', () => {
  for (const [policies, guilty, why] of LOCKOUTS) {
    test(`are found: ${JSON.stringify(policies.map(({ rules, scope }) => [rules, scope]))}`, () => {
      const found = findLockout(policies, RUNTIMES);
      assert.deepEqual(found?.policies, guilty);
      assert.match(found!.why, why);
      assert.equal(
        findLockout(
          policies.map((each) => ({ ...each, mode: 'warn' as const })),
          RUNTIMES,
        ),
        undefined,
      );
    });
  }

  test('are not those that hold in different places', () => {
    const apart = (scopes: [Policy['scope'], Policy['scope']]) =>
      findLockout(
        [
          policy({ allowedRuntimes: ['node'] }, { name: 'a', scope: scopes[0] }),
          policy({ allowedRuntimes: ['python'] }, { name: 'b', scope: scopes[1] }),
        ],
        RUNTIMES,
      );
    assert.equal(apart([{ names: ['a-*'] }, { names: ['b-*'] }]), undefined);
    assert.equal(apart([{ teams: ['a'] }, { teams: ['b'] }]), undefined);
    assert.equal(apart([{ tags: { stage: 'live' } }, { tags: { stage: 'test' } }]), undefined);
    assert.equal(apart([{ names: ['a'] }, { tags: { stage: 'test' } }]), undefined, 'who is in both is not everyone');
  });
});

describe('policies that are kept', async () => {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder });
  const functions: StoredFunction[] = [];
  const options = { registry: store.registry, clock: new FakeClock(), runtimes: RUNTIMES, functions: () => functions };
  const policies = await openPolicies(options);
  after(async () => {
    policies.close();
    await store.close();
    remove();
  });
  const put = (rules: PolicyRules, given: Partial<Policy> = {}, extra = {}) =>
    policies.put(policy(rules, given), { by: 'ada', ...extra });

  test('a change tells which functions break it, and a dry run changes nothing', async () => {
    functions.push({
      document: { ...subject({ memoryMb: 1_024 }) } as unknown as StoredFunction['document'],
      revision: 1,
    });
    const tried = await put({ maxMemoryMb: 512 }, {}, { dryRun: true });
    assert.deepEqual(
      tried.violations.map((each) => each.function),
      ['shop-api'],
    );
    assert.deepEqual([policies.list(), policies.violations()], [[], []]);
    await put({ maxMemoryMb: 512 });
    assert.deepEqual(
      policies.violations().map((each) => each.violations.map(({ rule }) => rule)),
      [['maxMemoryMb']],
    );
  });

  test('one that would lock everyone out is refused, what stood before stands, and there is a way back', async () => {
    await assert.rejects(put({ maxMemoryMb: 1 }), { code: 'invalid_request', message: /"p" stands as it was.*"warn"/ });
    assert.equal(policies.find('p')?.rules.maxMemoryMb, 512);
    await put({ maxMemoryMb: 1 }, { mode: 'warn' });
    assert.deepEqual((await policies.undo('p', 'ada')).policy.rules, { maxMemoryMb: 512 });
    await assert.rejects(policies.undo('none', 'ada'), { code: 'not_found' });
    const [one, other] = await Promise.allSettled([
      put({ allowedRuntimes: ['node'] }, { name: 'a' }),
      put({ allowedRuntimes: ['python'] }, { name: 'b' }),
    ]);
    assert.deepEqual([one.status, other.status], ['fulfilled', 'rejected'], 'two at once do not do it together');
  });

  test('two people who change one: the second is told', async () => {
    const { revision } = policies.find('p')!;
    await put({ maxMemoryMb: 600 }, {}, { expectedRevision: revision });
    await assert.rejects(put({ maxMemoryMb: 700 }, {}, { expectedRevision: revision }), { code: 'conflict' });
    await assert.rejects(put({ maxMemoryMb: 700 }, {}, { expectedRevision: 0 }), { code: 'conflict' });
    assert.equal(policies.find('p')?.rules.maxMemoryMb, 600);
  });

  test('what is no policy is refused', async () => {
    await assert.rejects(put({}), { code: 'invalid_request', message: /no rules/ });
    await assert.rejects(put({ allowedRuntimes: ['pyhton', 'node'] }), {
      code: 'invalid_request',
      message: /"pyhton"/,
    });
    await assert.rejects(put({ maxMemoryMb: -1 }), { code: 'invalid_request' });
  });

  test('they are there after a restart', async () => {
    const again = await openPolicies(options);
    assert.deepEqual(again.list(), policies.list());
    again.close();
    assert.equal(await policies.remove('p'), true);
    assert.equal(await policies.remove('p'), false);
  });
});
