import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { createWorkTree, runGit, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

/** A line of `git mktree`. */
type TreeLine = readonly [mode: string, type: string, id: string, name: string];

describe('hostile trees', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  let work: WorkTree;
  before(async () => {
    node = await startTestNode({ maxTreeBytes: 4_000_000 });
    work = await createWorkTree();
    await node.request('PUT', '/v1/repositories/target', { body: '{}' });
    await work.git('remote', 'add', 'fob', `${node.url}/git/target.git`);
  });
  after(async () => {
    await work?.remove();
    await node?.close();
  });

  const blob = async (content: string) =>
    (await runGit(work.folder, ['hash-object', '-w', '--stdin'], content)).stdout.trim();
  const tree = async (...lines: TreeLine[]) => {
    const input = lines.map(([mode, type, id, name]) => `${mode} ${type} ${id}\t${name}\0`).join('');
    const { code, stdout, stderr } = await runGit(work.folder, ['mktree', '-z', '--missing'], input);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };
  const push = async (root: string) => {
    const commit = (await runGit(work.folder, ['commit-tree', '-m', 'hostile', root])).stdout.trim();
    return runGit(work.folder, ['push', '--force', 'fob', `${commit}:refs/heads/main`]);
  };
  const refused = async (root: string, why: RegExp) => {
    const { code, stderr } = await push(root);
    assert.notEqual(code, 0);
    assert.match(stderr, why);
  };

  test('with names that lead elsewhere are refused', async () => {
    const file = await blob('x');
    for (const name of ['..', '.', '.git', '.GIT']) {
      await refused(
        await tree(['100644', 'blob', file, name]),
        /fsck|unpacker error|invalid|disallowed|hasDot|cannot be written/i,
      );
    }
  });

  test('with links that lead out of them, in a circle or to nothing are refused, and links within are followed', async () => {
    const code = await blob('def callme(): return open("data.txt").read()\n');
    const link = async (to: string) =>
      tree(['100644', 'blob', code, 'main.py'], ['120000', 'blob', await blob(to), 'data.txt']);
    await refused(await link('/etc/passwd'), /leads out of the folder/);
    await refused(await link('../../../../../../etc/passwd'), /leads out of the folder/);
    await refused(await link('missing'), /link to nothing/);
    await refused(await link('data.txt'), /link to nothing/);
    const linked = await tree(
      ['100644', 'blob', code, 'main.py'],
      ['120000', 'blob', await blob('real.txt'), 'data.txt'],
      ['100644', 'blob', await blob('within'), 'real.txt'],
    );
    const { code: ended, stderr } = await push(linked);
    assert.equal(ended, 0, stderr);
    assert.equal(await node.result('target'), 'within');
  });

  test('with a project file, or its code, behind a link out of them are refused', async () => {
    await refused(await tree(['120000', 'blob', await blob('/etc/passwd'), 'fob.yaml']), /leads out of|is a link/);
    const file = await blob('project: x\nfunctions: { f: { path: out } }\n');
    const root = await tree(['100644', 'blob', file, 'fob.yaml'], ['120000', 'blob', await blob('/etc'), 'out']);
    await refused(root, /outside of what was pushed/);
  });

  test('that are larger than code may be are refused before they are written', async () => {
    const zeros = await blob('0'.repeat(3_000_000));
    const root = await tree(['100644', 'blob', zeros, 'a'], ['100644', 'blob', zeros, 'b']);
    await refused(root, /the files of the tree have 6000000 bytes; 4000000 are the most/);
  });

  test('that unfold to very many files are refused', async () => {
    const file = await blob('x');
    let root = await tree(...Array.from({ length: 40 }, (_, i): TreeLine => ['100644', 'blob', file, `f${i}`]));
    for (let level = 0; level < 2; level++) {
      const inner = root;
      root = await tree(...Array.from({ length: 40 }, (_, i): TreeLine => ['040000', 'tree', inner, `d${i}`]));
    }
    await refused(root, /64000 files; 50000 are the most/);
  });

  test('have no attributes, filters, hooks or settings that do anything', async () => {
    const marker = `/tmp/fob-hostile-${process.pid}`;
    const script = `#!/bin/sh\ntouch ${marker}\n`;
    await work.commit('traps', {
      '.gitattributes': '* filter=evil export-ignore text eol=crlf\n',
      '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = https://example.org/x.git\n',
      'hooks/pre-receive': script,
      'config/hooks': script,
      'main.py': 'def callme(): return open(__file__, "rb").read().count(b"\\r")\n',
    });
    const { code, stderr } = await work.tryGit('push', '--force', 'fob', 'main');
    assert.equal(code, 0, stderr);
    assert.equal(await node.result('target'), 0);
    await assert.rejects(access(marker));
  });

  test('with submodules lack these, and say so', async () => {
    const commit = await work.git('rev-parse', 'HEAD');
    const root = await tree(
      ['100644', 'blob', await blob('def callme(): return 1\n'), 'main.py'],
      ['160000', 'commit', commit, 'vendored'],
    );
    const { code, stderr } = await push(root);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /left out the submodule vendored/);
  });

  test('of no files at all are refused', async () => {
    await refused(await tree(), /the commit has no files/);
  });
});
