import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type GitServer, startGitServer } from '../../../test/support/git-server.ts';
import { createWorkTree, type WorkTree } from '../../../test/support/git-work-tree.ts';
import { FakeClock } from '../../model/testing/fake-clock.ts';
import type { RepositoryView } from '../../service/repository/repositories.ts';
import { openRepositories, type RunningRepositories } from '../../service/repository/stored-repositories.ts';
import { openEmbeddedStore } from '../../store/embedded/store.ts';
import type { Store } from '../../store/store.ts';
import type { DoorContext } from '../context.ts';
import type { OwnApi } from '../own-api.ts';
import type { DeploymentRequest, Deployments } from './deployments.ts';
import { Watcher } from './watcher.ts';

const MINUTE_MS = 60_000;

describe('looking at other repositories by the clock', () => {
  const clock = new FakeClock();
  let folder: string;
  let store: Store;
  let repositories: RunningRepositories;
  let work: WorkTree;
  let server: GitServer;
  let watcher: Watcher;
  const deployed = new EventTarget();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-watcher-'));
    const log = pino({ level: 'silent' });
    store = await openEmbeddedStore({ folder, clock });
    repositories = await openRepositories({ folder, store, clock, log });
    work = await createWorkTree();
    await work.commit('one', { 'main.py': 'x = 1\n' });
    server = await startGitServer(work.folder);
    const context = { repositories, clock, log, settings: { maxPushBytes: 1_000_000 } } as unknown as DoorContext;
    const deployments = {
      async deploy(repository: RepositoryView, request: DeploymentRequest) {
        const { commit, ref, by, known } = request;
        const done = {
          id: randomUUID(),
          at: '',
          by,
          ref,
          ...commit,
          state: 'deployed',
          durationMs: 0,
          log: '',
        } as const;
        await repositories.record(repository.name, done, known);
        deployed.dispatchEvent(new CustomEvent('deployed', { detail: request.commit.commit }));
      },
    } as unknown as Deployments;
    watcher = new Watcher(context, deployments, { as: () => ({}) } as unknown as OwnApi);
  });
  after(async () => {
    await watcher?.close();
    await repositories?.close();
    await store?.close();
    await server?.close();
    await work?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  /** What is deployed next. */
  const next = async () => ((await once(deployed as never, 'deployed'))[0] as CustomEvent<string>).detail;

  test('happens soon after one is made, and then as often as it is to', async (t) => {
    const packed = t.mock.method(repositories, 'tidy');
    const first = next();
    const watch = { url: `${server.url}/.git`, branch: 'main', pollMs: 5 * MINUTE_MS };
    await repositories.create('polled', { watch, by: 'ann' });
    clock.advance(5_000);
    assert.equal(await first, await work.git('rev-parse', 'HEAD'));
    // The look has ended when its result is written down.
    await repositories.look('polled');

    const commit = await work.commit('two');
    const requests = server.requests;
    clock.advance(4 * MINUTE_MS);
    assert.equal(server.requests, requests);
    const second = next();
    clock.advance(MINUTE_MS + 5_000);
    assert.equal(await second, commit);
    await repositories.look('polled');
    assert.deepEqual(
      packed.mock.calls.map(({ arguments: [{ name }] }) => name),
      ['polled', 'polled'],
    );
  });

  test('deploys once what it was killed right after', async (t) => {
    const watch = { url: `${server.url}/.git`, branch: 'main', pollMs: 60 * MINUTE_MS };
    await repositories.create('killed', { watch, by: 'ann' });
    // Nothing that comes after the deployment's own record is written any more.
    const died = t.mock.method(repositories, 'setWatchState', () => Promise.reject(new Error('killed')));
    await assert.rejects(repositories.look('killed'), { message: 'killed' });
    died.mock.restore();
    await repositories.look('killed');
    const { deployments, watch: state } = repositories.find('killed')!.state;
    assert.deepEqual([deployments.length, state?.commit], [1, deployments[0]!.commit]);
    await repositories.remove('killed');
  });

  test('ends with the repository', async () => {
    await repositories.remove('polled');
    const requests = server.requests;
    clock.advance(60 * MINUTE_MS);
    assert.equal(server.requests, requests);
    assert.deepEqual(repositories.list(), []);
  });
});
