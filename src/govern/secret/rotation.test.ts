import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Store } from '../../store/store.ts';
import { temporaryFolder } from '../../store/testing/folder-adapter.ts';
import { openKeyRotation } from './rotation.ts';

const PROGRAM = fileURLToPath(new URL('./testing/rotating-node.ts', import.meta.url));
const ROUNDS = 12;
const MAX_LINES = 150;
const log = pino({ level: 'silent' });

describe('changing the key of the vault', () => {
  test('seals everything anew, wherever it is in a document; the old key goes a minute later', async () => {
    await withStore(async (store, folder) => {
      const clock = new FakeClock();
      const { registry, vault } = store;
      const options = { registry, vault, clock, log };
      const rotation = await openKeyRotation(options);
      const [old] = vault.keys();
      await registry.put('secret/a', { versions: [{ sealed: vault.seal('one') }, { sealed: vault.seal('two') }] });
      await registry.put('trigger/b', { trigger: { options: { password: vault.seal('three'), url: 'http://x' } } });
      await registry.put('function/c', {
        config: { environment: { LOOKS: 'v1.00000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } },
      });
      const untouched = await registry.get('function/c');
      const { key, oldKeys, resealed } = await rotation.rotate();
      assert.deepEqual([oldKeys, resealed], [[old], 2]);
      for (const path of ['secret/a', 'trigger/b']) {
        const text = JSON.stringify((await registry.get(path))!.value);
        assert.ok(text.includes(`v1.${key}.`) && !text.includes(`v1.${old}.`), text);
      }
      assert.deepEqual(await registry.get('function/c'), untouched);

      // Sealed before the change by a writer who was still under way.
      assert.match(readFileSync(join(folder, 'secret.key'), 'utf8'), new RegExp(`^${old} .*\n${key} .*\n$`));
      clock.advance(59_999);
      assert.deepEqual(vault.keys(), [old, key]);
      clock.advance(1);
      await until(() => vault.keys().length === 1);
      assert.deepEqual(vault.keys(), [key]);
      assert.doesNotMatch(readFileSync(join(folder, 'secret.key'), 'utf8'), new RegExp(old!));
      const { value } = (await registry.get<{ versions: { sealed: string }[] }>('secret/a'))!;
      assert.deepEqual(
        value.versions.map(({ sealed }) => vault.open(sealed)),
        ['one', 'two'],
      );
      rotation.close();
    });
  });

  test('a writer who sealed with the old key and writes late is sealed anew before that goes', async () => {
    await withStore(async ({ registry, vault }) => {
      const clock = new FakeClock();
      const rotation = await openKeyRotation({ registry, vault, clock, log });
      const late = vault.seal('late');
      await rotation.rotate();
      await registry.put('secret/late', { sealed: late });
      clock.advance(60_000);
      await until(() => vault.keys().length === 1);
      const { value } = (await registry.get<{ sealed: string }>('secret/late'))!;
      assert.equal(vault.open(value.sealed), 'late');
      rotation.close();
    });
  });

  test('two at once: the second is told', async () => {
    await withStore(async ({ registry, vault }) => {
      const rotation = await openKeyRotation({ registry, vault, clock: new FakeClock(), log });
      const first = rotation.rotate();
      await assert.rejects(rotation.rotate(), { code: 'conflict' });
      await first;
      rotation.close();
    });
  });

  test(`loses nothing where the node is killed, ${ROUNDS} times over`, async () => {
    const { folder, remove } = temporaryFolder();
    let rotations = 0;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const lines = await runUntilKilled(folder, Math.floor(Math.random() * MAX_LINES));
        rotations += lines.filter((line) => line === 'rotated').length;
        const store = await openEmbeddedStore({ folder });
        try {
          const { registry, vault } = store;
          (await openKeyRotation({ registry, vault, clock: new FakeClock(), log })).close();
          assert.equal(vault.keys().length, 1, 'what was left undone is finished at the start');
          const documents = new Map<string, string>();
          for (const { key, value } of await registry.list<{ nested: [{ sealed: string }] }>('secret/')) {
            assert.equal(vault.keyOf(value.nested[0].sealed), vault.keys()[0]);
            documents.set(key, vault.open(value.nested[0].sealed));
          }
          for (const [name, opened] of documents) assert.equal(opened, name);
          for (const line of lines) if (line.startsWith('written ')) assert.ok(documents.has(line.slice(8)), line);
          assert.deepEqual(
            readdirSync(folder).filter((name) => name.startsWith('secret.key.')),
            [],
          );
        } finally {
          await store.close();
        }
      }
      assert.ok(rotations > 0, 'the key was changed at all');
      assert.ok(existsSync(join(folder, 'secret.key')));
    } finally {
      remove();
    }
  });
});

async function runUntilKilled(folder: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.split('\n').length > lines) child.kill('SIGKILL');
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'], 'it ended by itself');
  return output.split('\n').slice(0, -1);
}

async function withStore(work: (store: Store, folder: string) => Promise<void>): Promise<void> {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder });
  try {
    await work(store, folder);
  } finally {
    await store.close();
    remove();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
