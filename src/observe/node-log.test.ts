import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openNodeLog } from './node-log.ts';

describe('the log of a node', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-log-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('holds entries in order from its level on, and passes warnings on', async () => {
    const warnings: string[] = [];
    const { log, path, close } = openNodeLog({
      folder: join(folder, 'a'),
      level: 'info',
      onWarning: (line) => warnings.push(line),
    });
    log.debug('not this');
    for (let i = 0; i < 100; i++) log.info({ i }, 'entry');
    log.warn('look here');
    await close();
    log.info('after the end: dropped');
    const entries = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      entries.slice(0, 100).map((entry) => entry.i),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.equal(entries.length, 101);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /look here/);
  });

  test('is turned over by size and keeps three files', async () => {
    const inner = join(folder, 'b');
    for (let i = 0; i < 40; i++) {
      const { log, close } = openNodeLog({ folder: inner, level: 'info', onWarning: () => {}, maxFileBytes: 1000 });
      log.info({ i, filler: 'x'.repeat(200) }, 'entry');
      // What is written is on disk after this: entries in one batch would not be turned over one from the other.
      await close();
    }
    assert.deepEqual((await readdir(inner)).sort(), ['node.log', 'node.log.1', 'node.log.2']);
    const last = (await readFile(join(inner, 'node.log'), 'utf8')).trim().split('\n').at(-1)!;
    assert.equal(JSON.parse(last).i, 39);
  });

  test('goes on in an existing file', async () => {
    const inner = join(folder, 'c');
    for (const text of ['first', 'second']) {
      const { log, close } = openNodeLog({ folder: inner, level: 'info', onWarning: () => {} });
      log.info(text);
      await close();
    }
    const text = await readFile(join(inner, 'node.log'), 'utf8');
    assert.match(text, /first.*second/s);
  });

  test('in a folder that cannot be written is refused', async () => {
    const file = join(folder, 'plain-file');
    await writeFile(file, '');
    assert.throws(() => openNodeLog({ folder: file, level: 'info', onWarning: () => {} }), {
      code: 'data_folder_unusable',
      message: /cannot be written/,
    });
  });
});
