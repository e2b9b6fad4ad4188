import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import type { FileChanges } from '../api.ts';
import { readTarGz } from '../archive/tar.ts';
import { editSource } from './edit-source.ts';
import { tarEntry, tarGz, tarGzOf, zipOf } from './testing/archives.ts';

const LIMITS = { maxBytes: 1_048_576, maxEntries: 100 };

async function edited(
  t: TestContext,
  source: Parameters<typeof editSource>[0],
  changes: FileChanges,
): Promise<{ form: string; files: Record<string, string> }> {
  const temporary = await mkdtemp(join(tmpdir(), 'fob-edit-'));
  t.after(() => rm(temporary, { recursive: true, force: true }));
  const { form, content, fileName } = await editSource(source, changes, temporary, LIMITS);
  assert.ok(Buffer.isBuffer(content));
  if (form === 'inline') return { form, files: { [fileName!]: content.toString() } };
  const files: Record<string, string> = {};
  for await (const entry of readTarGz(Readable.from([content]), LIMITS.maxBytes)) {
    if (entry.kind === 'file') files[entry.path] = (await buffer(entry.content())).toString();
    if (entry.kind === 'link') files[entry.path] = `-> ${entry.target}`;
  }
  return { form, files };
}

const inline = { form: 'inline', content: Buffer.from('old'), fileName: 'main.py' } as const;

test('a text stays one while it has one file, and becomes an archive with a second one', async (t) => {
  assert.deepEqual(await edited(t, inline, { 'main.py': 'new' }), { form: 'inline', files: { 'main.py': 'new' } });
  assert.deepEqual(await edited(t, inline, { 'lib/a.py': 'x = 1' }), {
    form: 'tar.gz',
    files: { 'main.py': 'old', 'lib/a.py': 'x = 1' },
  });
});

test('files of archives are changed, added and removed; a top folder is lifted; the others stay as they are', async (t) => {
  const files = { 'repo/main.js': 'a', 'repo/lib/b.js': 'b', 'repo/c.txt': 'c' };
  const changes = { 'main.js': 'A', 'lib/new.js': 'n', 'c.txt': null };
  for (const source of [
    { form: 'zip', content: await zipOf(files) },
    { form: 'tar.gz', content: tarGzOf(files) },
  ] as const) {
    assert.deepEqual(await edited(t, source, changes), {
      form: 'tar.gz',
      files: { 'main.js': 'A', 'lib/b.js': 'b', 'lib/new.js': 'n' },
    });
  }
});

test('nothing is changed outside, in place of a folder, below a file, or where nothing would be left', async (t) => {
  const source = { form: 'zip', content: await zipOf({ 'main.js': 'a', 'lib/b.js': 'b' }) } as const;
  const refused: [FileChanges, RegExp][] = [
    [{ '../x': 'x' }, /leads out/],
    [{ '/etc/x': 'x' }, /absolute/],
    [{ '': 'x' }, /needs a name/],
    [{ lib: 'x' }, /is a folder/],
    [{ 'new/': 'x' }, /"new\/" ends in a slash/],
    [{ 'lib/': null }, /"lib\/" ends in a slash/],
    [{ 'new/.': 'x' }, /"new\/\." ends in a slash/],
    [{ 'a.js': 'x', './a.js': 'y' }, /"a.js" twice/],
    [{ 'main.js/x': 'x' }, /a file, not a folder/],
    [{ 'gone.js': null }, /no file "gone.js"/],
    [{ 'no/where.js': null }, /no file/],
    [{ 'main.js': null, 'lib/b.js': null }, /no file would be left/],
  ];
  for (const [changes, message] of refused) {
    await assert.rejects(edited(t, source, changes), { code: 'invalid_function', message });
  }
});

test('nothing is written through a link: a linked file becomes one of its own, and linked folders are refused', async (t) => {
  const link = (path: string, linkpath: string) => tarEntry({ path, linkpath, type: 'SymbolicLink', size: 0 });
  const content = tarGz(
    tarEntry({ path: 'main.js' }, 'a'),
    tarEntry({ path: 'real/b.js' }, 'b'),
    link('other.js', 'main.js'),
    link('linked', 'real'),
  );
  const source = { form: 'tar.gz', content } as const;
  const { files } = await edited(t, source, { 'other.js': 'x' });
  assert.deepEqual(files, { 'main.js': 'a', 'real/b.js': 'b', 'other.js': 'x', linked: '-> real' });
  await assert.rejects(edited(t, source, { 'linked/b.js': 'x' }), { code: 'invalid_function', message: /is a link/ });
});

test('many files and deep folders are refused before any of them is made', async (t) => {
  const refused: FileChanges[] = [
    Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, ''])),
    { [`${'a/'.repeat(60)}x`]: '', [`${'b/'.repeat(60)}x`]: '' },
  ];
  for (const changes of refused) {
    const temporary = await mkdtemp(join(tmpdir(), 'fob-edit-'));
    t.after(() => rm(temporary, { recursive: true, force: true }));
    await assert.rejects(editSource(inline, changes, temporary, LIMITS), {
      code: 'too_large',
      message: /more than 100/,
    });
    assert.deepEqual(await readdir(temporary), []);
  }
});

test('texts that are larger together than code may be are refused', async (t) => {
  const changes = { 'a.txt': 'x'.repeat(700_000), 'b.txt': 'x'.repeat(700_000) };
  await assert.rejects(edited(t, inline, changes), { code: 'too_large' });
});
