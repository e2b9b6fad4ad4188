import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { createWorkTree, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const returns = (value: number) => ({ 'main.py': `def callme(): return ${value}\n` });

describe('a repository elsewhere that is watched', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  let server: GitServer;
  let work: WorkTree;
  before(async () => {
    node = await startTestNode();
    work = await createWorkTree();
    await work.commit('one', returns(1));
    server = await startGitServer(work.folder);
  });
  beforeEach(() => {
    server.credential = '';
    server.down = false;
  });
  after(async () => {
    await node?.close();
    await server?.close();
    await work?.remove();
  });

  const put = (name: string, body: object) =>
    node.request('PUT', `/v1/repositories/${name}`, { body: JSON.stringify(body) });
  const watch = async (name: string, what: object, more: object = {}) => {
    const made = await put(name, { watch: { url: `${server.url}/.git`, pollMs: 86_400_000, ...what }, ...more });
    assert.equal(made.status, 201, made.text);
    return made.json;
  };
  const look = async (name: string) => {
    const { status, text, json } = await node.request('POST', `/v1/repositories/${name}/look`);
    assert.equal(status, 200, text);
    return json;
  };

  test('deploys its branch, and again when that moved', async () => {
    await watch('branch', { branch: 'main' });
    const first = await look('branch');
    assert.deepEqual([first.watch.state, first.deployments.length], ['ok', 1]);
    assert.equal(await node.result('branch'), 1);
    const same = await look('branch');
    assert.equal(same.deployments.length, 1);
    const commit = await work.commit('two', returns(2));
    const moved = await look('branch');
    assert.deepEqual([moved.deployments.length, moved.deployments[0].commit], [2, commit]);
    assert.equal(await node.result('branch'), 2);
    const { origin } = (await node.request('GET', '/v1/functions/branch')).json;
    assert.equal(origin.by, 'git:branch');
    assert.deepEqual(
      [origin.git.repository, origin.git.branch, origin.git.subject, origin.git.pushed],
      [`${server.url}/.git`, 'main', 'two', true],
    );
  });

  test('without a branch, deploys the one that the repository begins with, whatever it is called', async (t) => {
    const other = await createWorkTree('trunk');
    const there = await startGitServer(other.folder);
    t.after(() => Promise.all([there.close(), other.remove()]));
    await watch('default', { url: `${there.url}/.git` });
    assert.match((await look('default')).watch.error, /there is no default branch at \S+: nothing was committed/);
    await other.commit('one', returns(1));
    assert.equal((await look('default')).deployments.length, 1);
    assert.equal((await node.request('GET', '/v1/functions/default')).json.origin.git.branch, 'trunk');
    await other.git('checkout', '--quiet', '-b', 'next');
    await other.commit('two', returns(2));
    const moved = await look('default');
    assert.deepEqual([moved.deployments.length, moved.deployments[0].ref], [2, 'refs/heads/next']);
    assert.equal(await node.result('default'), 2);
  });

  test('deploys the highest of its tags, and then new ones that match', async () => {
    await work.git('tag', 'v1.9.0', 'HEAD~1');
    await work.git('tag', '-a', 'v1.10.0', '-m', 'annotated');
    await work.git('tag', 'nightly');
    await watch('tags', { tag: 'v*' });
    const first = await look('tags');
    assert.deepEqual(
      first.deployments.map(({ ref }: { ref: string }) => ref),
      ['refs/tags/v1.10.0'],
    );
    await work.commit('three', returns(3));
    await work.git('tag', 'later');
    assert.equal((await look('tags')).deployments.length, 1);
    await work.git('tag', 'v1.9.1');
    const second = await look('tags');
    assert.equal(second.deployments[0].ref, 'refs/tags/v1.9.1');
    assert.equal(await node.result('tags'), 3);
    assert.equal((await node.request('GET', '/v1/functions/tags')).json.origin.git.tag, 'v1.9.1');
  });

  test('is looked at when its webhook calls, which must be signed', async () => {
    const { watch: made } = await watch('hooked', { branch: 'main' });
    await look('hooked');
    const commit = await work.commit('four', returns(4));
    const body = JSON.stringify({ ref: 'refs/heads/main' });
    const call = (headers: Record<string, string>) => node.request('POST', made.hookPath, { body, headers });
    assert.equal((await call({})).status, 401);
    assert.equal((await call({ 'x-hub-signature-256': 'sha256=00' })).status, 401);
    assert.equal((await call({ 'x-gitlab-token': 'wrong' })).status, 401);
    assert.equal((await node.request('POST', '/git/absent/hook', { body })).status, 401);
    const signature = `sha256=${createHmac('sha256', made.hookSecret).update(body).digest('hex')}`;
    const before = server.requests;
    assert.equal((await call({ 'x-hub-signature-256': signature })).status, 202);
    // A look while one goes on ends with it.
    const shown = await look('hooked');
    assert.equal(shown.deployments[0].commit, commit);
    assert.ok(server.requests > before);
    assert.equal((await call({ 'x-gitlab-token': made.hookSecret })).status, 202);
    assert.equal(shown.watch.hookSecret, undefined);
  });

  test('fails with a reason, tries less and less often, and goes on by itself', async () => {
    await watch('shaky', { branch: 'main', pollMs: 10_000 });
    await look('shaky');
    server.down = true;
    for (const [failures, waitMs] of [
      [1, 10_000],
      [2, 20_000],
      [3, 40_000],
    ] as const) {
      const failed = (await look('shaky')).watch;
      assert.deepEqual([failed.state, failed.failures], ['failing', failures]);
      assert.match(failed.error, /503/);
      assert.equal(failed.nextAtMs - Date.parse(failed.checkedAt), waitMs);
    }
    server.down = false;
    const well = (await look('shaky')).watch;
    assert.deepEqual([well.state, well.failures, well.error], ['ok', 0, undefined]);
    // It would look every ten seconds from here on, into what others are about.
    assert.equal((await node.request('DELETE', '/v1/repositories/shaky')).status, 204);
  });

  test('that does not build says why, and is tried again', async () => {
    await work.commit('broken', { 'main.py': 'def callme(:\n' });
    await watch('broken', { branch: 'main' });
    const failed = await look('broken');
    assert.equal(failed.watch.state, 'failing');
    assert.match(failed.watch.error, /invalid syntax/);
    assert.equal(failed.deployments[0].state, 'failed');
    assert.match(
      (await node.request('GET', '/v1/repositories/broken/deployments/last')).json.log,
      /SyntaxError|invalid syntax/,
    );
    // It looks by itself soon after it was made, which may have been before.
    assert.equal((await look('broken')).deployments.length, failed.deployments.length + 1);
    await work.commit('mended', returns(5));
    assert.equal((await look('broken')).watch.state, 'ok');
    assert.equal(await node.result('broken'), 5);
  });

  test('that demands a credential gets the one that is kept, which nobody is shown', async () => {
    server.credential = 'ann:very-secret';
    await watch('private', { branch: 'main' });
    const refused = (await look('private')).watch;
    assert.equal(refused.state, 'failing');
    assert.match(refused.error, /demands a credential/);
    const { status, text } = await put('private', { credential: 'ann:very-secret' });
    assert.equal(status, 200, text);
    const well = await look('private');
    assert.deepEqual([well.watch.state, well.watch.hasCredential], ['ok', true]);
    assert.doesNotMatch(JSON.stringify(well) + node.log.join('\n'), /very-secret/);
  });

  test('can be cloned here, and is not pushed to', async () => {
    const address = `${node.url}/git/branch.git`;
    const pushed = await work.tryGit('push', address, 'main');
    assert.match(pushed.stderr, /"branch" is a copy of .*: push there/);
    const heads = await work.git('ls-remote', address, 'refs/heads/*');
    assert.match(heads, /refs\/heads\/main$/);
  });

  test('is on the web: files, programs and other protocols are refused', async () => {
    for (const url of [
      '/etc',
      'file:///etc',
      'ext::sh -c touch% /tmp/x',
      'ssh://git@example.org/a.git',
      'git@example.org:a.git',
      'git://example.org/a.git',
      'https://ann:secret@example.org/a.git',
      '--upload-pack=touch',
    ]) {
      const { status, json } = await put('never', { watch: { url, branch: 'main' } });
      assert.equal(status, 400, url);
      assert.match(json.detail, /over https or http|has no credentials/, url);
    }
    for (const watched of [
      { branch: 'main', tag: 'v*' },
      { branch: '--upload-pack=x' },
      { branch: 'a..b' },
      { tag: '$(x)' },
      { branch: 'main', pollMs: 1 },
    ]) {
      const { status } = await put('never', { watch: { url: server.url, ...watched } });
      assert.equal(status, 400, JSON.stringify(watched));
    }
    await watch('metadata', { url: 'http://169.254.169.254/x.git', branch: 'main' });
    assert.match((await look('metadata')).watch.error, /link-local/);
    await watch('gone', { branch: 'absent' });
    assert.match((await look('gone')).watch.error, /there is no branch absent at \S+; it has main$/);
    await put('plain', {});
    assert.equal((await node.request('POST', '/v1/repositories/plain/look')).status, 409);
    assert.equal((await put('plain', { watch: { url: server.url, branch: 'main' } })).status, 409);
  });

  test('is asked where its address says, and nowhere else', async () => {
    const requests = server.requests;
    const elsewhere = createServer((req, res) => {
      res.writeHead(302, { Location: `${server.url}${req.url}` }).end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/.git`;
      await watch('redirected', { url, branch: 'main' });
      assert.match((await look('redirected')).watch.error, /leads to another one: give that instead/);
      assert.equal(server.requests, requests);
    } finally {
      elsewhere.close();
    }
    // Node reads a host before the backslash, curl one behind it.
    for (const url of ['http://example.org\\@127.0.0.1/x', 'http://127.0.0.1/a\nb', 'http://127.0.0.1/a b']) {
      assert.equal((await put('never', { watch: { url, branch: 'main' } })).status, 400, url);
    }
  });

  test('may be called by a name', async () => {
    const { port } = new URL(server.url);
    await watch('named', { url: `HTTP://localhost:${port}/.git`, branch: 'main' });
    assert.equal((await look('named')).watch.state, 'ok');
  });
});
