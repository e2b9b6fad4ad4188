import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Problem, type ProblemCode } from '../../model/problem.ts';
import { collectGarbage } from '../deploy/garbage.ts';
import { KEPT_VERSIONS } from '../documents/prune.ts';
import { removeFunction } from '../documents/removal.ts';
import { createReleasesHarness, type ReleasesHarness } from './testing/harness.ts';

const problem = (code: ProblemCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return true;
};
const whole = (version: number) => [{ version, weight: 100 }];
const shared = (share: number) => [
  { version: 1, weight: 100 - share },
  { version: 2, weight: share },
];

describe('versions', () => {
  let h: ReleasesHarness;
  beforeEach(async () => {
    h = await createReleasesHarness();
  });
  afterEach(() => h.dispose());

  const numbers = async (name = 'f') => (await h.releases.versions(name)).versions.map(({ version }) => version);

  test('each deployment makes one, with who made it, and its number is never given again', async () => {
    await h.deploy('f');
    await h.deploy('f', { memoryMb: 256 });
    await h.deploy('f', { memoryMb: 512 });
    await h.releases.rollback('f', { by: 'bob', to: 1 });
    assert.equal(h.catalog.find('f')!.document.config.memoryMb, 128);
    const { document } = await h.deploy('f', { memoryMb: 64 });
    assert.equal(document.version, 4);
    assert.deepEqual(await numbers(), [4, 3, 2, 1]);
    const { versions, moves } = await h.releases.versions('f');
    assert.deepEqual(
      versions.map(({ serves }) => serves),
      [true, false, false, false],
    );
    assert.ok(versions.every(({ origin }) => origin?.by === 'ann'));
    assert.deepEqual(
      moves.map(({ version, by, how }) => [version, by, how]),
      [
        [1, 'ann', 'deploy'],
        [2, 'ann', 'deploy'],
        [3, 'ann', 'deploy'],
        [1, 'bob', 'rollback'],
        [4, 'ann', 'deploy'],
      ],
    );
  });

  test('a rollback goes back one by one, and is refused where nothing served before', async () => {
    await h.deploy('f');
    await assert.rejects(h.releases.rollback('f', { by: 'bob' }), problem('conflict', /nothing to roll back to/));
    await h.deploy('f');
    await h.deploy('f');
    const back = async () => (await h.releases.rollback('f', { by: 'bob' })).document.version;
    assert.deepEqual([await back(), await back()], [2, 1]);
    await assert.rejects(back(), problem('conflict', /no version of "f" served before version 1; fob rollback f --to/));
    await assert.rejects(h.releases.rollback('f', { by: 'bob', to: 1 }), problem('conflict', /serves already/));
    await assert.rejects(h.releases.rollback('f', { by: 'bob', to: 9 }), problem('not_found', /no version 9/));
    await assert.rejects(h.releases.rollback('g', { by: 'bob' }), problem('not_found', /no function "g"/));
    await assert.rejects(
      h.releases.rollback('f', { by: 'bob', to: 3, expectedRevision: 1 }),
      problem('conflict', /revision/),
    );
  });

  test('a published one is kept for good, and publishing it again returns it', async () => {
    await h.deploy('f');
    const first = await h.releases.publish('f', { by: 'ann', description: 'for the fair' });
    assert.deepEqual([first.isNew, first.version.version], [true, 1]);
    const again = await h.releases.publish('f', { by: 'bob', description: 'another' });
    assert.equal(again.isNew, false);
    assert.deepEqual(again.version.publication, {
      at: '2026-01-01T00:00:00.000Z',
      by: 'ann',
      description: 'for the fair',
    });
    assert.equal(await h.releases.unpublish('f', 1), true);
    assert.equal(await h.releases.unpublish('f', 1), false);
    await assert.rejects(h.releases.publish('f', { by: 'ann', version: 7 }), problem('not_found', /no version 7/));
  });

  test('the newest ones are kept, and what is published, named, or serves', async () => {
    for (let count = 0; count < 5; count++) await h.deploy('f');
    await h.releases.publish('f', { by: 'ann', version: 1 });
    await h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'ann' });
    await h.releases.setAlias('f', 'prod', { versions: whole(3), by: 'ann' });
    for (let count = 0; count < KEPT_VERSIONS + 20; count++) await h.deploy('f');
    const kept = await numbers();
    // 1 is published, 3 is named, 2 is what a rollback of the alias goes back to.
    assert.deepEqual(kept.slice(-3), [3, 2, 1]);
    assert.equal(kept.length, KEPT_VERSIONS + 3);
    assert.equal(await h.releases.version('f', 4).catch((error: Problem) => error.code), 'not_found');
    await h.releases.rollback('f', { by: 'ann', to: 1 });
    await h.deploy('f');
    assert.equal((await numbers())[0], KEPT_VERSIONS + 26);
  });

  test('a function that an older platform stored goes on, and is given its version when it needs one', async () => {
    const { document } = await h.deploy('f', { memoryMb: 256 });
    const { newest: _n, before: _b, moves: _m, origin: _o, ...old } = document;
    await h.store.registry.put('function/f', old);
    await h.store.registry.delete('version/f/1');
    await h.restart();
    assert.equal(h.catalog.choose('f', undefined as never)!.document.config.memoryMb, 256);
    assert.deepEqual(await numbers(), [1]);
    await h.deploy('f', { memoryMb: 512 });
    assert.deepEqual(await numbers(), [2, 1]);
    assert.equal((await h.releases.rollback('f', { by: 'ann' })).document.config.memoryMb, 256);
  });

  test('what a removed function had goes with it, and a new one of its name begins anew', async () => {
    const { document } = await h.deploy('f');
    await h.deploy('f');
    await h.releases.publish('f', { by: 'ann' });
    await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    assert.equal(await removeFunction(h.store.registry, document), true);
    assert.deepEqual(await h.store.registry.list(''), []);
    assert.equal(h.catalog.choose('f:prod', undefined as never), undefined);
    await h.deploy('f');
    assert.deepEqual(await numbers(), [1]);
    assert.deepEqual(h.releases.aliases('f'), []);
  });

  test('nothing stays of a function that is removed while others change what it has', async () => {
    for (let round = 0; round < 20; round++) {
      const { document } = await h.deploy('f');
      await h.deploy('f');
      await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
      const changes = await Promise.allSettled([
        h.releases.setAlias('f', 'beta', { versions: whole(2), by: 'ann' }),
        h.releases.publish('f', { version: 1, by: 'ann' }),
        removeFunction(h.store.registry, document),
        h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'ann' }),
        h.releases.setAlias('f', 'gamma', { versions: whole(1), by: 'ann' }),
      ]);
      for (const change of changes)
        if (change.status === 'rejected') assert.equal(change.reason.code, 'not_found', String(change.reason));
      const left = await h.store.registry.list('');
      assert.deepEqual(
        left.map(({ key }) => key),
        [],
        `round ${round}`,
      );
    }
  });

  test('a node that died while it removed a function ends that, and leaves a new one of the name alone', async () => {
    const { document } = await h.deploy('f');
    await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    await h.store.registry.put('removing/f', { id: document.id, name: 'f' });
    await h.store.registry.delete('function/f');
    const fresh = await h.deploy('f');
    await h.restart();
    assert.deepEqual(
      (await h.store.registry.list('')).map(({ key }) => key),
      ['function/f', 'version/f/1'],
    );
    assert.equal((await h.releases.version('f', 1)).createdAt, fresh.document.createdAt);
    // It died before the removal was done: nothing is removed.
    await h.store.registry.put('removing/f', { id: fresh.document.id, name: 'f' });
    await h.restart();
    assert.deepEqual(await numbers(), [1]);
  });

  test('what the collection of unused code may take is no code of a kept version', async () => {
    await h.deploy('f');
    await h.deploy('f');
    const removed: string[] = [];
    await collectGarbage(
      {
        registry: h.store.registry,
        blobs: { async *list() {} } as never,
        codeCache: {
          digests: async () => ['tree-f-1', 'tree-f-2', 'tree-f-3'],
          remove: async (digest: string) => void removed.push(digest),
        } as never,
        scratch: { removeLeftovers: async () => 0 } as never,
        pins: { whileCollecting: (work: (pinned: Set<string>) => unknown) => work(new Set()) } as never,
        clock: h.clock,
        startedAtMs: 0,
      },
      new Set(),
    );
    assert.deepEqual(removed, ['tree-f-3']);
  });
});

