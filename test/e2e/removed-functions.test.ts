import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

describe('records of a function that was removed', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  const tokens: Record<string, string> = {};
  const as = async (who: string, method: string, path: string, body?: unknown) => {
    const answer = await node.request(method, path, {
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        ...(tokens[who] !== undefined && { authorization: `Bearer ${tokens[who]}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
    });
    return answer;
  };
  const done = async (...asked: Parameters<typeof as>) => {
    const answer = await as(...asked);
    assert.ok(answer.status < 300, `${asked.slice(0, 3).join(' ')}: ${answer.text}`);
    return answer.text === '' ? undefined : answer.json;
  };
  const deploy = (who: string, owner: string) =>
    done(who, 'PUT', '/v1/functions/pay', {
      code: { inline: 'def callme():\n    print("paying")\n    return 1', fileName: 'main.py' },
      config: { owner },
    });

  before(async () => {
    node = await startTestNode();
    tokens.ada = (
      await done('', 'POST', '/v1/users', { name: 'ada', roles: ['administrator'], token: {} })
    ).token.token;
    for (const [name, team] of [
      ['bob', 'shop'],
      ['eve', 'bank'],
    ] as const) {
      tokens[name] = (await done('ada', 'POST', '/v1/users', { name, roles: [], token: {} })).token.token;
      await done('ada', 'PUT', `/v1/teams/${team}`, { members: [name], roles: ['appops'] });
    }
    await deploy('bob', 'shop');
    await done('bob', 'POST', '/v1/functions/pay/invoke', {});
    await eventually(async () => {
      assert.equal((await done('bob', 'GET', '/v1/logs?text=paying')).lines.length, 1);
    });
    await done('bob', 'DELETE', '/v1/functions/pay');
  });
  after(() => node?.close());

  const seen = async (who: string) => {
    const { invocations } = await done(who, 'GET', '/v1/invocations');
    const { lines } = await done(who, 'GET', '/v1/logs?text=paying');
    return [invocations.length, lines.length];
  };

  test('are seen by those whose it was, asked for by its name or not, and by nobody else', async () => {
    assert.deepEqual(await seen('bob'), [1, 1]);
    assert.deepEqual(await seen('eve'), [0, 0]);
    assert.equal((await done('bob', 'GET', '/v1/invocations?function=pay')).invocations.length, 1);
    assert.equal((await as('eve', 'GET', '/v1/invocations?function=pay')).status, 403);
    assert.equal((await as('bob', 'POST', '/v1/functions/pay/invoke', {})).status, 403, 'it can do nothing any more');
  });
});
