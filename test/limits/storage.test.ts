import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { Problem, type ProblemCode } from '../../src/model/problem.ts';
import { startTestNode } from '../support/node.ts';

const IS_ROOT = process.getuid?.() === 0;
const CODE = 'def callme():\n  return 42\n';

describe('limits of storage', () => {
  let base: string;
  let folders = 0;
  const fresh = () => join(base, `data-${++folders}`);

  before(() => {
    base = mkdtempSync(join(tmpdir(), 'fob-limits-'));
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  /** A node with one function has used this folder. */
  async function usedFolder(data = fresh()): Promise<string> {
    const node = await startTestNode({ data, prewarmed: 0 });
    try {
      await node.register(CODE, 'python');
    } finally {
      await node.close();
    }
    return data;
  }

  async function refusesToStart(data: string, code: ProblemCode, message: RegExp): Promise<void> {
    const before = namesIn(data);
    await assert.rejects(startTestNode({ data, prewarmed: 0 }), (error) => {
      assert.ok(error instanceof Problem, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.ok(error.message.includes(data), 'says which folder');
      return true;
    });
    assert.deepEqual(namesIn(data), before, 'a refused folder stays as it is');
  }

  test('a data folder in use by another node', async () => {
    const node = await startTestNode({ prewarmed: 0 });
    try {
      await refusesToStart(node.dataFolder, 'data_folder_locked', new RegExp(`process ${process.pid}.*--data`));
      assert.equal((await node.request('GET', '/readyz')).status, 200);
    } finally {
      await node.close();
    }
  });

  test('a data folder from a newer version', async () => {
    const data = await usedFolder();
    const db = new DatabaseSync(join(data, 'fob.db'));
    db.exec('PRAGMA user_version = 1000');
    db.close();
    await refusesToStart(data, 'data_folder_unusable', /newer version.*1000/);
  });

  test('a damaged database', async () => {
    const data = await usedFolder();
    const file = join(data, 'fob.db');
    truncateSync(file, Math.floor(statSync(file).size / 2) + 1);
    await refusesToStart(data, 'data_folder_unusable', /damaged.*backup/);
  });

  test('a file in the place of the data folder', async () => {
    const data = fresh();
    writeFileSync(data, 'not a folder');
    await refusesToStart(data, 'data_folder_unusable', /--data/);
  });

  test('a data folder that is read-only', { skip: !IS_ROOT && 'needs a mount' }, async () => {
    const data = await usedFolder();
    execFileSync('mount', ['--bind', data, data]);
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', data]);
      await refusesToStart(data, 'data_folder_unusable', /cannot be .*written|read-only/);
    } finally {
      execFileSync('umount', [data]);
    }
  });

  test('a disk that fills up while the node runs', { skip: !IS_ROOT && 'needs a mount' }, async () => {
    const data = fresh();
    execFileSync('mkdir', [data]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', data]);
    try {
      const node = await startTestNode({ data });
      try {
        const id = await node.register(CODE, 'python');
        assert.equal(await node.result(id), 42);
        fill(join(data, 'ballast'), data);
        const refused = await node.request('POST', '/api/gen?lang=python', { body: `${CODE}# ${'x'.repeat(200_000)}` });
        assert.equal(refused.status, 507, refused.text);
        assert.equal(refused.json.error.code, 'storage_full');
        assert.match(refused.json.error.message, /full.*free some space/);
        assert.equal(await node.result(id), 42, 'what was there is still served');
        assert.deepEqual((await node.request('GET', '/api/stats')).json.functions, [id], 'nothing was stored by half');
        rmSync(join(data, 'ballast'));
        assert.equal(await node.result(await node.register(CODE, 'python')), 42, 'works again with space');
      } finally {
        await node.close();
      }
    } finally {
      execFileSync('umount', [data]);
    }
  });
});

/** Fills a file system to its last block. */
function fill(file: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize + bsize));
  } catch {
    // It is full.
  }
}

function namesIn(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).sort() : [];
}
