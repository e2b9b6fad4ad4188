import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../testing/folder-adapter.ts';
import { openEmbeddedStore } from './store.ts';

const ownerProgram = fileURLToPath(new URL('./testing/owner.ts', import.meta.url));

describe('the data folder', () => {
  const { folder: base, remove } = temporaryFolder();
  after(remove);
  let folders = 0;
  const fresh = (): string => join(base, `data-${++folders}`);

  test('is made where it is missing, and only its owner can read in it', async () => {
    const folder = join(fresh(), 'deep', 'below');
    const store = await openEmbeddedStore({ folder });
    await store.registry.put('secret', 1);
    await store.blobs.put(Buffer.from('secret'));
    store.audit.append({ timeMs: 1, actor: 'a', action: 'b', subject: 'c', details: {} });
    await Promise.all([store.journal.flush(), store.audit.flush()]);
    const modeOf = (path: string): number => statSync(join(folder, path)).mode & 0o777;
    assert.equal(modeOf('.'), 0o711, 'others may pass through, not look');
    for (const name of readdirSync(folder)) {
      assert.equal(modeOf(name) & 0o077, 0, `${name} is open to others`);
    }
    await store.close();
  });

  test('that was there before keeps what its mode allowed', async () => {
    for (const [mode, expected] of [
      [0o1777, 0o1777],
      [0o700, 0o711],
    ] as const) {
      const folder = fresh();
      mkdirSync(folder);
      chmodSync(folder, mode);
      await (await openEmbeddedStore({ folder })).close();
      assert.equal(statSync(folder).mode & 0o7777, expected);
    }
  });

  test('belongs to one opener in a process', async () => {
    const folder = fresh();
    const store = await openEmbeddedStore({ folder });
    await assert.rejects(openEmbeddedStore({ folder }), {
      code: 'data_folder_locked',
      details: { folder, pid: process.pid },
    });
    await store.registry.put('still', 'works');
    await store.close();
    await (await openEmbeddedStore({ folder })).close();
  });

  test('belongs to one process, until that dies', async () => {
    const folder = fresh();
    const owner = spawn(process.execPath, [ownerProgram, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await firstLine(owner);
      await assert.rejects(openEmbeddedStore({ folder }), {
        code: 'data_folder_locked',
        message: new RegExp(`${folder}.*process ${owner.pid}`),
      });
    } finally {
      owner.kill('SIGKILL');
    }
    await once(owner, 'exit');
    await (await openEmbeddedStore({ folder })).close();
  });

  test('that cannot be made is refused', async () => {
    const file = fresh();
    writeFileSync(file, 'a file');
    for (const folder of [file, join(file, 'below')]) {
      await assert.rejects(openEmbeddedStore({ folder }), {
        code: 'data_folder_unusable',
        message: new RegExp(folder),
      });
    }
  });

  test('that is read-only is refused', { skip: process.getuid?.() === 0 && 'root writes anywhere' }, async () => {
    const parent = fresh();
    mkdirSync(parent, { mode: 0o500 });
    await assert.rejects(openEmbeddedStore({ folder: join(parent, 'data') }), { code: 'data_folder_unusable' });
    chmodSync(parent, 0o700);
  });

  test('on a read-only file system is refused', { skip: process.getuid?.() !== 0 && 'needs a mount' }, async (t) => {
    const folder = fresh();
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return t.skip('mounting is not allowed here');
    }
    try {
      await assert.rejects(openEmbeddedStore({ folder }), { code: 'data_folder_unusable', message: /read-only/i });
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  for (const file of ['fob.db', 'journal.db']) {
    test(`with a ${file} that is no database is refused and left as it is`, async () => {
      const folder = await used(fresh());
      writeFileSync(join(folder, file), 'this is no database, but it is long enough to be taken for one: '.repeat(200));
      const before = statSync(join(folder, file));
      await assert.rejects(openEmbeddedStore({ folder }), { code: 'data_folder_unusable', message: new RegExp(file) });
      assert.equal(statSync(join(folder, file)).size, before.size);
    });

    test(`with a ${file} from a newer version is refused`, async () => {
      const folder = await used(fresh());
      const db = new DatabaseSync(join(folder, file));
      db.exec('PRAGMA user_version = 999');
      db.close();
      await assert.rejects(openEmbeddedStore({ folder }), {
        code: 'data_folder_unusable',
        message: /newer version.*999/,
      });
    });
  }

  test('with a fob.db that is cut off is refused', async () => {
    const folder = await used(fresh());
    truncateSync(join(folder, 'fob.db'), 8_192);
    await assert.rejects(openEmbeddedStore({ folder }), { code: 'data_folder_unusable', message: /damaged/ });
  });

  test('loses what was left half made', async () => {
    const folder = await used(fresh());
    writeFileSync(join(folder, 'tmp', 'blob-half'), 'half');
    await (await openEmbeddedStore({ folder })).close();
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
  });
});

async function used(folder: string): Promise<string> {
  const store = await openEmbeddedStore({ folder });
  await store.registry.put('a', 'x'.repeat(20_000));
  await store.close();
  return folder;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}
