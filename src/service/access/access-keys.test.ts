import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../model/clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Store } from '../../store/store.ts';
import { openAccessKeys } from './stored-access-keys.ts';

describe('access keys', () => {
  let folder = '';
  let store: Store;
  const log = pino({ level: 'silent' });
  const open = (clock = systemClock) => openAccessKeys({ registry: store.registry, vault: store.vault, clock, log });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-keys-'));
    store = await openEmbeddedStore({ folder, clock: systemClock, log });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('outlive a restart, with the secret sealed', async () => {
    const first = await open();
    const { accessKeyId, secretAccessKey } = await first.create({ label: 'a', grants: ['bucket:x:read'] });
    first.used(accessKeyId);
    await first.close();
    const document = JSON.stringify(await store.registry.get(`access-key/${accessKeyId}`));
    assert.ok(!document.includes(secretAccessKey));
    const second = await open();
    const found = second.find(accessKeyId);
    assert.equal(found?.secretAccessKey, secretAccessKey);
    assert.deepEqual(found?.grants, ['bucket:x:read']);
    const [view] = await second.list();
    assert.ok(view!.lastUsedAtMs! > 0);
    assert.equal(await second.remove(accessKeyId), true);
    assert.equal(await second.remove(accessKeyId), false);
    assert.equal(second.find(accessKeyId), undefined);
    await second.close();
  });

  test('a key that another opener removes is gone here too', async () => {
    const [one, other] = [await open(), await open()];
    const { accessKeyId } = await one.create({});
    await store.registry.get('access-key/none');
    assert.ok(other.find(accessKeyId));
    await other.remove(accessKeyId);
    await store.registry.get('access-key/none');
    assert.equal(one.find(accessKeyId), undefined);
    await one.close();
    await other.close();
  });

  test('session keys live in memory until they are revoked', async () => {
    const keys = await open();
    const session = keys.issue({ name: 'function hello', grants: () => ['bucket:x:read'] });
    const found = keys.find(session.accessKeyId);
    assert.equal(found?.sessionToken, session.sessionToken);
    assert.equal(found?.name, 'function hello');
    assert.deepEqual(await keys.list(), []);
    keys.revoke(session.accessKeyId);
    keys.revoke(session.accessKeyId);
    assert.equal(keys.find(session.accessKeyId), undefined);
    await keys.close();
  });
});
