import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { list } from 'tar';
import { ignoreRules } from './ignore-rules.ts';
import { packFolder } from './pack-folder.ts';

async function paths(archive: Buffer): Promise<string[]> {
  const found: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const parser = list({ onReadEntry: (entry) => void found.push(`${entry.type} ${entry.path}`) });
    parser.on('end', resolve).on('error', reject);
    parser.end(archive);
  });
  return found;
}

describe('packing a folder', () => {
  let base = '';
  let folder = '';
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'fob-pack-'));
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(base, 'f-'));
  });
  after(() => rm(base, { recursive: true, force: true }));

  async function write(...files: string[]): Promise<void> {
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), file);
    }
  }

  test('holds its files, in order, without what never belongs into one', async () => {
    await write(
      'main.py',
      'lib/a.py',
      'lib/__pycache__/a.pyc',
      '.git/HEAD',
      'node_modules/x/index.js',
      '.env',
      '@odd name.txt',
    );
    const { archive, files, bytes, ignored } = await packFolder(folder);
    assert.deepEqual(await paths(archive), ['File ./@odd name.txt', 'File lib/a.py', 'File main.py']);
    assert.deepEqual({ files, bytes }, { files: 3, bytes: 28 });
    assert.deepEqual(ignored, ['.env', '.git/', 'lib/__pycache__/', 'node_modules/']);
  });

  test('equal folders make equal archives, whenever their files were written', async () => {
    await write('a.py', 'b/c.py');
    const first = await packFolder(folder);
    await utimes(join(folder, 'a.py'), new Date(5000), new Date(5000));
    assert.deepEqual((await packFolder(folder)).archive, first.archive);
  });

  test('.fobignore wins over .gitignore, and neither is uploaded', async () => {
    await write('main.js', 'dist/out.js', 'notes.md');
    await writeFile(join(folder, '.gitignore'), 'dist/\n');
    assert.deepEqual(await paths((await packFolder(folder)).archive), ['File main.js', 'File notes.md']);
    await writeFile(join(folder, '.fobignore'), '*.md\n');
    assert.deepEqual(await paths((await packFolder(folder)).archive), ['File dist/out.js', 'File main.js']);
  });

  test('links within the folder become what they lead to; others are refused', async () => {
    await write('lib/a.py');
    await symlink('lib/a.py', join(folder, 'b.py'));
    await symlink('lib', join(folder, 'c'));
    assert.deepEqual(await paths((await packFolder(folder)).archive), ['File b.py', 'File c/a.py', 'File lib/a.py']);

    await symlink('/etc/hostname', join(folder, 'out'));
    await assert.rejects(packFolder(folder), { message: /out is a link that leads out of the folder/ });
    await rm(join(folder, 'out'));
    await symlink('..', join(folder, 'lib', 'round'));
    await assert.rejects(packFolder(folder), { message: /round is a link to a folder around it/ });
    await rm(join(folder, 'lib', 'round'));
    await symlink('nowhere', join(folder, 'dead'));
    await assert.rejects(packFolder(folder), { message: /dead is a link to nothing/ });
  });

  test('an ignore file that leads elsewhere, or is very long, is refused and not read', async () => {
    await write('main.py', 'rules', 'left');
    await writeFile(join(folder, 'rules'), 'left\n');
    await symlink('rules', join(folder, '.gitignore'));
    assert.deepEqual((await packFolder(folder)).ignored, ['left']);
    for (const elsewhere of ['/dev/zero', '/etc/passwd', 'nowhere', '.']) {
      await symlink(elsewhere, join(folder, '.fobignore'));
      await assert.rejects(packFolder(folder), { name: 'Problem', message: /^\.fobignore / }, elsewhere);
      await rm(join(folder, '.fobignore'));
    }
    await writeFile(join(folder, '.fobignore'), 'a\n'.repeat(50_000));
    await assert.rejects(
      packFolder(folder),
      /^Problem: \.fobignore has 100000 bytes of rules; 65536 bytes are the most$/,
    );
  });

  test('an empty folder is refused', async () => {
    await write('.git/HEAD');
    await assert.rejects(packFolder(folder), { message: /no file to deploy/ });
  });
});

describe('ignore rules', () => {
  const cases: [string, string[], string[]][] = [
    ['*.log', ['a.log', 'x/y/b.log'], ['a.log.txt', 'log']],
    ['/build', ['build'], ['x/build']],
    ['doc/*.txt', ['doc/a.txt'], ['doc/x/a.txt', 'x/doc/a.txt']],
    ['**/tmp', ['tmp', 'a/b/tmp'], ['tmpx']],
    ['a/**/z', ['a/z', 'a/b/c/z'], ['b/z']],
    ['file[0-9!].js', ['file3.js'], ['filex.js']],
    ['[!a]b', ['cb'], ['ab']],
    ['a?c', ['abc'], ['ac', 'a/c']],
    ['\\!odd', ['!odd'], ['odd']],
    ['a+(b).py', ['a+(b).py'], ['aab.py']],
    ['# comment', [], ['# comment', 'comment']],
    ['*.js\n!keep.js', ['a.js'], ['keep.js']],
  ];
  for (const [text, ignored, kept] of cases) {
    test(JSON.stringify(text), () => {
      const ignores = ignoreRules(text);
      for (const path of ignored) assert.ok(ignores(path, false), `${path} should be left out`);
      for (const path of kept) assert.ok(!ignores(path, false), `${path} should be kept`);
    });
  }

  test('no pattern takes long, and none is refused', () => {
    const path = `${'a'.repeat(200)}/${'b/'.repeat(300)}c`;
    const text = [
      `${'*a'.repeat(60)}*c`,
      `${'**/b'.repeat(30)}/x`,
      `${'**b'.repeat(60)}x`,
      'a[z-a]',
      `x${' '.repeat(100_000)}x`,
    ];
    const before = process.cpuUsage();
    for (const rule of text) assert.ok(!ignoreRules(rule)(path, false), rule.slice(0, 20));
    assert.ok(ignoreRules(`${'**/b'.repeat(30)}/c`)(path, false));
    const { user } = process.cpuUsage(before);
    assert.ok(user < 1_000_000, `${user / 1_000} ms`);
  });

  test('a rule with a slash at its end means folders only', () => {
    const ignores = ignoreRules('out/');
    assert.ok(ignores('a/out', true));
    assert.ok(!ignores('a/out', false));
  });
});