describe('aliases', () => {
  let h: ReleasesHarness;
  beforeEach(async () => {
    h = await createReleasesHarness();
    await h.deploy('f');
    await h.deploy('f');
    h.unnamed.length = 0;
  });
  afterEach(() => h.dispose());

  const called = (target: string, stickyKey?: string) =>
    h.catalog.choose(target, { payload: Buffer.alloc(0), payloadKind: 'json', ...(stickyKey && { stickyKey }) })
      ?.document.version;

  test('lead calls to what they name from the moment that they are set', async () => {
    await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    const { id } = h.catalog.find('f')!.document;
    assert.deepEqual(
      [called('f:prod'), called(`${id}:prod`), called('f'), called('f:LATEST'), called('f:$LATEST')],
      [1, 1, 2, 2, 2],
    );
    await h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'ann' });
    assert.equal(called('f:prod'), 2);
    await h.releases.setAlias('f', 'prod', { versions: shared(50), by: 'ann' });
    const keys = Array.from({ length: 100 }, (_, number) => `k${number}`);
    assert.deepEqual(new Set(keys.map((key) => called('f:prod', key))), new Set([1, 2]));
    await h.restart();
    assert.deepEqual(new Set(keys.map((key) => called('f:prod', key))), new Set([1, 2]));
    assert.equal(await h.releases.removeAlias('f', 'prod'), true);
    assert.equal(called('f:prod'), undefined);
  });

  test('that name nothing, or share wrongly, are refused', async () => {
    const set = (versions: { version: number; weight: number }[]) =>
      h.releases.setAlias('f', 'prod', { versions, by: 'ann' });
    await assert.rejects(set(whole(3)), problem('not_found', /"f" has no version 3/));
    await assert.rejects(set([...whole(1), ...whole(2)]), problem('invalid_request', /add up to 200/));
    await assert.rejects(
      h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann', stickyBy: 'payload:$..x' }),
      problem('invalid_request', /is no path/),
    );
    assert.deepEqual(h.releases.aliases('f'), []);
    assert.throws(() => h.catalog.check('f:prod'), problem('not_found', /"f" has no alias "prod"/));
    assert.throws(() => h.catalog.check('f:3'), problem('not_found', /no version 3/));
    h.catalog.check('f:2');
    h.catalog.check('f:LATEST');
  });

  test('two people who move one: the second is shown what she saw and what stands', async () => {
    const seen = await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    h.clock.advance(1_000);
    const moved = await h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'bob' });
    const late = h.releases.setAlias('f', 'prod', { versions: shared(10), by: 'cy', expectedRevision: seen.revision });
    await assert.rejects(late, (error: Problem) => {
      assert.equal(error.code, 'conflict');
      assert.match(error.message, /you saw 1 \(ann, 2026-01-01T00:00:00.000Z\), now it names 2 \(bob,/);
      assert.deepEqual(error.details?.saw, {
        revision: seen.revision,
        versions: whole(1),
        by: 'ann',
        at: '2026-01-01T00:00:00.000Z',
      });
      assert.deepEqual(error.details?.stands, {
        revision: moved.revision,
        versions: whole(2),
        by: 'bob',
        at: '2026-01-01T00:00:01.000Z',
      });
      return true;
    });
    await assert.rejects(
      h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'cy', expectedRevision: 0 }),
      problem('conflict', /there is an alias "prod" already, which names 2/),
    );
    await assert.rejects(h.releases.removeAlias('f', 'prod', seen.revision), problem('conflict', /moved/));
    assert.equal(called('f:prod'), 2);
  });

  test('of many who move one at once, each sees a whole state, and one is last', async () => {
    const { revision } = await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    const moves = await Promise.allSettled(
      Array.from({ length: 20 }, (_, place) =>
        h.releases.setAlias('f', 'prod', { versions: shared(place + 1), by: `p${place}`, expectedRevision: revision }),
      ),
    );
    assert.equal(moves.filter(({ status }) => status === 'fulfilled').length, 1);
    await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        h.releases.setAlias('f', 'prod', { versions: shared(place + 1), by: `p${place}` }),
      ),
    );
    assert.equal(h.releases.alias('f', 'prod').document.moves.length, 20);
  });

  test('go back to what they named whole before, and are refused where that is nothing', async () => {
    await h.deploy('f');
    await h.releases.setAlias('f', 'prod', { versions: whole(1), by: 'ann' });
    const back = (to?: number) => h.releases.rollbackAlias('f', 'prod', { by: 'bob', ...(to !== undefined && { to }) });
    await assert.rejects(
      back(),
      problem('conflict', /"prod" named no other version before 1; fob rollback f --alias prod --to/),
    );
    await h.releases.setAlias('f', 'prod', { versions: shared(10), by: 'ann' });
    await h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'ann' });
    assert.deepEqual((await back()).document.versions, whole(1));
    assert.equal(called('f:prod'), 1);
    assert.deepEqual((await back(3)).document.versions, whole(3));
    assert.deepEqual((await back()).document.versions, whole(1));
    await assert.rejects(back(1), problem('conflict', /names version 1 already/));
    await assert.rejects(back(9), problem('not_found', /no version 9/));
    const { moves } = h.releases.alias('f', 'prod').document;
    assert.deepEqual(moves.map(({ how, by }) => `${how} ${by}`).slice(-3), [
      'rollback bob',
      'rollback bob',
      'rollback bob',
    ]);
  });

  test('keep the sandboxes of what they name; those of other versions end', async () => {
    await h.releases.setAlias('f', 'prod', { versions: shared(10), by: 'ann' });
    await h.deploy('f');
    assert.deepEqual(h.unnamed, [], 'version 2 serves no more, and prod names it');
    await h.deploy('f');
    assert.deepEqual(h.unnamed, ['f:3']);
    await h.releases.setAlias('f', 'prod', { versions: whole(4), by: 'ann' });
    assert.deepEqual(h.unnamed, ['f:3', 'f:1', 'f:2']);
    // One that was called by its number stays too.
    await h.catalog.load('f:2');
    assert.equal(called('f:2'), 2);
    const servable = h.catalog.choose('f:2', undefined as never)!.servable;
    await h.deploy('f');
    assert.equal(h.catalog.choose('f:2', undefined as never)!.servable, servable);
    assert.deepEqual(h.unnamed, ['f:3', 'f:1', 'f:2']);
  });

  test('a version that serves and is called by its number has one pool, before and after it serves', async () => {
    await h.catalog.load('f:2');
    const servable = h.catalog.choose('f', undefined as never)!.servable;
    assert.equal(h.catalog.choose('f:2', undefined as never)!.servable, servable);
    await h.deploy('f');
    assert.equal(h.catalog.choose('f:2', undefined as never)!.servable, servable);
    assert.notEqual(h.catalog.choose('f', undefined as never)!.servable, servable);
    assert.deepEqual(h.unnamed, []);
    await h.releases.rollback('f', { by: 'ann' });
    assert.equal(h.catalog.choose('f', undefined as never)!.servable, servable);
  });

  test('what a restored backup says of a number counts, whatever was held under it', async () => {
    await h.releases.setAlias('f', 'prod', { versions: whole(2), by: 'ann' });
    await h.catalog.load('f:1');
    const { document } = h.catalog.find('f')!;
    const other = { ...document, createdAt: '2020-01-01T00:00:00.000Z', config: { ...document.config, memoryMb: 999 } };
    const { before: _b, moves: _m, newest: _n, id, name: _name, functionCreatedAt: _f, ...version } = other;
    await h.store.registry.put('version/f/2', { ...version, functionId: id });
    await h.store.registry.put('version/f/1', { ...version, functionId: id, version: 1 });
    await h.store.registry.put('function/f', other);
    await h.catalog.settled();
    const memory = (target: string) => h.catalog.choose(target, undefined as never)?.document.config.memoryMb;
    assert.deepEqual([memory('f'), memory('f:prod'), memory('f:1')], [999, 999, undefined]);
    await h.catalog.load('f:1');
    assert.equal(memory('f:1'), 999);
    assert.ok(h.unnamed.includes('f:2') && h.unnamed.includes('f:1'));
  });
});
