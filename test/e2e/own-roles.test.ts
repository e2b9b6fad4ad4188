import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../support/node.ts';

const ROLE = '/v1/execution-roles/s3-upload-meta';
const READS = { grants: ['bucket:serops-we:read'] };

describe('execution roles that people own', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const tokens: Record<string, string> = {};
  const as = async (who: string, method: string, path: string, body?: unknown, headers: object = {}) =>
    node.request(method, path, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        ...(tokens[who] !== undefined && { authorization: `Bearer ${tokens[who]}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  const deploy = (who: string, name: string, config: object) => {
    const code = { inline: 'def callme(): return 1', fileName: 'main.py' };
    return as(who, 'PUT', `/v1/functions/${name}`, { code, config }, { accept: 'application/json' });
  };

  before(async () => {
    node = await startTestNode();
    const ada = await as('', 'POST', '/v1/users', { name: 'ada', roles: ['administrator'], token: {} });
    assert.equal(ada.status, 201, ada.text);
    tokens.ada = ada.json.token.token;
    for (const [name, team] of [
      ['bob', 'serops'],
      ['eve', 'other'],
    ] as const) {
      const made = await as('ada', 'POST', '/v1/users', { name, roles: [], token: {} });
      assert.equal(made.status, 201, made.text);
      tokens[name] = made.json.token.token;
      const put = await as('ada', 'PUT', `/v1/teams/${team}`, { members: [name], roles: ['appops'] });
      assert.ok(put.status < 300, put.text);
    }
    assert.equal((await as('bob', 'PUT', '/v1/buckets/serops-we', {})).status, 201);
  });
  after(() => node?.close());

  test('are made by whoever may do what they grant, and belong to their team', async () => {
    const made = await as('bob', 'PUT', ROLE, READS);
    assert.deepEqual([made.status, made.json.owner, made.json.by], [201, 'serops', 'bob']);
    assert.equal((await deploy('bob', 's3-upload-meta', { role: 's3-upload-meta' })).status, 201);
    const more = await as('bob', 'PUT', ROLE, { grants: [...READS.grants, 'bucket:serops-we:write'] });
    assert.equal(more.json.owner, 'serops', 'what is not said stays');
    for (const grant of ['bucket:other-x:read', 'bucket:*:read', 'kv:*', 'secret:other-key', 'secret:*', 'queue:x']) {
      const refused = await as('bob', 'PUT', ROLE, { grants: [grant] });
      assert.equal(refused.status, 403, grant);
      assert.match(refused.json.detail, /gives what you may not do yourself/);
    }
    assert.equal((await as('bob', 'PUT', '/v1/execution-roles/sealed', { grants: ['secret:serops-key'] })).status, 201);
  });

  test('are given and changed by their owners alone', async () => {
    const given = await deploy('eve', 'spy', { role: 's3-upload-meta' });
    assert.equal(given.status, 403, given.text);
    assert.match(given.text, /only by members of serops/);
    for (const body of [READS, { grants: [] }, { grants: [], owner: 'other' }])
      assert.equal((await as('eve', 'PUT', ROLE, body)).status, 403);
    assert.equal((await as('eve', 'DELETE', `${ROLE}?force=true`)).status, 403);
    assert.equal((await as('bob', 'PUT', ROLE, { ...READS, owner: 'other' })).status, 403, 'nor given away');
    assert.equal((await as('bob', 'PUT', ROLE, { ...READS, assignableBy: ['other'] })).status, 200);
    assert.equal((await deploy('eve', 'guest', { role: 's3-upload-meta' })).status, 201, 'unless they say so');
    await as('ada', 'DELETE', '/v1/functions/guest');
  });

  test("and the platform's are not theirs", async () => {
    const made = await as('ada', 'PUT', '/v1/execution-roles/serops-all', { grants: ['bucket:*'] });
    assert.equal(made.json.owner, '');
    assert.equal((await as('bob', 'PUT', '/v1/execution-roles/serops-all', { grants: [] })).status, 403);
    assert.equal((await as('bob', 'DELETE', '/v1/execution-roles/serops-all')).status, 403);
  });

  test('and so are the metrics of others, where all functions are asked for', async () => {
    assert.equal((await deploy('eve', 'theirs', {})).status, 201);
    for (const [who, name] of [
      ['bob', 's3-upload-meta'],
      ['eve', 'theirs'],
    ] as const)
      assert.equal((await as(who, 'POST', `/v1/functions/${name}/invoke`, {})).status, 200);
    const path = '/v1/metrics/query?metric=invocations&from=1h';
    const seen = async (who: string) =>
      (await as(who, 'GET', `${path}&by=function`)).json.metrics[0].series.map(
        ({ labels }: { labels: { function: string } }) => labels.function,
      );
    assert.deepEqual([await seen('bob'), await seen('eve')], [['s3-upload-meta'], ['theirs']]);
    assert.equal((await seen('ada')).length, 2);
    for (const by of ['', '&by=version', '&by=trigger'])
      assert.equal((await as('bob', 'GET', path + by)).status, 403, by);
    assert.equal((await as('bob', 'POST', '/v1/trigger-types/bucket/sample', {})).status, 200, 'a sample is of nobody');
  });

  test('what was changed of functions is told, without its values', async () => {
    await as('bob', 'PATCH', '/v1/functions/s3-upload-meta', { memoryMb: 192 });
    const trigger = { function: 's3-upload-meta', type: 'schedule', options: { expression: 'rate(1 day)' } };
    const put = await as('bob', 'PUT', '/v1/triggers/daily', trigger);
    assert.ok(put.status < 300, put.text);
    const made = await as('bob', 'POST', '/v1/triggers', { ...trigger, name: 'hourly' });
    assert.equal(made.status, 201, made.text);
    const { changes } = (await as('eve', 'GET', '/v1/changes?limit=50')).json;
    const of = changes.filter((each: { function: string }) => each.function === 's3-upload-meta');
    assert.deepEqual(
      of
        .slice(0, 3)
        .map(({ action, by, fields, trigger: name }: Record<string, unknown>) => [action, by, fields, name]),
      [
        ['trigger:write', 'bob', [], 'hourly'],
        ['trigger:write', 'bob', [], 'daily'],
        ['function:configure', 'bob', ['memoryMb'], undefined],
      ],
    );
    assert.deepEqual([of.at(-1).action, of.at(-1).version], ['function:deploy', 1]);
    for (const name of ['daily', 'hourly']) await as('bob', 'DELETE', `/v1/triggers/${name}`);
  });

  test('a policy about roles means those of the platform', async () => {
    const put = await as('ada', 'PUT', '/v1/policies/roles', { rules: { grantsByRoleOnly: true } });
    assert.ok(put.status < 300, put.text);
    const refused = await deploy('bob', 's3-upload-meta', { role: 's3-upload-meta' });
    assert.equal(refused.status, 422, refused.text);
    assert.match(refused.text, /the role s3-upload-meta is serops's own/);
    const { violations } = (await as('ada', 'GET', '/v1/policies/violations')).json;
    assert.deepEqual(
      violations.map((each: { function: string }) => each.function),
      ['s3-upload-meta'],
    );
    await as('ada', 'DELETE', '/v1/policies/roles');
  });

  test('are removed by their owners; all of it is in the audit trail', async () => {
    assert.equal((await as('bob', 'DELETE', ROLE)).status, 409, 'a function has it');
    assert.equal((await as('bob', 'DELETE', `${ROLE}?force=true`)).status, 204);
    const { entries } = (await as('ada', 'GET', '/v1/audit?subject=execution-role:s3-upload-meta')).json;
    const [last] = entries;
    assert.deepEqual([last.action, last.actor, last.outcome], ['role:write', 'bob', 'done']);
    assert.ok(
      entries.some((each: { actor: string; outcome: string }) => each.actor === 'eve' && each.outcome === 'denied'),
    );
  });
});
