// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are what this is about
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { type FobOptions, runFob } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

describe('fob plan and fob apply', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  let folder: string;
  before(async () => {
    node = await startTestNode();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-project-'));
    await mkdir(join(folder, 'api'));
    await writeFile(join(folder, 'api/main.py'), 'def callme(): return 1\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  after(() => node?.close());

  const file = (text: string) => writeFile(join(folder, 'fob.yaml'), text);
  const fob = (words: readonly string[], environment: FobOptions['environment'] = {}) =>
    runFob(words, { cwd: folder, environment: { FOB_URL: node.url, ...environment } });
  const done = async (...words: string[]) => {
    const ended = await fob(words);
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  };
  const apply = async () => JSON.parse((await done('apply', '--yes', '--json')).stdout);
  const plan = async () => JSON.parse((await done('plan', '--json')).stdout);
  const actions = (document: { changes: { section: string; name: string; action: string }[] }) =>
    document.changes
      .filter(({ action }) => action !== 'keep')
      .map(({ section, name, action }) => `${action} ${section} ${name}`);
  const shown = async (path: string) => (await node.request('GET', path)).json;

  const WHOLE = `project: all
buckets:
  all-photos:
    versioning: enabled
    tags: { a: 1 }
    lifecycle: [{ id: old, expireDays: 3 }]
queues:
  all-jobs: { visibility: 1m, deadLetter: { queue: all-dead, maxReceives: 3 } }
  all-dead:
topics:
  all-news:
    subscriptions: [queue:all-jobs, { destination: queue:all-dead, filter: { type: [x] } }]
keyValues:
  all-flags: { beta: "on", limits: { max: 3 } }
functions:
  all-api:
    path: api
    memory: 256m
    timeout: 5s
    environment: { N: 3 }
    grants: [queue:all-jobs:send]
triggers:
  all-work: { function: all-api, type: queue, options: { queue: all-jobs } }
  all-hook: { function: all-api, type: webhook, options: { provider: github, secret: swordfish } }
`;

  test('makes everything once, and then has nothing to do', async () => {
    await file(WHOLE);
    const first = await plan();
    assert.equal(actions(first).length, 8);
    const before = await fob(['plan', '--detailed-exitcode']);
    assert.equal(before.code, 6);
    assert.match(before.stdout, /\+ function all-api/);
    assert.doesNotMatch(before.stdout, /swordfish/);
    assert.equal((await apply()).done.length, 8);
    const again = await fob(['plan', '--detailed-exitcode']);
    assert.equal(again.code, 0, again.stdout);
    assert.match(again.stdout, /all: nothing to change, 8 as the file says/);
    assert.deepEqual((await apply()).done, []);
    const { config } = await shown('/v1/functions/all-api');
    assert.deepEqual([config.memoryMb, config.timeoutMs, config.tags], [256, 5_000, { 'fob.project': 'all' }]);
    assert.equal((await shown('/v1/functions/all-api')).version, 1);
    const text = JSON.stringify(await shown('/v1/projects/all'));
    assert.doesNotMatch(text, /swordfish/);

    await file(WHOLE.replace('swordfish', 'salmon').replace('5s', '6s').replace('beta: "on", ', ''));
    const changed = await plan();
    assert.deepEqual(actions(changed), [
      'change keyValues all-flags',
      'change functions all-api',
      'change triggers all-hook',
    ]);
    await apply();
    assert.deepEqual(actions(await plan()), []);
    assert.equal((await node.request('GET', '/v1/kv/all-flags/beta')).status, 404);

    await file('project: all\n');
    const removal = await plan();
    assert.deepEqual(new Set(actions(removal).map((line) => line.split(' ')[0])), new Set(['remove']));
    assert.equal((await apply()).done.length, 8);
    assert.equal((await node.request('GET', '/v1/functions/all-api')).status, 404);
    assert.equal((await shown('/v1/projects/all')).things, 0);
  });

  test('uploads code only where it changed', async () => {
    const text = (memory: string) => `project: code\nfunctions: { code-api: { path: api, memory: ${memory} } }\n`;
    await file(text('128'));
    await apply();
    const { code } = await shown('/v1/functions/code-api');
    await file(text('256'));
    await apply();
    const second = await shown('/v1/functions/code-api');
    assert.deepEqual([second.version, second.code.sha256], [2, code.sha256]);
    await writeFile(join(folder, 'api/main.py'), 'def callme(): return 2\n');
    const { changes } = await plan();
    assert.deepEqual(
      changes[0].differences.map(({ path }: { path: string }) => path),
      ['code'],
    );
    await apply();
    assert.equal(await node.result('code-api'), 2);
  });

  test('tells what was changed outside of the file, and undoes it', async () => {
    await file('project: drift\nfunctions: { drift-api: { path: api } }\nqueues: { drift-q: }\n');
    await apply();
    await node.configure('drift-api', { memoryMb: 512 });
    await node.request('DELETE', '/v1/queues/drift-q');
    const found = await plan();
    const [queue, api] = found.drift;
    assert.deepEqual([queue.name, queue.removed], ['drift-q', true]);
    assert.deepEqual(
      [api.name, api.by, api.differences],
      ['drift-api', 'operator', [{ path: 'memoryMb', before: 128, after: 512 }]],
    );
    assert.deepEqual(actions(found), ['create queues drift-q', 'change functions drift-api']);
    // The node tells the same without the file.
    const { drift } = (await node.request('GET', '/v1/projects/drift/drift')).json as { drift: typeof found.drift };
    assert.deepEqual(drift, found.drift);
    const { stdout } = await done('plan');
    assert.match(stdout, /Changed outside of the file since operator applied it/);
    await apply();
    assert.deepEqual((await plan()).drift, []);
  });

  test('takes over what is there, and does not remove what it did not make', async () => {
    await node.request('PUT', '/v1/queues/found-q', { body: '{}' });
    await file('project: found\nqueues: { found-q: { delay: 1s } }\n');
    const [change] = (await plan()).changes;
    assert.deepEqual([change.action, change.adopts], ['change', true]);
    await apply();
    await file('project: found\n');
    assert.deepEqual(actions(await plan()), []);
    await apply();
    assert.equal((await node.request('GET', '/v1/queues/found-q')).status, 200);
  });

  test('refuses what belongs to another project', async () => {
    await file('project: mine\nqueues: { shared-q: }\n');
    await apply();
    await file('project: yours\nqueues: { shared-q: { delay: 1s } }\n');
    assert.deepEqual((await plan()).clashes, [{ section: 'queues', name: 'shared-q', project: 'mine' }]);
    const refused = await fob(['apply', '--yes']);
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /the queue "shared-q" belongs to the project "mine"/);
  });

  test('stops at the first failure, says what was done, and goes on from there', async () => {
    const text = (path: string) =>
      `project: part\nqueues: { part-q: }\nfunctions:\n  part-a: { path: ${path} }\n  part-b: { path: api }\n`;
    await writeFile(join(folder, 'broken.py'), 'def callme(:\n');
    await file(text('broken.py'));
    const failed = await fob(['apply', '--yes']);
    assert.equal(failed.code, 5);
    assert.match(failed.stderr, /creating function part-a: .*invalid syntax/);
    assert.match(failed.stderr, /done before: queue part-q; left: function part-b/);
    await file(text('api'));
    assert.deepEqual(actions(await plan()), ['create functions part-a', 'create functions part-b']);
    await apply();
    assert.deepEqual(actions(await plan()), []);
  });

  test('is refused where somebody else applies it, or has applied it since', async () => {
    await file('project: race\nqueues: { race-q: }\n');
    const lock = (id: string, revision: number) =>
      node.request('PUT', '/v1/projects/race/lock', {
        body: JSON.stringify({ id: id.repeat(16), revision, message: 'mine' }),
      });
    assert.equal((await lock('a', 0)).status, 200);
    assert.equal((await lock('a', 0)).status, 200);
    const held = await lock('b', 0);
    assert.equal(held.status, 409);
    assert.match(held.json.detail, /operator applies the project "race" since .* \("mine"\)/);
    const refused = await fob(['apply', '--yes']);
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /operator applies the project "race" since/);
    const put = (id: string) =>
      node.request('PUT', '/v1/projects/race', { body: JSON.stringify({ applied: {}, lock: id.repeat(16) }) });
    assert.equal((await put('b')).status, 409);
    assert.equal((await put('a')).status, 200);
    assert.equal((await node.request('DELETE', `/v1/projects/race/lock?id=${'a'.repeat(16)}`)).status, 204);
    const overtaken = await lock('b', 0);
    assert.equal(overtaken.status, 409);
    assert.match(
      overtaken.json.detail,
      /was applied by operator at .*, after this plan was made \(at revision 0, now \d+\): plan again/,
    );
    await apply();
    assert.equal((await node.request('DELETE', '/v1/projects/race')).status, 204);
  });

  test('asks nobody where there is no terminal, and says what is wrong where it is wrong', async () => {
    await file('project: ask\nqueues: { ask-q: }\n');
    const asked = await fob(['apply']);
    assert.equal(asked.code, 2);
    assert.match(asked.stderr, /say --yes/);
    await file('project: ask\nfunctions:\n  f:\n    path: absent\n');
    const missing = await fob(['plan']);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /fob\.yaml:4:5: there is no file or folder .*absent/);
    await file('project: ask\ntriggers:\n  t: { function: f, type: qeue }\n');
    const wrong = await fob(['plan']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /fob\.yaml:3:21: there is no type of trigger "qeue"/);
    await rm(join(folder, 'fob.yaml'));
    const none = await fob(['plan']);
    assert.equal(none.code, 3);
    assert.match(none.stderr, /there is no fob\.yaml in this folder/);
  });

  test('has roles, secrets, policies and aliases', async () => {
    const text = (memory: number, more = '') => `project: gov
roles: { gov-role: { grants: [queue:gov-*, "secret:gov-*"] } }
secrets: { gov-key: { value: "\${GOV_KEY}", functions: [gov-*] } }
policies:
  gov-small: { scope: { names: [gov-*] }, message: "ask us", rules: { maxMemoryMb: 256 } }
functions: { gov-api: { path: api, role: gov-role, memory: ${memory}, secrets: { KEY: gov-key } } }
aliases: { gov-api: { live: latest${more} } }
`;
    const run = (...words: string[]) => fob([...words, '--json'], { GOV_KEY: 'swordfish' });
    await file(text(128));
    const first = await run('apply', '--yes');
    assert.equal(first.code, 0, first.stderr);
    assert.doesNotMatch(first.stdout, /swordfish/);
    assert.deepEqual(actions(JSON.parse((await run('plan')).stdout)), []);
    const versions = async (alias: string) => (await shown(`/v1/functions/gov-api/aliases/${alias}`)).versions;
    assert.deepEqual(await versions('live'), [{ version: 1, weight: 100 }]);
    // The alias moves with the function, and the other one stays.
    await file(text(256, ', half: { 1: 40, 2: 60 }'));
    const planned = JSON.parse((await run('plan')).stdout);
    assert.deepEqual(actions(planned), ['change functions gov-api', 'change aliases gov-api']);
    const second = await run('apply', '--yes');
    assert.equal(second.code, 0, second.stderr);
    assert.deepEqual(await versions('live'), [{ version: 2, weight: 100 }]);
    assert.deepEqual(await versions('half'), [
      { version: 1, weight: 40 },
      { version: 2, weight: 60 },
    ]);
    assert.deepEqual(actions(JSON.parse((await run('plan')).stdout)), []);
    // What a policy refuses is shown before, and nothing is done.
    await file(text(512));
    const objections = JSON.parse((await run('plan')).stdout).changes.flatMap(
      (each: { objections?: unknown[] }) => each.objections ?? [],
    );
    assert.equal(objections.length, 1);
    const refused = await run('apply', '--yes');
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /gov-small/);
    assert.equal((await shown('/v1/functions/gov-api')).version, 2);
    await file('project: gov\n');
    const last = await run('apply', '--yes');
    assert.equal(last.code, 0, last.stderr);
  });

  test('has environments and variables', async () => {
    await file(`project: envs
functions:
  envs-\${env}: { path: api, environment: { WHO: "\${WHO}" } }
environments: { prod: { functions: { "envs-\${env}": { memory: 512 } } } }
`);
    const words = ['apply', '--yes', '--json', '--env', 'prod', '--var', 'WHO=flag'];
    const { code, stderr } = await fob(words, { WHO: 'environment' });
    assert.equal(code, 0, stderr);
    const { config } = await shown('/v1/functions/envs-prod');
    assert.deepEqual([config.memoryMb, config.environment], [512, { WHO: 'flag' }]);
    const other = await fob(['apply', '--yes'], { WHO: 'environment' });
    assert.equal(other.code, 0, other.stderr);
    assert.deepEqual((await shown('/v1/functions/envs-default')).config.environment, { WHO: 'environment' });
  });

  test('whatever two files say, the second is true after it was applied, and applying it again changes nothing', async () => {
    const duration = fc.constantFrom('1s', '90s', '2m');
    const queue = fc.record(
      { visibility: duration, delay: duration, deadLetter: fc.constant({ queue: 'any-dead', maxReceives: 2 }) },
      { requiredKeys: [], noNullPrototype: true },
    );
    const state = fc.record(
      {
        queues: fc.dictionary(fc.constantFrom('any-a', 'any-b'), queue, { noNullPrototype: true }),
        topics: fc.dictionary(
          fc.constantFrom('any-t', 'any-u'),
          fc.record(
            { subscriptions: fc.subarray(['queue:any-dead', 'https://example.org/']) },
            { noNullPrototype: true },
          ),
          { noNullPrototype: true },
        ),
        keyValues: fc.dictionary(
          fc.constantFrom('any-k'),
          fc.dictionary(fc.constantFrom('x', 'y', 'z/w'), fc.oneof(fc.string({ maxLength: 5 }), fc.integer()), {
            minKeys: 1,
            noNullPrototype: true,
          }),
          { noNullPrototype: true },
        ),
      },
      { noNullPrototype: true },
    );
    const { makeAndApply } = await inProcess(node.url);
    await fc.assert(
      fc.asyncProperty(state, state, async (first, second) => {
        for (const each of [first, second]) {
          const whole = { project: 'any', ...each, queues: { 'any-dead': {}, ...each.queues } };
          await makeAndApply(JSON.stringify(whole).replaceAll('$', 'S'));
          const open = await makeAndApply(JSON.stringify(whole).replaceAll('$', 'S'));
          assert.deepEqual(open, []);
        }
      }),
      { numRuns: 15 },
    );
  });
});

/** Plans and applies without a process for each: answers with what there was to do. */
async function inProcess(url: string) {
  const { createClient } = await import('../../src/cli/client.ts');
  const { projectApi } = await import('../../src/cli/project-file/load.ts');
  const { readProjectFile } = await import('../../src/project/file/read.ts');
  const { makePlan } = await import('../../src/project/plan.ts');
  const { applyPlan } = await import('../../src/project/apply.ts');
  const { SECTIONS } = await import('../../src/project/sections/index.ts');
  const api = projectApi(await createClient(url, undefined));
  const makeAndApply = async (text: string) => {
    const file = readProjectFile(text, { fileName: 'fob.yaml', sections: SECTIONS });
    const plan = await makePlan(file, SECTIONS, {
      api,
      folder: '/',
      confined: false,
      origin: async () => ({}),
    });
    const open = plan.steps.filter(({ action }) => action !== 'keep');
    const result = await applyPlan(plan, {
      api,
      stated: {},
      origin: async () => ({}),
      tell() {},
      onStep() {},
    });
    if (result.failed !== undefined) throw result.failed.error;
    return open.map(({ name, action, differences }) => ({ name, action, differences }));
  };
  return { makeAndApply };
}
