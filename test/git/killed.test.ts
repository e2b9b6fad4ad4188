import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { createWorkTree } from '../support/git-work-tree.ts';

describe('a node that is killed in the middle of a push', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  test('has a repository that works, without half a push in it', async () => {
    const { folder, remove } = await temporaryFolder();
    const work = await createWorkTree();
    let node: ProcessNode | undefined;
    try {
      node = await startFobUp(join(folder, 'data'));
      assert.equal((await fetch(`${node.url}/v1/repositories/app`, { method: 'PUT' })).status, 201);
      await work.commit('one', { 'main.py': 'def callme(): return 1\n' });
      const first = await work.tryGit('push', `${node.url}/git/app.git`, 'main');
      assert.equal(first.code, 0, first.stderr);
      const one = await work.git('rev-parse', 'HEAD');

      await work.commit('two', { 'main.py': 'import time\ntime.sleep(60)\ndef callme(): return 2\n' });
      const push = spawn('git', ['push', `${node.url}/git/app.git`, 'main'], {
        cwd: work.folder,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const ended = new Promise((resolve) => push.once('close', resolve));
      for await (const line of createInterface({ input: push.stderr })) if (line.includes('loading it once')) break;
      await node.kill();
      assert.notEqual(await ended, 0);

      node = await startFobUp(join(folder, 'data'));
      const address = `${node.url}/git/app.git`;
      assert.equal(await work.git('ls-remote', address, 'refs/heads/main'), `${one}\trefs/heads/main`);
      for (const entry of await readdir(join(folder, 'data/repositories'), { recursive: true })) {
        assert.doesNotMatch(entry, /tmp_objdir|\.lock$/);
      }
      await work.commit('three', { 'main.py': 'def callme(): return 3\n' });
      const again = await work.tryGit('push', address, 'main');
      assert.equal(again.code, 0, again.stderr);
      await node.stop();
    } finally {
      await node?.kill();
      await work.remove();
      await remove();
    }
  });
});
