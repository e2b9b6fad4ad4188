import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Receiver } from '../../src/service/testing/receiver.ts';
import { eventually } from '../support/eventually.ts';
import { PROJECT_FOLDER, type ProcessNode, startFobUp, temporaryFolder } from '../support/fob-process.ts';
import { createShell, type Shell } from '../support/shell.ts';

const LAMBCI = join(PROJECT_FOLDER, 'examples', 'lambci');
const SECRET = 'the-secret-that-github-knows';
const REPOSITORY = 'octo/shop';
const execute = promisify(execFile);

/** A project whose test passes only where `sum` is 3. */
const project = (sum: number) => ({
  'package.json': JSON.stringify({
    scripts: { build: 'mkdir -p dist && echo "built $CI" > dist/shop.txt', test: 'node --test' },
  }),
  'add.test.mjs': `import test from 'node:test';
    test('adds', () => {
      if (1 + 2 !== ${sum}) throw new Error('wrong sum');
      if (process.env.FOB_URL !== undefined) throw new Error('it has the credentials of its builder');
    });`,
});

describe('the small LambCI', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let folder: string;
  let remove: () => Promise<void>;
  let node: ProcessNode;
  let shell: Shell;
  let github: Receiver;

  before(async () => {
    ({ folder, remove } = await temporaryFolder());
    github = await Receiver.start();
    await start();
    const { fob } = shell;
    for (const bucket of ['ci-sources', 'ci-artifacts']) await fob('bucket', 'create', bucket);
    await fob('topic', 'create', 'ci-states');
    await fob('topic', 'subscribe', 'ci-states', `${github.url}/states`);
    const grants = ['bucket:ci-sources:read', 'bucket:ci-artifacts:write', 'kv:ci-builds', 'topic:ci-states:publish'];
    const options = ['--memory', '512', '--timeout', '5m', ...grants.flatMap((grant) => ['--grant', grant])];
    await fob('deploy', join(LAMBCI, 'build'), '--name', 'ci-build', ...options);
    const filter = ['--filter', '{"type": ["fob.webhook.github.push"]}'];
    await fob('trigger', 'add', 'ci-build', 'webhook', 'github', '--name', 'ci', '--secret', SECRET, ...filter);
  });
  after(async () => {
    await node?.kill();
    await github?.close();
    await remove();
  });

  async function start(): Promise<void> {
    node = await startFobUp(join(folder, 'data'));
    shell = createShell(node.url);
  }

  /** Puts the sources of a commit where they are expected. Returns the commit. */
  async function commit(files: Readonly<Record<string, string>>): Promise<string> {
    const sha = randomBytes(20).toString('hex');
    const source = join(folder, sha);
    await mkdir(source);
    for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text);
    await execute('tar', ['-czf', `${source}.tar.gz`, '-C', source, '.']);
    await shell.fob('bucket', 'put', 'ci-sources', `${source}.tar.gz`, '--key', `${REPOSITORY}/${sha}.tar.gz`);
    return sha;
  }

  /** What GitHub sends after a push; its answer's status. */
  async function deliver(sha: string, { delivery = sha, secret = SECRET, event = 'push' } = {}): Promise<number> {
    const body = JSON.stringify({ ref: 'refs/heads/main', after: sha, repository: { full_name: REPOSITORY } });
    const headers = {
      'Content-Type': 'application/json',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': delivery,
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    };
    return (await node.client.request('POST', '/hooks/ci', { body, headers })).status;
  }

  const artifact = (sha: string, name: string) =>
    node.client.request('GET', `/v1/buckets/ci-artifacts/objects/${REPOSITORY}/${sha}/${name}`);
  const builds = async (): Promise<number> => (await shell.json('runs', 'ci-build')).length;

  test('builds what a signed push names, keeps log and artifact, and posts the state', async () => {
    const sha = await commit(project(3));
    assert.equal(await deliver(sha), 200);
    const { path, headers, body } = await github.next();
    assert.deepEqual([path, headers['content-type']], ['/states', 'application/cloudevents+json; charset=UTF-8']);
    const { data } = JSON.parse(body.toString());
    const log = `ci-artifacts/${REPOSITORY}/${sha}/log.txt`;
    assert.deepEqual(data, {
      repository: REPOSITORY,
      sha,
      state: 'success',
      description: 'build and test passed',
      log,
    });
    assert.match((await artifact(sha, 'log.txt')).text, /adds/);
    const packed = join(folder, 'dist.tar.gz');
    await writeFile(packed, (await artifact(sha, 'dist.tar.gz')).body);
    assert.equal((await execute('tar', ['-xzOf', packed, 'dist/shop.txt'])).stdout, 'built true\n');
    const kept = JSON.parse(await shell.fob('kv', 'get', 'ci-builds', `${REPOSITORY}/${sha}`));
    assert.equal(kept.state, 'success');
  });

  test('posts the failure of a build, whose log says why, and keeps no artifact', async () => {
    const sha = await commit(project(4));
    assert.equal(await deliver(sha), 200);
    const { data } = JSON.parse((await github.next()).body.toString());
    assert.deepEqual([data.sha, data.state, data.description], [sha, 'failure', 'a script ended with 1']);
    assert.match((await artifact(sha, 'log.txt')).text, /wrong sum/);
    assert.equal((await artifact(sha, 'dist.tar.gz')).status, 404);
    const { lanes } = await shell.json('events', 'ci-build');
    assert.equal(lanes[0].dead, 0, 'a failing build is no failing event');
  });

  test('builds nothing for a wrong signature, and once for a delivery that comes again', async () => {
    const before = await builds();
    const forged = await commit(project(3));
    assert.equal(await deliver(forged, { secret: 'somebody-elses' }), 401);
    assert.equal(await deliver(forged, { event: 'issues' }), 200);
    const sha = await commit(project(3));
    const statuses = await Promise.all([deliver(sha), deliver(sha), deliver(sha)]);
    assert.deepEqual(statuses, [200, 200, 200]);
    const { data } = JSON.parse((await github.next()).body.toString());
    assert.equal(data.sha, sha);
    assert.equal(await deliver(sha), 200);
    // What would have been accepted beside it runs before this one ends, or waits still.
    const last = await commit(project(3));
    await deliver(last);
    assert.equal(JSON.parse((await github.next()).body.toString()).data.sha, last);
    await eventually(async () => {
      const [{ waiting, delayed, running }] = (await shell.json('events', 'ci-build')).lanes;
      assert.deepEqual({ waiting, delayed, running }, { waiting: 0, delayed: 0, running: 0 });
    });
    assert.equal((await builds()) - before, 2);
    assert.equal((await artifact(forged, 'log.txt')).status, 404);
  });

  test('builds again after the node was killed in the middle of it, and posts the state once', async () => {
    const waits = `node -e "setTimeout(() => undefined, 1500)"`;
    const sha = await commit({ 'package.json': JSON.stringify({ scripts: { test: waits } }) });
    await deliver(sha);
    await eventually(async () => {
      const { text } = await node.client.request(
        'GET',
        `/v1/kv/ci-builds/${encodeURIComponent(`${REPOSITORY}/${sha}`)}`,
      );
      assert.equal(JSON.parse(text).state, 'pending');
    });
    await node.kill();
    await start();
    assert.equal(await deliver(sha), 200);
    assert.equal(JSON.parse((await github.next()).body.toString()).data.sha, sha);
    const last = await commit(project(3));
    await deliver(last);
    assert.equal(JSON.parse((await github.next()).body.toString()).data.sha, last);
  });

  test('tries again what it has no sources for, and builds it when they are there', async () => {
    const sha = randomBytes(20).toString('hex');
    await deliver(sha);
    const pending = () => shell.json('events', 'ci-build', '--state', 'waiting');
    const event = await eventually(async () => {
      const [found] = (await pending()).events;
      assert.match(found?.message ?? '', /there are no sources: put them to ci-sources/);
      return found;
    });
    const made = await commit(project(3));
    await node.client.request('PUT', `/v1/buckets/ci-sources/objects/${REPOSITORY}/${sha}.tar.gz`, {
      body: (await node.client.request('GET', `/v1/buckets/ci-sources/objects/${REPOSITORY}/${made}.tar.gz`)).body,
    });
    await shell.fob('events', 'retry', event.eventId);
    const { data } = JSON.parse((await github.next()).body.toString());
    assert.deepEqual([data.sha, data.state], [sha, 'success']);
  });
});

