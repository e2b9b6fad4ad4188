import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { defaultConfig, type FunctionConfig, type FunctionDocument } from '../../model/function.ts';
import { SECRET_LIMITS } from '../../model/secret.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { openSecrets } from './stored-secrets.ts';

const configOf = (config: Partial<FunctionConfig>): FunctionConfig => ({
  ...defaultConfig(),
  ...{ runtime: 'node', handler: 'main.callme' },
  ...config,
});

describe('secrets', async () => {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder });
  const clock = new FakeClock();
  const callable: FunctionDocument[] = [];
  const roles = new Map<string, string[]>();
  const open = () =>
    openSecrets({
      ...{ registry: store.registry, vault: store.vault, clock },
      callable: () => callable,
      roleGrants: ({ role }) => roles.get(role) ?? [],
    });
  const secrets = await open();
  after(async () => {
    secrets.close();
    await store.close();
    remove();
  });
  const use = (name: string, config: Partial<FunctionConfig>): FunctionConfig => {
    const whole = configOf(config);
    callable.push({ name, config: whole } as FunctionDocument);
    return whole;
  };
  const loaded = (name: string, config: Partial<FunctionConfig>) =>
    secrets.forLoad(name, configOf(config))?.environment;

  test('versions follow one another; the newest is given, or the one that is named', async () => {
    await secrets.set('db', { value: 'first value', functions: ['shop-*'] }, 'ada');
    clock.advance(1_000);
    const view = await secrets.set('db', { value: 'second value' }, 'bob');
    assert.deepEqual(
      view.versions.map(({ version, by }) => [version, by]),
      [
        [1, 'ada'],
        [2, 'bob'],
      ],
    );
    assert.deepEqual(view.functions, ['shop-*'], 'what is not given stays');
    assert.deepEqual(loaded('shop-api', { secrets: { DB: 'db', OLD: 'db@1' } }), {
      DB: 'second value',
      OLD: 'first value',
    });
    assert.throws(() => loaded('shop-api', { secrets: { DB: 'db@7' } }), {
      code: 'load_failed',
      message: /no version 7: there are 1, 2/,
    });
    const again = await open();
    assert.deepEqual(again.list(), secrets.list(), 'after a restart');
    again.close();
  });

  test('no view has a value, nor anything that could be opened', async () => {
    const shown = JSON.stringify([secrets.list(), secrets.find('db'), secrets.usersOf('db')]);
    assert.doesNotMatch(shown, /value"|sealed|v1\./);
    const { value } = (await store.registry.get<object>('secret/db'))!;
    assert.doesNotMatch(JSON.stringify(value), /first value|second value/);
  });

  test('only functions that the secret names, or whose role has it, are given it', () => {
    const config = { secrets: { DB: 'db' } };
    assert.throws(() => loaded('other', config), { code: 'load_failed', message: /"db" is not granted to other/ });
    assert.throws(() => loaded('shop', config), { code: 'load_failed' });
    assert.deepEqual(secrets.faultsOf('other', configOf({ secrets: { A: 'db', B: 'none' } })).length, 2);
    roles.set('reader', ['bucket:x:read', 'secret:d*']);
    assert.deepEqual(loaded('other', { ...config, role: 'reader' }), { DB: 'second value' });
    roles.set('reader', ['secret:e*', 'kv:db']);
    assert.throws(() => loaded('other', { ...config, role: 'reader' }), { code: 'load_failed' });
    assert.throws(
      () => loaded('other', { ...config, grants: ['secret:db'] }),
      { code: 'load_failed' },
      'none by itself',
    );
    assert.equal(secrets.forLoad('other', configOf({})), undefined);
  });

  test('a rollback is a new version with the value of an earlier one', async () => {
    const view = await secrets.rollback('db', undefined, 'ada');
    assert.deepEqual([view.versions.at(-1)?.version, view.versions.at(-1)?.restoredFrom], [3, 1]);
    assert.deepEqual(loaded('shop-api', { secrets: { DB: 'db' } }), { DB: 'first value' });
    await assert.rejects(secrets.rollback('db', 9, 'ada'), { code: 'not_found', message: /no version 9/ });
    await assert.rejects(secrets.rollback('none', 1, 'ada'), { code: 'not_found' });
  });

  test('old versions go, but those that functions name stay', async () => {
    use('shop-pinned', { secrets: { OLD: 'db@2' } });
    for (let count = 0; count < SECRET_LIMITS.versions + 5; count++)
      await secrets.set('db', { value: `value number ${count}` }, 'ada');
    const versions = secrets.find('db')!.versions.map(({ version }) => version);
    assert.equal(versions.length, SECRET_LIMITS.versions + 1);
    assert.equal(versions[0], 2);
    assert.deepEqual(loaded('shop-pinned', { secrets: { OLD: 'db@2' } }), { OLD: 'second value' });
  });

  test('one that is in use is removed by force alone', async () => {
    assert.deepEqual(secrets.usersOf('db'), [{ function: 'shop-pinned', variable: 'OLD', granted: true, version: 2 }]);
    await assert.rejects(secrets.remove('db'), { code: 'conflict', message: /used by shop-pinned.*--force/ });
    assert.equal(await secrets.remove('db', { force: true }), true);
    assert.equal(await secrets.remove('db', { force: true }), false);
    assert.equal(secrets.find('db'), undefined);
    assert.throws(() => loaded('shop-pinned', { secrets: { OLD: 'db@2' } }), { message: /there is no secret "db"/ });
  });

  test('what is no value, and no name, is refused', async () => {
    for (const [name, value] of [
      ['a', ''],
      ['a', 'with \0 in it'],
      ['a', '\ud800'],
      ['../a', 'value'],
      ['', 'value'],
    ] as const) {
      await assert.rejects(
        secrets.set(name, { value }, 'ada'),
        { code: 'invalid_request' },
        JSON.stringify([name, value]),
      );
    }
    await assert.rejects(secrets.set('a', { value: 'é'.repeat(20_000) }, 'ada'), { code: 'too_large' });
    await assert.rejects(secrets.set('a', { description: 'x' }, 'ada'), { code: 'not_found' });
    assert.deepEqual(secrets.list(), []);
  });

  test('writers at once lose nothing', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, at) => secrets.set('busy', { value: `value ${at}..` }, `${at}`)));
    const { versions } = secrets.find('busy')!;
    assert.deepEqual(
      versions.map(({ version }) => version),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(new Set(versions.map(({ by }) => by)).size, 8);
  });
});
