import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { openTestIdentity } from '../../../govern/identity/testing/open-identity.ts';
import { type Settings, SettingsSchema } from '../../../model/settings.ts';
import { FakeClock } from '../../../model/testing/fake-clock.ts';
import type { DoorContext } from '../../context.ts';
import { createGuard } from '../../guard.ts';
import { principalOf } from '../../principal.ts';
import { watchCaller } from './watch-caller.ts';

test('who is watched is told of what changes for them, and of nothing that does not', async (t) => {
  const clock = new FakeClock();
  const { identity, store, dispose, add } = await openTestIdentity(clock);
  t.after(dispose);
  add('pay', 'bob');
  await identity.putUser('ada', { roles: ['administrator'] }, { token: { label: 'first' } });
  const { token } = await identity.putUser('bob', { roles: ['viewer'] }, { token: { label: 'tab' } });
  const req = {
    method: 'GET',
    url: '/v1/live',
    headers: { host: 'localhost', authorization: `Bearer ${token!.text}` },
    socket: { remoteAddress: '127.0.0.1' },
  } as unknown as IncomingMessage;
  assert.equal(createGuard(Value.Default(SettingsSchema, {}) as Settings, identity)(req), undefined);
  const heard: boolean[] = [];
  const unwatch = watchCaller({ identity, store, clock } as unknown as DoorContext, req, (good) => heard.push(good));
  t.after(unwatch);
  const settled = async () => {
    await store.registry.list('identity/');
    clock.advance(1_000);
  };

  // The last use of each token is written every five minutes.
  const written = new Promise<void>((resolve) => {
    const stop = store.registry.watch('identity/token/', () => resolve(stop()));
  });
  clock.advance(300_000);
  await written;
  await settled();
  await identity.putUser('eve', { roles: ['viewer'] });
  await settled();
  await identity.putTeam('shop', { members: ['eve'] });
  await settled();
  assert.deepEqual(heard, [], 'nothing of it is about bob');

  assert.equal(principalOf(req).may('function:deploy', 'function:pay'), false);
  await identity.putUser('bob', { roles: ['appops'] });
  await settled();
  assert.deepEqual(heard, [true]);
  assert.equal(principalOf(req).may('function:deploy', 'function:pay'), true);
  await identity.putTeam('shop', { members: ['bob'] });
  await settled();
  assert.deepEqual(heard, [true, true], 'a team is what one may, too');
  await identity.putUser('bob', { disabled: true });
  await settled();
  assert.deepEqual(heard, [true, true, false]);
});
