import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { createWorkTree, runGit, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const HELLO = 'def callme(): return "hello"\n';

describe('a push', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  let work: WorkTree;
  before(async () => {
    node = await startTestNode({ maxPushBytes: 1_000_000 });
  });
  after(() => node?.close());

  /** A fresh work tree and repository, the one the remote of the other. */
  const begin = async (name: string, body: object = {}, branch = 'main') => {
    await work?.remove();
    work = await createWorkTree(branch);
    const { status, text } = await node.request('PUT', `/v1/repositories/${name}`, { body: JSON.stringify(body) });
    assert.equal(status, 201, text);
    await work.git('remote', 'add', 'fob', `${node.url}/git/${name}.git`);
  };
  after(() => work?.remove());
  const push = (...words: string[]) => work.tryGit('push', 'fob', ...words);
  const refs = async () =>
    (await work.git('ls-remote', 'fob', 'refs/heads/*')).split('\n').filter((line) => line !== '');
  const shown = async (path: string) => (await node.request('GET', path)).json;

  test('of a tree without a project file deploys it as the function of that name', async () => {
    await begin('whole');
    const commit = await work.commit('first words\n\nmore', { 'main.py': HELLO });
    await work.git('tag', '-a', 'v1', '-m', 'one');
    const pushed = await push('main', 'v1');
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.match(pushed.stderr, /remote: deploying the function whole/);
    assert.match(pushed.stderr, /remote: whole has version 1 now: python, handler main\.callme/);
    const { version, origin } = await shown('/v1/functions/whole');
    assert.equal(version, 1);
    assert.deepEqual(origin, {
      by: 'operator',
      git: {
        repository: '/git/whole.git',
        commit,
        branch: 'main',
        author: 'Ann <ann@example.org>',
        subject: 'first words',
        clean: true,
        pushed: true,
      },
    });
    assert.equal(await node.result('whole'), 'hello');
    const { deployments } = await shown('/v1/repositories/whole');
    assert.deepEqual([deployments.length, deployments[0].state, deployments[0].commit], [1, 'deployed', commit]);
    assert.match((await shown('/v1/repositories/whole/deployments/last')).log, /whole has version 1/);
  });

  test('that cannot be deployed is refused with the reason, and leaves the branch', async () => {
    await begin('refused');
    const good = await work.commit('good', { 'main.py': HELLO });
    assert.equal((await push('main')).code, 0);
    await work.commit('bad', { 'main.py': 'def callme(:\n' });
    const refused = await push('main');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /remote: error: .*invalid syntax/);
    assert.match(refused.stderr, /remote: main stays as it was/);
    assert.match(refused.stderr, /! \[remote rejected\] main -> main/);
    assert.deepEqual(await refs(), [`${good}\trefs/heads/main`]);
    assert.equal((await shown('/v1/functions/refused')).version, 1);
    const [last] = (await shown('/v1/repositories/refused')).deployments;
    assert.equal(last.state, 'failed');
    await work.commit('mended', { 'main.py': 'def callme(): return 2\n' });
    assert.equal((await push('main')).code, 0);
    assert.equal(await node.result('refused'), 2);
  });

  test('that comes with others at once is deployed where it is what the branch says, and only there', async () => {
    await begin('crowd');
    const commits: string[] = [];
    for (const n of [0, 1, 2, 3]) {
      await work.git('checkout', '--quiet', '--orphan', `way-${n}`);
      commits.push(await work.commit(`way ${n}`, { 'main.py': `def callme(): return ${n}\n` }));
    }
    // The first time for a branch that is not there, then for one that is moved by force.
    for (const round of [0, 1]) {
      const pushes = await Promise.all(commits.map((commit) => push('--force', `${commit}:refs/heads/main`)));
      const accepted = pushes.filter(({ code }) => code === 0).length;
      assert.ok(accepted >= 1, `round ${round}: ${pushes.map(({ stderr }) => stderr).join('\n')}`);
      for (const { code, stderr } of pushes)
        if (code !== 0) assert.match(stderr, /somebody else pushed to main meanwhile/);
      const [tip] = (await work.git('ls-remote', 'fob', 'refs/heads/main')).split('\t');
      assert.equal(await node.result('crowd'), commits.indexOf(tip!));
      const { deployments } = await shown('/v1/repositories/crowd');
      assert.equal(deployments[0].commit, tip);
    }
  });

  test("shows a build's output, and its failure", async () => {
    await begin('building');
    await work.commit('a package that nobody has', {
      'main.py': HELLO,
      'requirements.txt': './not-there\n',
    });
    const refused = await push('main');
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /remote: .*not-there/);
    assert.deepEqual(await refs(), []);
  });

  test('of another branch is kept and not deployed', async () => {
    await begin('branches', { branch: 'release' });
    const commit = await work.commit('one', { 'main.py': HELLO });
    const pushed = await push('main');
    assert.equal(pushed.code, 0);
    assert.match(pushed.stderr, /remote: main: kept, and not deployed; release deploys/);
    assert.deepEqual(await refs(), [`${commit}\trefs/heads/main`]);
    assert.equal((await node.request('GET', '/v1/functions/branches')).status, 404);
    assert.equal((await push('main:release')).code, 0);
    assert.equal(await node.result('branches'), 'hello');
    const deleting = await push('--delete', 'release');
    assert.equal(deleting.code, 1);
    assert.match(deleting.stderr, /release deploys, and cannot be deleted/);
    assert.equal((await push('--delete', 'main')).code, 0);
    const strange = await push('main:refs/notes/x');
    assert.match(strange.stderr, /neither a branch nor a tag/);
  });

  test('to master deploys where there is no main', async () => {
    await begin('old', {}, 'master');
    await work.commit('one', { 'main.py': HELLO });
    assert.equal((await push('master')).code, 0);
    assert.equal(await node.result('old'), 'hello');
  });

  test('can be cloned and fetched again, with any protocol', async () => {
    await begin('cloned');
    const commit = await work.commit('one', { 'main.py': HELLO, 'big.txt': 'x'.repeat(100_000) });
    assert.equal((await push('main')).code, 0);
    const folder = await mkdtemp(join(tmpdir(), 'fob-clone-'));
    try {
      for (const version of ['0', '1', '2']) {
        const words = ['-c', `protocol.version=${version}`, 'clone', '--quiet', `${node.url}/git/cloned.git`, version];
        const { code, stderr } = await runGit(folder, words);
        assert.equal(code, 0, stderr);
        assert.equal(await readFile(join(folder, version, 'main.py'), 'utf8'), HELLO);
      }
      const { stdout } = await runGit(join(folder, '2'), ['rev-parse', 'HEAD']);
      assert.equal(stdout.trim(), commit);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('with a project file applies that, and names what is wrong in it', async () => {
    await begin('shop', { environment: 'prod' });
    const file = `project: shop
functions:
  shop-api:
    path: api
    memory: 256
    environment: { REV: "\${commit}", ON: "\${branch}" }
queues:
  orders: {}
environments:
  prod:
    functions:
      shop-api: { memory: 512m }
`;
    const commit = await work.commit('all', { 'fob.yaml': file, 'api/main.py': HELLO });
    const pushed = await push('main');
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.match(pushed.stderr, /remote: \+ queue orders/);
    const { config, origin } = await shown('/v1/functions/shop-api');
    assert.deepEqual([config.memoryMb, config.environment], [512, { REV: commit, ON: 'main' }]);
    assert.equal(origin.git.commit, commit);
    assert.equal((await shown('/v1/projects/shop.prod')).things, 2);
    await work.commit('wrong', { 'fob.yaml': file.replace('memory: 256', 'timeout: lots') });
    const refused = await push('main');
    assert.match(refused.stderr, /fob\.yaml:5:5: timeout must be a duration/);
    await work.commit('secret', { 'fob.yaml': file.replace('{commit}', '{HOME}') });
    assert.match((await push('main')).stderr, /there is no variable "HOME"/);
    await work.commit('outside', { 'fob.yaml': file.replace('path: api', 'path: ../../..') });
    assert.match((await push('main')).stderr, /is outside of what was pushed/);
  });

  test('whose sender is gone ends, and does not keep the next one from it', async () => {
    await begin('left');
    await work.commit('slow', {
      'fob.yaml': 'project: left\nfunctions:\n  left-quick: { path: quick.py }\n  left-slow: { path: slow.py }\n',
      'quick.py': HELLO,
      'slow.py': `import time\ntime.sleep(60)\n${HELLO}`,
    });
    const sender = spawn('git', ['push', 'fob', 'main'], {
      cwd: work.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    const gone = new Promise((resolve) => sender.once('close', resolve));
    for await (const line of createInterface({ input: sender.stderr }))
      if (line.includes('creating function left-slow')) break;
    process.kill(-sender.pid!, 'SIGKILL');
    await gone;
    await eventually(async () => assert.equal((await shown('/v1/repositories/left')).deployments[0]?.state, 'failed'));
    const [{ applied }] = [await shown('/v1/projects/left')];
    assert.deepEqual(Object.keys(applied.functions), ['left-quick'], 'what was done is remembered');
    await work.commit('quick', { 'slow.py': HELLO });
    const next = await push('main');
    assert.equal(next.code, 0, next.stderr);
    assert.equal(await node.result('left-slow'), 'hello');
  });

  test('that is too large is refused', async () => {
    await begin('large');
    await work.write({ 'main.py': HELLO });
    execFileSync('dd', ['if=/dev/urandom', 'of=noise', 'bs=1M', 'count=2'], { cwd: work.folder, stdio: 'ignore' });
    await work.commit('noise');
    const refused = await push('main');
    assert.notEqual(refused.code, 0);
    assert.deepEqual(await refs(), []);
    await rm(join(work.folder, 'noise'));
    await work.git('commit', '--amend', '--quiet', '-am', 'less');
    assert.equal((await push('main')).code, 0);
  });

  test('is refused by a repository that is not there, in words that Git shows', async () => {
    const answer = await work.tryGit('push', `${node.url}/git/absent.git`, 'main');
    assert.equal(answer.code, 128);
    assert.match(answer.stderr, /remote: there is no repository "absent"/);
    assert.equal((await node.request('GET', '/git/whole.git/info/refs')).status, 400);
    assert.equal((await node.request('GET', '/git/whole.git/info/refs?service=git-daemon')).status, 400);
    assert.equal((await node.request('GET', '/git/whole.git/HEAD')).status, 404);
  });

  test('leaves nothing under way', async () => {
    const root = join(node.dataFolder, 'repositories');
    assert.deepEqual(await readdir(join(root, '.work')), []);
    for (const entry of await readdir(root, { recursive: true })) assert.doesNotMatch(entry, /tmp_objdir|\.lock$/);
  });

  test('removed repositories are gone with what was pushed', async () => {
    assert.equal((await node.request('DELETE', '/v1/repositories/old')).status, 204);
    assert.equal((await node.request('GET', '/v1/repositories/old')).status, 404);
    assert.equal((await node.request('DELETE', '/v1/repositories/old')).status, 404);
    const names = (await shown('/v1/repositories')).repositories.map(({ name }: { name: string }) => name);
    const folders = (await readdir(join(node.dataFolder, 'repositories'))).filter((entry) => entry.endsWith('.git'));
    assert.equal(folders.length, names.length);
  });
});

describe('a push to a node with a token', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  test('needs it as the password, whatever the user', async () => {
    const node = await startTestNode({ token: 'swordfish:7' });
    const work = await createWorkTree();
    try {
      const headers = { Authorization: 'Bearer swordfish:7' };
      assert.equal((await node.request('PUT', '/v1/repositories/app', { headers, body: '{}' })).status, 201);
      await work.commit('one', { 'main.py': HELLO });
      const address = (userinfo: string) => `${node.url.replace('://', `://${userinfo}`)}/git/app.git`;
      const without = await work.tryGit('push', address(''), 'main');
      assert.match(without.stderr, /could not read Username/);
      const wrong = await work.tryGit('push', address('ann:wrong@'), 'main');
      assert.match(wrong.stderr, /Authentication failed/);
      const right = await work.tryGit('push', address('ann:swordfish%3A7@'), 'main');
      assert.equal(right.code, 0, right.stderr);
    } finally {
      await work.remove();
      await node.close();
    }
  });
});
