import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { openEmbeddedStore } from './store.ts';
import { openVault } from './vault.ts';

describe('the vault', () => {
  const { folder, remove } = temporaryFolder();
  after(remove);
  let files = 0;
  const fresh = (): string => join(folder, `${++files}.key`);
  const line = (id: string): string => `${id} ${Buffer.alloc(32, id).toString('base64url')}\n`;

  test('what was sealed opens, also after a restart, and is another text each time', () => {
    const path = fresh();
    const vault = openVault(path);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (plain) => {
        const sealed = vault.seal(plain);
        assert.match(sealed, /^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
        assert.notEqual(vault.seal(plain), sealed);
        assert.equal(vault.open(sealed), plain);
        assert.equal(openVault(path).open(sealed), plain);
      }),
      { numRuns: 50 },
    );
  });

  test('a sealed text that was changed anywhere does not open', () => {
    const vault = openVault(fresh());
    const [format, id, content] = vault.seal('the secret').split('.') as [string, string, string];
    const bytes = Buffer.from(content, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      assert.throws(() => vault.open(`${format}.${id}.${changed.toString('base64url')}`), { code: 'internal' });
    }
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length).toString('base64url');
      assert.throws(() => vault.open(`${format}.${id}.${cut}`), { code: 'internal' }, `cut to ${length}`);
    }
    for (const other of ['', 'plain', `v2.${id}.${content}`, `${format}.${id}`, `${format}.${id}.${content}.x`]) {
      assert.throws(() => vault.open(other), { code: 'internal' });
    }
  });

  test('a text sealed under a key that is gone does not open, and the message says what to do', () => {
    const sealed = openVault(fresh()).seal('x');
    assert.throws(() => openVault(fresh()).open(sealed), { code: 'internal', message: /secret\.key/ });
  });

  test('the newest of several keys seals, and all open', () => {
    const path = fresh();
    writeFileSync(path, line('00000001'), { mode: 0o600 });
    const old = openVault(path).seal('old');
    writeFileSync(path, line('00000001') + line('00000002'));
    const vault = openVault(path);
    assert.match(vault.seal('new'), /^v1\.00000002\./);
    assert.equal(vault.open(old), 'old');
    const moved = old.replace('00000001', '00000002');
    assert.throws(() => vault.open(moved), { code: 'internal' });
  });

  test('its file is for its owner alone, whatever the umask and whatever was done to it', () => {
    const path = fresh();
    const umask = process.umask(0);
    try {
      const sealed = openVault(path).seal('x');
      assert.equal(statSync(path).mode & 0o777, 0o600);
      chmodSync(path, 0o644);
      assert.equal(openVault(path).open(sealed), 'x');
      assert.equal(statSync(path).mode & 0o777, 0o600);
    } finally {
      process.umask(umask);
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.endsWith('.key')),
      [],
      'nothing is left beside',
    );
  });

  test('a damaged file is told of and left as it is', () => {
    for (const content of ['', '\n', 'nonsense', line('00000001').slice(0, -3), `${line('00000001')}x`]) {
      const path = fresh();
      writeFileSync(path, content);
      assert.throws(() => openVault(path), { code: 'data_folder_unusable', message: /damaged/ });
      assert.equal(readFileSync(path, 'utf8'), content);
    }
    assert.throws(() => openVault(join(folder, 'missing', 'secret.key')), { code: 'data_folder_unusable' });
  });

  test('processes that make the file at once agree on one key', async () => {
    const path = fresh();
    const vaultFile = new URL('./vault.ts', import.meta.url).href;
    const program = `
      import { openVault } from ${JSON.stringify(vaultFile)};
      process.stdin.once('end', () => console.log(openVault(${JSON.stringify(path)}).seal('mine')));
      process.stdin.resume();
      process.stderr.write('ready');`;
    const children = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', program]));
    const sealed = children.map((child) => text(child.stdout));
    await Promise.all(children.map((child) => once(child.stderr, 'data')));
    for (const child of children) child.stdin.end();
    const vault = openVault(path);
    for (const one of await Promise.all(sealed)) assert.equal(vault.open(one.trim()), 'mine');
  });

  test('a backup holds neither the key file nor what it opens', async () => {
    const data = join(folder, 'data');
    const store = await openEmbeddedStore({ folder: data });
    try {
      await store.registry.put('secret', store.vault.seal('the plain secret'));
      const backup = await buffer(await store.backup());
      const secret = readFileSync(join(data, 'secret.key'), 'utf8').split(' ')[1]!.trim();
      for (const hidden of [secret, Buffer.from(secret, 'base64url'), 'secret.key', 'the plain secret']) {
        assert.equal(backup.includes(hidden), false);
      }
    } finally {
      await store.close();
    }
  });
});