describe('commit statuses of the small LambCI', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  test("are posted to GitHub's interface, again where it fails", async () => {
    const { folder, remove } = await temporaryFolder();
    const github = await Receiver.start();
    // Without isolation a function reaches this machine, where GitHub is played.
    const node = await startFobUp(join(folder, 'data'), ['--sandbox', 'process']);
    try {
      const { fob } = createShell(node.url);
      await fob('topic', 'create', 'ci-states');
      const environment = ['--env', 'GITHUB_TOKEN=secret', '--env', `GITHUB_API=${github.url}`];
      await fob('deploy', join(LAMBCI, 'github-status'), '--network', 'internet', ...environment);
      await fob('trigger', 'add', 'github-status', 'topic', 'ci-states', '--retry-delay', '100ms');
      github.answer = (_received, response) => {
        github.answer = (_again, fine) => void fine.writeHead(201).end('{}');
        response.writeHead(502).end('no');
      };
      const state = { repository: REPOSITORY, sha: 'abc', state: 'success', description: 'test passed' };
      await fob('topic', 'publish', 'ci-states', JSON.stringify(state));
      for (const _attempt of [1, 2]) {
        const { path, headers, body } = await github.next();
        assert.deepEqual([path, headers.authorization], ['/repos/octo/shop/statuses/abc', 'Bearer secret']);
        const posted = { state: 'success', description: 'test passed', context: 'lambci' };
        assert.deepEqual(JSON.parse(body.toString()), posted);
      }
    } finally {
      await node.kill();
      await github.close();
      await remove();
    }
  });
});
