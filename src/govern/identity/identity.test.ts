import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { ACTIONS, type Action } from '../../model/permission.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { Identity } from './identity.ts';
import { openTestIdentity, type TestIdentity } from './testing/open-identity.ts';

describe('identity', () => {
  const clock = new FakeClock();
  let node: TestIdentity;
  let identity: Identity;
  before(async () => {
    node = await openTestIdentity(clock);
    identity = node.identity;
    for (const [name, owner] of [
      ['mine', 'bob'],
      ['ours', 'shop'],
      ['theirs', 'ada'],
      ['nobodys', ''],
    ] as const) {
      node.add(name, owner);
    }
  });
  after(() => node.dispose());

  test('demands an administrator with a way in as the first user', async () => {
    await assert.rejects(identity.putUser('ada', {}, { token: {} }), /first user must be an administrator/);
    await assert.rejects(identity.putUser('ada', { roles: ['administrator'] }), /who can log in/);
    assert.equal(identity.hasUsers, false);
    const { token } = await identity.putUser('ada', { roles: ['administrator'] }, { token: { label: 'first' } });
    assert.equal(identity.hasUsers, true);
    const ada = identity.authenticate(token!.text)!;
    assert.deepEqual([ada.kind, ada.name, ada.user, ada.teams, ada.tokenId], ['user', 'ada', 'ada', [], token!.id]);
    for (const action of ACTIONS) assert.equal(ada.may(action, '*'), true, action);
    assert.equal(identity.helpers(), 'an administrator (ada)');
  });

  test('keeps of a token nothing that lets anybody in', async () => {
    const { text } = await identity.createToken({ user: 'ada' }, { label: 'x' });
    const kept = JSON.stringify(await node.store.registry.list('identity/'));
    assert.ok(!kept.includes(text.split('_').slice(2).join('_')));
    assert.ok(!JSON.stringify(identity.tokens()).includes(text.split('_').slice(2).join('_')));
  });

  test('AppOps may do everything with what they or their teams own, and see the names of the rest', async () => {
    const { token } = await identity.putUser('bob', { roles: ['appops'] }, { token: {}, by: 'ada' });
    const early = identity.authenticate(token!.text)!;
    assert.equal(early.may('function:deploy', 'function:ours'), false);
    await identity.putTeam('shop', { members: ['bob'] }, { by: 'ada' });
    const bob = identity.authenticate(token!.text)!;
    assert.deepEqual(bob.teams, ['shop']);
    const may = (action: Action, name: string) => bob.may(action, name);
    for (const name of ['function:mine', 'function:ours']) {
      assert.ok(may('function:deploy', name) && may('function:invoke', name) && may('logs:read', name), name);
    }
    for (const name of ['function:theirs', 'function:nobodys', 'function:not-there']) {
      assert.equal(may('function:list', name), true, name);
      for (const action of ['function:read', 'function:invoke', 'function:deploy', 'logs:read'] as const) {
        assert.equal(may(action, name), false, `${action} ${name}`);
      }
    }
    // Services belong to whose name theirs begins with, to the longest such name.
    await identity.putTeam('shop-eu', {}, { by: 'ada' });
    const services = [
      'bucket:shop',
      'bucket:shop-photos',
      'bucket:shop.photos',
      'bucket:shopping',
      'bucket:shop-eu-x',
      'bucket:bob-x',
    ];
    assert.deepEqual(
      services.map((name) => may('bucket:write', name)),
      [true, true, true, false, false, true],
    );
    // What begins alike is theirs where all of it is.
    assert.deepEqual(
      ['bucket:shop-p*', 'bucket:shop-*', 'bucket:shop*', 'bucket:*'].map((name) => may('bucket:read', name)),
      [true, false, false, false],
    );
    assert.equal(may('identity:read', '*'), false);
    // Making something of one's own, and giving nothing to others.
    assert.equal(bob.may('function:deploy', 'function:new', { owner: 'shop' }), true);
    assert.equal(bob.may('function:deploy', 'function:new', { owner: 'ada' }), false);
    assert.equal(bob.may('function:configure', 'function:ours', { owner: 'ada' }), false);
    assert.equal(bob.may('function:configure', 'function:theirs', { owner: 'bob' }), false);
    assert.equal(bob.may('function:deploy', 'function:ours:prod'), true, 'rules speak of names, not of versions');
  });

  test('infrastructure sees everything but payloads, and changes no function', async () => {
    const { token } = await identity.putUser('ivy', { roles: ['infrastructure'] }, { token: {}, by: 'ada' });
    const ivy = identity.authenticate(token!.text)!;
    for (const action of ['function:read', 'logs:read', 'policy:write', 'audit:read', 'node:read'] as const) {
      assert.equal(ivy.may(action, 'function:theirs'), true, action);
    }
    for (const action of [
      'function:payloads',
      'function:deploy',
      'function:invoke',
      'bucket:read',
      'kv:read',
      'secret:write',
      'identity:write',
      'node:backup',
      'node:restore',
    ] as const) {
      assert.equal(ivy.may(action, 'function:theirs'), false, action);
    }
  });

  test('a token never widens what its owner may do', async () => {
    const roles = ['administrator', 'infrastructure', 'appops', 'viewer'];
    const patterns = ['*', 'function:*', '*:read', 'function:invoke', 'identity:*'];
    const resources = ['*', 'function:mine', 'function:theirs', 'bucket:shop-x'];
    const scopes = fc.record(
      { roles: fc.subarray(roles), actions: fc.subarray(patterns, { minLength: 1 }) },
      { requiredKeys: [] },
    );
    const wide = identity.authenticate((await identity.createToken({ user: 'bob' }, {})).text)!;
    await fc.assert(
      fc.asyncProperty(scopes, async (given) => {
        const issued = await identity.createToken({ user: 'bob' }, { scopes: given });
        const narrow = identity.authenticate(issued.text)!;
        for (const action of ACTIONS) {
          assert.ok(wide.mayAny(action) || !narrow.mayAny(action), action);
          for (const resource of resources) {
            assert.ok(wide.may(action, resource) || !narrow.may(action, resource), `${action} ${resource}`);
          }
        }
        await identity.removeToken(issued.id);
        assert.equal(identity.authenticate(issued.text), undefined);
      }),
      { numRuns: 40 },
    );
  });

  test('a deny of any role wins over the others', async () => {
    await identity.putRole(
      'careful',
      { statements: [{ effect: 'deny', actions: ['function:remove'] }] },
      { by: 'ada' },
    );
    await identity.putUser('bob', { roles: ['appops', 'careful'] }, { by: 'ada' });
    const bob = identity.authenticate((await identity.createToken({ user: 'bob' }, {})).text)!;
    assert.equal(bob.may('function:remove', 'function:mine'), false);
    const why = identity.explain({ who: 'bob', action: 'function:remove', resource: 'function:mine' });
    assert.deepEqual([why.allowed, why.reason], [false, 'statement 1 of the role careful of user bob denies it']);
    await assert.rejects(identity.removeRole('careful', { by: 'ada' }), { code: 'conflict' });
    await identity.putUser('bob', { roles: ['appops'] }, { by: 'ada' });
    await identity.removeRole('careful', { by: 'ada' });
    assert.equal(identity.explain({ who: 'bob', action: 'function:remove', resource: 'function:mine' }).allowed, true);
  });

  test('an action that there is none of is refused: a deny with a slip would deny nothing', async () => {
    const rejects = (action: string, message: RegExp) =>
      assert.rejects(identity.putRole('slip', { statements: [{ effect: 'deny', actions: ['*:read', action] }] }), {
        code: 'invalid_request',
        message,
      });
    await rejects('function:remve', /^"function:remve" is no action: there are function:list, .*function:remove/);
    await rejects('restore', /^"restore" is no action: write node:restore$/);
    await rejects('functions:*', /^"functions:\*" is no action: write <kind>:<verb>; kinds are function, trigger, /);
    await assert.rejects(identity.createToken({ user: 'bob' }, { scopes: { actions: ['function:invke'] } }), {
      code: 'invalid_request',
    });
    assert.equal(identity.role('slip'), undefined);
  });

  test('a resource that nothing of it is done to is refused, for the same reason', async () => {
    const put = (actions: string[], resource: string) =>
      identity.putRole('slip', { statements: [{ effect: 'deny', actions, resources: [resource] }] });
    const refused: [string, string, RegExp][] = [
      ['function:remove', 'pay', /^"pay" is nothing that function:remove is done to: write function:<name>, or \* for/],
      ['function:remove', 'functoin:pay', /write function:<name>/],
      ['function:remove', 'function:', /write function:<name>/],
      ['function:remove', 'function:pay:prod', /write function:<name>/],
      ['function:remove', 'bucket:pay', /write function:<name>/],
      ['logs:read', 'logs:pay', /write function:<name>/],
      ['policy:write', 'function:pay', /write policy:<name>, quota:<name>, execution-role:<name>/],
      ['audit:read', 'audit:all', /: leave it out, or write \*$/],
    ];
    for (const [action, resource, message] of refused)
      await assert.rejects(put([action], resource), { code: 'invalid_request', message });
    assert.equal(identity.role('slip'), undefined);
    for (const resource of ['*', 'function:pay-*', 'bucket:x', '*:x', '*x', 'func*', 'function:*'])
      await put(['function:remove', 'bucket:read'], resource);
    await put(['role:write'], 'execution-role:x');
    await put(['*'], 'topic:x');
    await identity.removeRole('slip');
  });

  test('explains by what, and what would be needed', () => {
    const ask = (who: string, action: Action, resource: string) => identity.explain({ who, action, resource });
    assert.match(
      ask('bob', 'function:deploy', 'function:ours').reason,
      /statement 1 of the role appops of user bob allows it/,
    );
    const denied = ask('bob', 'function:deploy', 'function:theirs');
    assert.equal(denied.allowed, false);
    assert.match(denied.needed!, /owned by bob or shop/);
    assert.match(ask('bob', 'identity:write', '*').needed!, /a role of user bob with a statement such as/);
    assert.throws(() => ask('nobody', 'function:read', '*'), { code: 'not_found' });
    assert.equal(ask('operator', 'node:restore', '*').allowed, true);
  });

  test('explains what gets somebody past an access list: ownership does not', async () => {
    const needed = (who: string) =>
      identity.explain({ who, action: 'function:invoke', resource: 'function:ours' }).needed;
    await identity.setFunctionAccess('ours', { deny: ['team:shop', 'function:front'] });
    assert.equal(needed('bob'), "fob access ours --remove 'team:shop'");
    assert.equal(needed('function:front'), "fob access ours --remove 'function:front'");
    await identity.setFunctionAccess('ours', { allow: ['user:ada'] });
    assert.equal(needed('bob'), 'fob access ours --allow user:bob');
    assert.equal(needed('function:front'), 'fob access ours --allow function:front');
  });

  test('access lists say who may invoke, whatever roles say, and deny wins', async () => {
    const invoke = (who: string, name = 'theirs') =>
      identity.explain({ who, action: 'function:invoke', resource: `function:${name}` }).allowed;
    assert.deepEqual([invoke('bob'), invoke('ada'), invoke('anonymous')], [false, true, false]);
    await identity.setFunctionAccess('theirs', { allow: ['team:shop', 'function:front'] });
    assert.deepEqual(
      [invoke('bob'), invoke('ada'), invoke('function:front'), invoke('function:other')],
      [true, false, true, false],
    );
    const bob = identity.authenticate((await identity.createToken({ user: 'bob' }, {})).text)!;
    assert.equal(bob.may('function:invoke', 'function:theirs'), true);
    assert.equal(bob.may('function:read', 'function:theirs'), false, 'it is about invoking alone');
    await identity.setFunctionAccess('theirs', { allow: ['*', 'anonymous'], deny: ['user:bob'] });
    assert.deepEqual(
      [invoke('bob'), invoke('ada'), invoke('anonymous'), invoke('function:other')],
      [false, true, true, true],
    );
    assert.equal(identity.hasOpenFunctions, true);
    await identity.setFunctionAccess('theirs', undefined);
    assert.deepEqual([invoke('bob'), invoke('ada')], [false, true]);
  });

  test('refuses what would leave nobody who may change users and roles', async () => {
    const locked = { code: 'conflict', message: /nobody who may change users and roles.*ada.*The way back is this/s };
    await assert.rejects(identity.removeUser('ada', { by: 'ada' }), locked);
    await assert.rejects(identity.removeUser('ada'), locked, 'not by the operator either, while others are left');
    await assert.rejects(identity.putUser('ada', { roles: ['viewer'] }, { by: 'ada' }), locked);
    await assert.rejects(identity.putUser('ada', { disabled: true }, { by: 'ada' }), locked);
    const deny = { statements: [{ effect: 'deny' as const, actions: ['identity:*'] }] };
    await identity.putRole(
      'harmless',
      { statements: [{ effect: 'allow', actions: ['function:list'] }] },
      { by: 'ada' },
    );
    await identity.putUser('ada', { roles: ['administrator', 'harmless'] }, { by: 'ada' });
    await assert.rejects(identity.putRole('harmless', deny, { by: 'ada' }), locked);
    await identity.putTeam('all', { members: ['ada', 'bob'] }, { by: 'ada' });
    await identity.putRole('quiet', deny, { by: 'ada' });
    await assert.rejects(identity.putTeam('all', { roles: ['quiet'] }, { by: 'ada' }), locked);
    for (const { id } of identity.tokens({ user: 'ada' }).slice(1)) await identity.removeToken(id, { by: 'ada' });
    await assert.rejects(identity.removeToken(identity.tokens({ user: 'ada' })[0]!.id, { by: 'ada' }), locked);
    // Of two who take the role from each other at once, one is refused.
    await identity.putUser('eve', { roles: ['administrator'] }, { by: 'ada', token: {} });
    const both = await Promise.allSettled([
      identity.removeUser('ada', { by: 'eve' }),
      identity.removeUser('eve', { by: 'ada' }),
    ]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await identity.putUser('ada', { roles: ['administrator'] }, { token: {} });
    await identity.removeUser('eve').catch(() => {});
  });

  test('names of users and teams stand for owners: none is another one', async () => {
    await assert.rejects(identity.putUser('Shop', {}, { by: 'ada' }), { code: 'conflict' });
    await assert.rejects(identity.putTeam('bob', {}, { by: 'ada' }), { code: 'conflict' });
    await assert.rejects(identity.putUser('operator', {}, { by: 'ada' }), { code: 'conflict' });
    await assert.rejects(identity.putTeam('x', { members: ['nobody'] }, { by: 'ada' }), { code: 'not_found' });
    await assert.rejects(identity.putUser('zoe', { roles: ['nothing'] }, { by: 'ada' }), { code: 'not_found' });
  });

  test('shows both to whom somebody else was faster than', async () => {
    const { revision } = identity.team('shop')!;
    await identity.putTeam('shop', { description: 'theirs' }, { by: 'ada', expectedRevision: revision });
    await assert.rejects(
      identity.putTeam('shop', { description: 'mine' }, { by: 'ada', expectedRevision: revision }),
      (error: { code: string; details: { current: { description: string } } }) =>
        error.code === 'conflict' && error.details.current.description === 'theirs',
    );
  });

  test('an expired token is refused from that moment on, and so is whoever is disabled or gone', async () => {
    const { text } = await identity.createToken({ user: 'bob' }, { expiresAtMs: clock.now() + 1_000 });
    assert.equal(identity.authenticate(text)?.name, 'bob');
    clock.advance(999);
    assert.equal(identity.authenticate(text)?.name, 'bob');
    clock.advance(1);
    assert.equal(identity.authenticate(text), undefined);
    await assert.rejects(identity.createToken({ user: 'bob' }, { expiresAtMs: clock.now() }), {
      code: 'invalid_request',
    });
    const lasting = (await identity.createToken({ user: 'bob' }, {})).text;
    await identity.putUser('bob', { disabled: true }, { by: 'ada' });
    assert.equal(identity.authenticate(lasting), undefined);
    await identity.putUser('bob', { disabled: false }, { by: 'ada' });
    assert.equal(identity.authenticate(lasting)?.name, 'bob');
    await identity.removeUser('bob', { by: 'ada' });
    assert.deepEqual(identity.team('shop')!.members, []);
    await identity.putUser('bob', {}, { by: 'ada' });
    assert.equal(identity.authenticate(lasting), undefined, 'another bob is somebody else');
  });

  test('takes no text for a token that is none', async () => {
    const { text } = await identity.createToken({ user: 'ada' }, {});
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.stringMatching(/^[a-z0-9A-Z_-]$/), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        // The last character of 256 bits in base64url has four of no meaning.
        if (at < text.length - 1) assert.equal(identity.authenticate(changed), undefined, changed);
      }),
    );
    for (const wrong of [
      '',
      'fob_',
      text.slice(1),
      `${text}x`,
      ` ${text}`,
      'x'.repeat(1_000_000),
      text.toUpperCase(),
      '\u0000',
    ]) {
      assert.equal(identity.authenticate(wrong), undefined);
    }
  });

  test('a password gives a session, and guessing is slowed down', async () => {
    await identity.setPassword('bob', 'correct horse battery');
    const session = await identity.login('bob', 'correct horse battery', '1.2.3.4');
    assert.equal(session.session, true);
    assert.equal(identity.authenticate(session.text)?.name, 'bob');
    assert.ok(!JSON.stringify(await node.store.registry.list('identity/')).includes('correct horse'));
    for (let n = 0; n < 5; n++) {
      await assert.rejects(identity.login('bob', 'wrong', '6.6.6.6'), { code: 'unauthorized' });
    }
    await assert.rejects(identity.login('bob', 'correct horse battery', '6.6.6.6'), { code: 'throttled' });
    assert.equal(
      (await identity.login('bob', 'correct horse battery', '1.2.3.4')).session,
      true,
      'from elsewhere they get in',
    );
    clock.advance(1_000);
    await assert.rejects(identity.login('bob', 'wrong', '6.6.6.6'), { code: 'unauthorized' });
    clock.advance(1_999);
    await assert.rejects(identity.login('bob', 'wrong', '6.6.6.6'), { code: 'throttled' });
    clock.advance(1);
    await identity.login('bob', 'correct horse battery', '6.6.6.6');
    // The same words for a user who is not there.
    await assert.rejects(identity.login('nobody', 'x', '7.7.7.7'), {
      code: 'unauthorized',
      message: 'the name or the password is wrong',
    });
    await assert.rejects(identity.setPassword('bob', 'short'), { code: 'invalid_request' });
    await assert.rejects(
      identity.setPassword('bob', 'another good one', { mustKnow: true, current: 'wrong', address: '1.2.3.4' }),
      { code: 'forbidden' },
    );
    await identity.setPassword('bob', 'another good one', {
      mustKnow: true,
      current: 'correct horse battery',
      address: '1.2.3.4',
    });
    assert.equal(identity.authenticate(session.text), undefined, 'sessions of the old password are over');
    const other = await identity.login('bob', 'another good one', '1.2.3.4');
    const again = await identity.login('bob', 'another good one', '1.2.3.4');
    await identity.setPassword('bob', 'the best of them', { keep: again.id });
    assert.equal(identity.authenticate(other.text), undefined);
    assert.equal(identity.authenticate(again.text)?.name, 'bob', 'whoever set it is not thrown out by it');
    clock.advance(12 * 3_600_000);
    assert.equal(identity.authenticate(again.text), undefined);
  });

  test('a token of a team acts for the team', async () => {
    await identity.putTeam('shop', { roles: ['appops'] }, { by: 'ada' });
    const { text, id } = await identity.createToken({ team: 'shop' }, { scopes: { actions: ['function:*'] } });
    const ci = identity.authenticate(text)!;
    assert.deepEqual([ci.kind, ci.name, ci.teams, ci.user], ['token', 'team shop', ['shop'], undefined]);
    assert.equal(ci.may('function:deploy', 'function:ours'), true);
    assert.equal(ci.may('bucket:read', 'bucket:shop-x'), false, 'it is narrowed');
    assert.match(
      identity.explain({ who: `token:${id}`, action: 'bucket:read', resource: 'bucket:shop-x' }).reason,
      /narrowed to function:\*/,
    );
    await identity.removeTeam('shop', { by: 'ada' });
    assert.equal(identity.authenticate(text), undefined);
  });

  test('the list of a function that is gone is not of the next one', async () => {
    await node.store.registry.put('function/passing', { name: 'passing' });
    await identity.setFunctionAccess('passing', { allow: ['anonymous'] });
    const gone = new Promise<void>((resolve) => {
      const unwatch = node.store.registry.watch('identity/access/', ({ kind }) => {
        if (kind !== 'delete') return;
        unwatch();
        resolve();
      });
    });
    await node.store.registry.delete('function/passing');
    await gone;
    assert.equal(identity.functionAccess('passing'), undefined);
  });
});
