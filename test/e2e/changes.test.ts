import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runFob } from '../support/fob-process.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

interface Change {
  readonly action: string;
  readonly function: string;
  readonly how?: string;
  readonly alias?: string;
  readonly trigger?: string;
  readonly version?: number;
  readonly versions?: readonly { version: number; weight: number }[];
}

describe('what changed lately', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await node.request(method, path, {
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
    return answer.text === '' ? undefined : answer.json;
  };
  const newest = async (count: number): Promise<Change[]> => (await ask('GET', `/v1/changes?limit=${count}`)).changes;

  before(async () => {
    node = await startTestNode();
    for (const version of [1, 2]) {
      const code = { inline: `def callme(): return ${version}`, fileName: 'main.py' };
      await ask('PUT', '/v1/functions/pay', { code });
    }
  });
  after(() => node?.close());

  test('names the alias, what became of it, and what it names then', async () => {
    const alias = '/v1/functions/pay/aliases/prod';
    await ask('PUT', alias, { versions: [{ version: 1, weight: 100 }] });
    const moved = await ask('PUT', alias, { versions: [{ version: 2, weight: 100 }] });
    assert.equal(moved.rollsBackTo, 1);
    await ask('POST', `${alias}/rollback`, {});
    await ask('DELETE', alias);
    assert.deepEqual(
      (await newest(4)).map(({ alias: name, how, versions }) => [name, how, versions?.map(({ version }) => version)]),
      [
        ['prod', 'removed', undefined],
        ['prod', 'rolled_back', [1]],
        ['prod', 'moved', [2]],
        ['prod', 'created', [1]],
      ],
    );
  });

  test('names the version that is rolled back to, which the list of versions tells before', async () => {
    assert.equal((await ask('GET', '/v1/functions/pay/versions')).rollsBackTo, 1);
    await ask('POST', '/v1/functions/pay/rollback', {});
    assert.equal((await ask('GET', '/v1/functions/pay/versions')).rollsBackTo, undefined, 'nothing served before it');
    const [{ how, version }] = (await newest(1)) as [Change];
    assert.deepEqual([how, version], ['rolled_back', 1]);
  });

  test('a version that was made by settings alone is told as that: by the API, and by the command line', async () => {
    const fob = async (...words: string[]) => {
      const { code, stdout, stderr } = await runFob(words, { environment: { FOB_URL: node.url } });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await ask('PUT', '/v1/functions/tuned', { code: { inline: 'def callme(): pass', fileName: 'main.py' } });
    await fob('set', 'tuned', '--memory', '256');
    await ask('POST', '/v1/functions/tuned/rollback', { to: 1 });
    await ask('POST', '/v1/functions/tuned/rollback', { to: 2 });
    const { versions, moves } = await ask('GET', '/v1/functions/tuned/versions');
    assert.deepEqual(
      versions.map((each: { version: number; how: string }) => [each.version, each.how]),
      [
        [2, 'configure'],
        [1, 'deploy'],
      ],
    );
    assert.deepEqual(
      moves.map((each: { how: string }) => each.how),
      ['deploy', 'configure', 'rollback', 'rollback'],
    );
    const [, , configure, deploy] = (await fob('versions', 'tuned', '--moves')).trim().split('\n');
    assert.match(configure!, /version 2 {2}settings changed by operator/);
    assert.match(deploy!, /version 1 {2}deployed by operator/);
    assert.match(await fob('versions', 'tuned'), /\b2 .* settings changed\n/);
  });

  test('names triggers with what became of them, also of one that is gone, and leaves out that one was tried', async () => {
    await ask('PUT', '/v1/triggers/nightly', {
      function: 'pay',
      type: 'schedule',
      options: { expression: '0 3 * * *' },
    });
    await ask('POST', '/v1/triggers/nightly/test', { dryRun: true });
    await ask('PATCH', '/v1/triggers/nightly', { enabled: false });
    await ask('DELETE', '/v1/triggers/nightly');
    assert.deepEqual(
      (await newest(3)).map((each) => [each.function, each.trigger, each.how]),
      [
        ['pay', 'nightly', 'removed'],
        ['pay', 'nightly', 'paused'],
        ['pay', 'nightly', 'created'],
      ],
    );
  });
});
