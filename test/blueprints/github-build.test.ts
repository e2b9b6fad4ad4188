import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Received, Receiver } from '../../src/service/testing/receiver.ts';
import { eventually } from '../support/eventually.ts';
import { startFobUp } from '../support/fob-process.ts';
import { type Neighbour, noNeighbour, startNeighbour } from '../support/neighbour.ts';
import { openWorkshop, soon, type Workshop } from './workshop.ts';

const SECRET = 'the-secret-that-github-knows';
const TOKEN = 'github_pat_of_nobody';
const REPOSITORY = 'octo/shop';
const PORT = 8_080;
const execute = promisify(execFile);
const skip = process.platform === 'linux' ? await noNeighbour() : 'sandboxes need Linux';

/** A project whose test passes only where `sum` is 3, and only without the credentials of its builder. */
const project = (sum: number) => ({
  'package.json': JSON.stringify({
    scripts: { build: 'mkdir -p dist && echo "built $CI" > dist/shop.txt', test: 'node --test' },
  }),
  'add.test.mjs': `import test from 'node:test';
    test('adds', () => {
      if (1 + 2 !== ${sum}) throw new Error('wrong sum');
      for (const name of ['FOB_URL', 'GITHUB_TOKEN']) if (process.env[name] !== undefined) throw new Error(name);
    });`,
});

