import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { defaultConfig, type FunctionConfig } from '../model/function.ts';
import { FakeClock } from '../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../store/embedded/store.ts';
import { temporaryFolder } from '../store/testing/folder-adapter.ts';
import { createAdmit, type Proposal } from './admit.ts';
import { openExecutionRoles } from './execution-role/stored-execution-roles.ts';
import { openPolicies } from './policy/stored-policies.ts';

describe('what is asked before a version is made', async () => {
  const { folder, remove } = temporaryFolder();
  const { registry, close } = await openEmbeddedStore({ folder }).then((store) => ({
    registry: store.registry,
    close: () => store.close(),
  }));
  const clock = new FakeClock();
  const functions = () => [];
  const executionRoles = await openExecutionRoles({ registry, clock, callable: functions });
  const policies = await openPolicies({ registry, clock, functions, runtimes: ['node'] });
  const faults: string[] = [];
  const admit = createAdmit({
    ...{ executionRoles, policies },
    secrets: { faultsOf: () => faults },
    quotas: {
      check: ({ name }) => ({
        violations:
          name === 'much'
            ? [{ policy: 'quota of x', mode: 'enforce', rule: 'functions', message: 'too many functions' }]
            : [],
        warnings: [],
      }),
    },
  });
  after(async () => {
    executionRoles.close();
    policies.close();
    await close();
    remove();
  });
  const configOf = (config: Partial<FunctionConfig> = {}) => ({
    ...defaultConfig(),
    runtime: 'node',
    handler: 'm.h',
    ...config,
  });
  const ask = (config: Partial<FunctionConfig> = {}, more: Partial<Proposal> = {}) =>
    admit({
      name: 'f',
      config: configOf(config),
      origin: undefined,
      teams: [],
      before: undefined,
      newCode: true,
      ...more,
    });

  test('all that is broken is said at once, quotas included; what only warns passes', async () => {
    const put = (name: string, rules: object, mode: 'enforce' | 'warn') =>
      policies.put({ name, description: '', mode, message: '', scope: {}, rules }, { by: 'ada' });
    await put('size', { maxMemoryMb: 64 }, 'enforce');
    await put('owned', { ownerRequired: true }, 'warn');
    await put('git', { git: { clean: true } }, 'enforce');
    await assert.rejects(
      ask({}, { name: 'much' }),
      (error: { code: string; message: string; details: { violations: unknown[] } }) => {
        assert.equal(error.code, 'policy_violation');
        assert.match(error.message, /policy "git": .*; policy "size": .*; too many functions$/);
        assert.equal(error.details.violations.length, 3);
        return true;
      },
    );
    const verdict = await ask({ memoryMb: 64 }, { newCode: false });
    assert.deepEqual(verdict.policies, ['git', 'owned', 'size']);
    assert.equal(verdict.warnings.length, 1, 'rules of Git are about code, and that stays');
    assert.match(verdict.warnings[0]!, /policy "owned": there is no owner/);
    for (const name of ['size', 'owned', 'git']) await policies.remove(name);
  });

  test('a role must be there, and is given by those who may', async () => {
    await assert.rejects(ask({ role: 'none' }), { code: 'invalid_request', message: /there are none yet/ });
    await executionRoles.put({ name: 'open', description: '', grants: [], owner: '', assignableBy: [] }, 'ada');
    await executionRoles.put({ name: 'closed', description: '', grants: [], owner: '', assignableBy: ['ops'] }, 'ada');
    await ask({ role: 'open' });
    await ask({ role: 'closed' }, { teams: ['shop', 'ops'] });
    await ask({ role: 'closed' }, { teams: 'all' });
    for (const teams of [['shop'], [], undefined])
      await assert.rejects(ask({ role: 'closed' }, { teams }), { code: 'forbidden', message: /members of ops/ });
    await ask({ role: 'closed' }, { before: { config: configOf({ role: 'closed' }) } as Proposal['before'] & object });
  });

  test('secrets that it may not have keep it from being made', async () => {
    faults.push('there is no secret "a"', 'the secret "b" is not granted to f');
    await assert.rejects(ask(), { code: 'invalid_request', message: /no secret "a"; the secret "b" is not granted/ });
    faults.length = 0;
  });

  test('what a role grants holds at once, and its secrets are none of the services', async () => {
    const config = configOf({ grants: ['kv:own'], role: 'live' });
    assert.deepEqual(executionRoles.grantsOf(config), ['kv:own']);
    const role = { name: 'live', description: '', owner: '', assignableBy: [] };
    await executionRoles.put({ ...role, grants: ['bucket:a:read', 'secret:db'] }, 'ada');
    assert.deepEqual(executionRoles.grantsOf(config), ['kv:own', 'bucket:a:read']);
    assert.deepEqual(executionRoles.grantsOfRole('live'), ['bucket:a:read', 'secret:db']);
    await executionRoles.put({ ...role, grants: [] }, 'ada');
    assert.deepEqual(executionRoles.grantsOf(config), ['kv:own']);
    await executionRoles.remove('live');
    await assert.rejects(executionRoles.put({ ...role, grants: ['secret:*x'] }, 'ada'), { code: 'invalid_request' });
  });
});
