import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from './model/problem.ts';
import { flagName, readSettings, SETTING_NAMES, type SettingsInput, variableName } from './settings.ts';

function read(input: Partial<SettingsInput>) {
  return readSettings({ flags: {}, environment: { HOME: '/nowhere' }, ...input });
}

function refusal(input: Partial<SettingsInput>): string {
  try {
    read(input);
  } catch (error) {
    assert.ok(error instanceof Problem);
    assert.equal(error.code, 'invalid_request');
    return error.message;
  }
  return assert.fail('these settings should have been refused');
}

describe('settings', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-settings-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('have defaults, an absolute data folder, and are frozen', () => {
    const settings = read({});
    assert.equal(settings.port, 9999);
    assert.equal(settings.host, '127.0.0.1');
    assert.match(settings.data, /^\/.*fob$/);
    assert.ok(Object.isFrozen(settings) && Object.isFrozen(settings.allowedHosts));
  });

  test('flags win over the environment, which wins over the file, which wins over defaults', async () => {
    const file = join(folder, 'fob.config.yaml');
    await writeFile(file, 'port: 1\nprewarmed: 3\nkeepAliveMs: 7\n');
    const settings = read({
      flags: { port: '5', data: folder },
      environment: { FOB_PORT: '4', FOB_PREWARMED: '9', FOB_ALLOWED_HOSTS: 'a.example, b.example,' },
    });
    assert.equal(settings.port, 5);
    assert.equal(settings.prewarmed, 9);
    assert.equal(settings.keepAliveMs, 7);
    assert.deepEqual(settings.allowedHosts, ['a.example', 'b.example']);
    await rm(file);
  });

  test('a bad value is refused naming the place it came from and what would do', async () => {
    assert.match(refusal({ flags: { port: '70000' } }), /^--port: port cannot be 70000: .* 0 to 65535$/);
    assert.match(refusal({ environment: { FOB_PORT: 'tcp://10.0.0.1' } }), /^FOB_PORT: .*"tcp:\/\/10\.0\.0\.1"/);
    assert.match(refusal({ flags: { sandbox: 'docker' } }), /one of bubblewrap, process/);
    const file = join(folder, 'bad.yaml');
    await writeFile(file, 'prewarmed: many\nprot: 1\n');
    const message = refusal({ configFile: file });
    assert.match(message, new RegExp(`${file}: prewarmed cannot be "many"`));
    assert.match(message, /there is no setting "prot"/);
  });

  test('a settings file that is missing, broken, no mapping, or moves its own folder is refused', async () => {
    assert.match(refusal({ configFile: join(folder, 'absent.yaml') }), /cannot be read: ENOENT/);
    const file = join(folder, 'broken.yaml');
    await writeFile(file, 'port: [1');
    assert.match(refusal({ configFile: file }), /cannot be read/);
    await writeFile(file, '- 1\n');
    assert.match(refusal({ configFile: file }), /names and values/);
    await writeFile(join(folder, 'fob.config.yaml'), 'data: /elsewhere\n');
    assert.match(refusal({ flags: { data: folder } }), /cannot choose another one/);
    await rm(join(folder, 'fob.config.yaml'));
  });

  test('a secret is never repeated in a message', async () => {
    const file = join(folder, 'secret.yaml');
    await writeFile(file, 'token: [hunter2]\n');
    assert.ok(!refusal({ configFile: file }).includes('hunter2'));
  });

  test('listening beyond loopback demands a token', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'functions.example.org']) {
      assert.match(refusal({ flags: { host } }), /token is required/);
      assert.equal(read({ flags: { host, token: 'x' } }).host, host);
    }
    for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1'])
      assert.equal(read({ flags: { host } }).host, host);
    for (const host of ['127.0.0.1.example.org', '1270.0.0.1']) refusal({ flags: { host } });
  });

  test('flag and variable names of all settings are distinct and typeable', () => {
    assert.equal(flagName('memoryBudgetMb'), '--memory-budget-mb');
    assert.equal(variableName('memoryBudgetMb'), 'FOB_MEMORY_BUDGET_MB');
    assert.equal(new Set(SETTING_NAMES.map(flagName)).size, SETTING_NAMES.length);
    for (const name of SETTING_NAMES) assert.match(flagName(name), /^--[a-z]+(-[a-z]+)*$/);
  });

  test('any text as a port is either a port or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer().map(String)), (port) => {
        const fits = /^-?\d{1,15}$/.test(port.trim()) && Number(port) >= 0 && Number(port) <= 65_535;
        if (fits) assert.equal(read({ flags: { port } }).port, Number(port));
        else assert.match(refusal({ flags: { port } }), /^--port: /);
      }),
    );
  });
});