describe('the blueprint github-build', { skip }, () => {
  let workshop: Workshop;
  let github: Receiver;
  let neighbour: Neighbour;
  /** What GitHub has, by commit. */
  const sources = new Map<string, Buffer>();

  before(async () => {
    github = await Receiver.start();
    github.answer = answer;
    neighbour = await startNeighbour({ [PORT]: github.port });
    workshop = await openWorkshop();
    const host = `${neighbour.address}:${PORT}`;
    const values = { name: 'ci', api: `http://${host}`, apiHost: host, sourceHost: host };
    await workshop.make('github-build', values, { GITHUB_WEBHOOK_SECRET: SECRET, GITHUB_TOKEN: TOKEN });
  });
  after(async () => {
    await workshop?.close();
    await neighbour?.close();
    await github?.close();
  });

  /** GitHub's interface, as far as it is needed: sources by a redirection, and statuses. */
  function answer({ path, headers }: Received, response: Parameters<Receiver['answer']>[1]): void {
    const [, kind, sha] = /^\/(?:repos\/octo\/shop\/)?(tarball|statuses|codeload)\/([0-9a-f]{40})$/.exec(path) ?? [];
    const source = sources.get(sha ?? '');
    if (kind === 'codeload' && source !== undefined) return void response.end(source);
    if (headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    if (kind === 'tarball' && source !== undefined) {
      return void response.writeHead(302, { location: `/codeload/${sha}` }).end();
    }
    response.writeHead(kind === 'statuses' ? 201 : 404).end('{}');
  }

  /** The next status that GitHub is told. */
  async function told(): Promise<{ sha: string; state: string; description: string; context: string }> {
    for (;;) {
      const { path, body } = await github.next();
      const sha = /\/statuses\/(\w+)$/.exec(path)?.[1];
      if (sha !== undefined) return { sha, ...JSON.parse(body.toString()) };
    }
  }

  /** Has GitHub hold the sources of a commit, in a folder as its archives are. Returns the commit. */
  async function commit(files: Readonly<Record<string, string>>): Promise<string> {
    const sha = randomBytes(20).toString('hex');
    const folder = join(workshop.folder, sha, `octo-shop-${sha.slice(0, 7)}`);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await execute('tar', [
      '-czf',
      `${folder}.tar.gz`,
      '-C',
      join(workshop.folder, sha),
      `octo-shop-${sha.slice(0, 7)}`,
    ]);
    sources.set(sha, await readFile(`${folder}.tar.gz`));
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
    return (await workshop.node.client.request('POST', '/hooks/ci', { body, headers })).status;
  }

  const artifact = (sha: string, name: string) =>
    workshop.node.client.request('GET', `/v1/buckets/ci-artifacts/objects/${REPOSITORY}/${sha}/${name}`);
  const builds = async (): Promise<number> => (await workshop.json('runs', 'ci-build')).length;

  test('builds what a signed push names, keeps log and artifact, and tells GitHub', async () => {
    const sha = await commit(project(3));
    assert.equal(await deliver(sha), 200);
    const status = { sha, state: 'success', description: 'build and test passed', context: 'ci' };
    assert.deepEqual(await told(), status, (await artifact(sha, 'log.txt')).text);
    assert.match((await artifact(sha, 'log.txt')).text, /adds/);
    const packed = join(workshop.folder, 'dist.tar.gz');
    await writeFile(packed, (await artifact(sha, 'dist.tar.gz')).body);
    assert.equal((await execute('tar', ['-xzOf', packed, 'dist/shop.txt'])).stdout, 'built true\n');
    assert.equal((await workshop.value('ci-builds', `${REPOSITORY}/${sha}`)).state, 'success');
  });

  test('tells of the failure of a build, whose log says why, and keeps no artifact', async () => {
    const sha = await commit(project(4));
    assert.equal(await deliver(sha), 200);
    assert.deepEqual(await told(), { sha, state: 'failure', description: 'a script ended with 1', context: 'ci' });
    assert.match((await artifact(sha, 'log.txt')).text, /wrong sum/);
    assert.equal((await artifact(sha, 'dist.tar.gz')).status, 404);
    const { lanes } = await workshop.json('events', 'ci-build');
    assert.ok(
      lanes.every(({ dead }: { dead: number }) => dead === 0),
      'a failing build is no failing event',
    );
  });

  test('builds nothing for a wrong signature or another event, and once for a delivery that comes again', async () => {
    const before = await builds();
    const forged = await commit(project(3));
    assert.equal(await deliver(forged, { secret: 'somebody-elses' }), 401);
    assert.equal(await deliver(forged, { event: 'issues' }), 200);
    const sha = await commit(project(3));
    assert.deepEqual(await Promise.all([deliver(sha), deliver(sha), deliver(sha)]), [200, 200, 200]);
    assert.equal((await told()).sha, sha);
    assert.equal(await deliver(sha), 200);
    // What would have been accepted beside it runs before this one ends, or waits still.
    const last = await commit(project(3));
    await deliver(last);
    assert.equal((await told()).sha, last);
    await eventually(async () => {
      for (const fn of ['ci', 'ci-build']) {
        for (const { waiting, delayed, running } of (await workshop.json('events', fn)).lanes)
          assert.deepEqual({ waiting, delayed, running }, { waiting: 0, delayed: 0, running: 0 });
      }
    });
    assert.equal((await builds()) - before, 2);
    assert.equal((await artifact(forged, 'log.txt')).status, 404);
  });

  test('tries again what GitHub does not have yet, and tells it again where that fails', async () => {
    const sha = randomBytes(20).toString('hex');
    await deliver(sha);
    const event = await soon(async () => {
      const [found] = (await workshop.json('events', 'ci', '--state', 'waiting')).events;
      assert.match(found?.message ?? '', /the sources of octo\/shop cannot be fetched: GitHub answered 404/);
      return found;
    });
    sources.set(sha, sources.get(await commit(project(3)))!);
    github.answer = (received, response) => {
      if (!received.path.includes('/statuses/')) return answer(received, response);
      github.answer = answer;
      response.writeHead(502).end('no');
    };
    await workshop.fob('events', 'retry', event.eventId);
    assert.equal((await told()).sha, sha);
    const { sha: again, state } = await told();
    assert.deepEqual([again, state], [sha, 'success']);
    const logs = await workshop.fob('logs', 'ci-status', '--json');
    assert.ok(!logs.includes(TOKEN));
  });

  test('builds again after the node was killed in the middle of it, and tells of it once', async () => {
    const waits = `node -e "setTimeout(() => undefined, 1500)"`;
    const sha = await commit({ 'package.json': JSON.stringify({ scripts: { test: waits } }) });
    await deliver(sha);
    await soon(async () => assert.equal((await workshop.value('ci-builds', `${REPOSITORY}/${sha}`))?.state, 'pending'));
    const { dataFolder } = workshop.node;
    await workshop.node.kill();
    const again = await startFobUp(dataFolder, ['--port', new URL(workshop.node.url).port]);
    try {
      assert.equal(await deliver(sha), 200);
      assert.equal((await told()).sha, sha);
      const last = await commit(project(3));
      await deliver(last);
      assert.equal((await told()).sha, last);
    } finally {
      await again.kill();
    }
  });
});
