import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gitOriginOf, gitStateOf } from './git-origin.ts';

const AUTHOR = { GIT_AUTHOR_NAME: 'Ann Ümlaut', GIT_AUTHOR_EMAIL: 'ann@example.org' };
const COMMITTER = { GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.org' };

describe('where in Git a folder is', () => {
  let base: string;
  let folder: string;
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: folder, env: { ...process.env, ...AUTHOR, ...COMMITTER }, encoding: 'utf8' });
  const origin = (path: string) => gitOriginOf(join(folder, path), {});

  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'fob-origin-'));
    folder = join(base, 'work');
    await mkdir(join(folder, 'one'), { recursive: true });
    await mkdir(join(folder, 'two'));
    await writeFile(join(folder, 'one/main.py'), 'def callme(): pass\n');
    await writeFile(join(folder, 'two/main.py'), 'def callme(): pass\n');
    git('init', '--quiet', '--initial-branch=trunk');
  });
  after(() => rm(base, { recursive: true, force: true }));

  test('is nowhere outside of a work tree, and before its first commit', async () => {
    assert.equal(await gitOriginOf(base, {}), undefined);
    assert.equal(await gitOriginOf(join(base, 'missing'), {}), undefined);
    assert.equal(await origin('one'), undefined);
  });

  test('is a repository, a commit, a branch, a tag and an author', async () => {
    git('add', '.');
    git('commit', '--quiet', '-m', 'first\n\nand more');
    git('tag', 'v1');
    const commit = git('rev-parse', 'HEAD').trim();
    const repository = git('rev-parse', '--show-toplevel').trim();
    assert.deepEqual(await origin('one'), {
      repository,
      commit,
      branch: 'trunk',
      tag: 'v1',
      author: 'Ann Ümlaut <ann@example.org>',
      subject: 'first',
      clean: true,
      pushed: false,
    });
    assert.equal((await origin('one/main.py'))?.commit, commit);
  });

  test('tells what was changed in this folder, not in another one', async () => {
    await writeFile(join(folder, 'two/new.py'), '');
    assert.deepEqual([(await origin('one'))?.clean, (await origin('two'))?.clean], [true, false]);
    assert.deepEqual([(await origin('two/main.py'))?.clean, (await origin('two/new.py'))?.clean], [true, false]);
    await writeFile(join(folder, 'one/main.py'), 'x = 1\n');
    assert.deepEqual([(await origin('one'))?.clean, (await origin('one/main.py'))?.clean], [false, false]);
    git('checkout', '--quiet', '--', 'one');
    await rm(join(folder, 'two/new.py'));
  });

  test('what Git ignores and an upload takes is in no commit', async () => {
    const state = async (path: string) => {
      const { origin: found, ignored } = (await gitStateOf(join(folder, path), {}))!;
      return [found.clean, ...ignored];
    };
    await writeFile(join(folder, '.gitignore'), 'made/\n*.pyc\nnode_modules/\n.env\nbig.bin\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'ignores');
    for (const left of ['one/node_modules/x', 'one/__pycache__']) await mkdir(join(folder, left), { recursive: true });
    for (const left of ['node_modules/x/index.js', '__pycache__/main.pyc', '.env'])
      await writeFile(join(folder, 'one', left), '');
    assert.deepEqual(await state('one'), [true], 'no upload has them');
    await mkdir(join(folder, 'one/made'));
    await writeFile(join(folder, 'one/made/code.py'), '');
    await writeFile(join(folder, 'one/big.bin'), '');
    assert.deepEqual(await state('one'), [false, 'big.bin', 'made/']);
    assert.deepEqual(await state('one/made'), [false, '']);
    assert.deepEqual(await state('one/big.bin'), [false, 'big.bin']);
    assert.deepEqual(await state('one/main.py'), [true]);
    await writeFile(join(folder, 'one/.fobignore'), 'made\n*.bin\n.fobignore\n');
    git('add', '.');
    git('commit', '--quiet', '-m', 'leaves out what it does not need');
    assert.deepEqual(await state('one'), [true]);
  });

  test('tells whether the commit is on a remote, and names that without its credentials', async () => {
    execFileSync('git', ['clone', '--quiet', '--bare', folder, join(base, 'elsewhere.git')]);
    git('remote', 'add', 'origin', join(base, 'elsewhere.git'));
    git('fetch', '--quiet', 'origin');
    git('remote', 'set-url', 'origin', 'https://ann:secret@example.org/ann/work.git?token=secret');
    const pushed = await origin('one');
    assert.deepEqual([pushed?.pushed, pushed?.repository], [true, 'https://example.org/ann/work.git']);
    await writeFile(join(folder, 'one/more.py'), '');
    git('add', '.');
    git('commit', '--quiet', '-m', 'second');
    const later = await origin('one');
    assert.deepEqual([later?.pushed, later?.tag, later?.subject], [false, undefined, 'second']);
  });

  test('is asked of the environment where a pipeline checked out a commit', async () => {
    git('checkout', '--quiet', '--detach');
    assert.equal((await origin('one'))?.branch, undefined);
    const named = await gitOriginOf(folder, { GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' });
    assert.equal(named?.branch, 'main');
    assert.equal((await gitOriginOf(folder, { GIT_BRANCH: 'origin/dev' }))?.branch, 'dev');
  });
});
