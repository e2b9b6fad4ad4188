import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Problem } from '../../model/problem.ts';
import type { HookRequest } from '../../trigger/trigger-type.ts';
import type { Triggers } from '../../trigger/triggers.ts';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

describe("triggers' own addresses", () => {
  const received: { name: string; request: HookRequest }[] = [];
  let node: TestServer;

  before(async () => {
    const triggers = {
      async receive(name: string, request: HookRequest) {
        if (name === 'none') throw new Problem('not_found', 'there is no such trigger');
        if (name === 'refuses') throw new Problem('unauthorized', 'the signature of this request is wrong');
        received.push({ name, request });
        return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'pong\n' };
      },
      enabled: () => [],
    } as unknown as Triggers;
    node = await startTestServer({ token: 'the token of the node', maxBodyBytes: 2_000 }, { triggers });
  });
  after(() => node?.server.close());

  test('get the request as it came, without the token of the node', async () => {
    const body = Buffer.from([0, 255, 123]);
    const answer = await ask(node, 'POST', '/hooks/builds/a%2Fb/c?x=1&x=2', {
      body,
      headers: { 'X-GitHub-Event': 'push' },
    });
    assert.deepEqual([answer.status, answer.text], [200, 'pong\n']);
    assert.equal(answer.headers['content-security-policy'], 'sandbox');
    const { name, request } = received.pop()!;
    assert.equal(name, 'builds');
    assert.deepEqual([request.method, request.path, request.query.getAll('x')], ['POST', '/a%2Fb/c', ['1', '2']]);
    assert.equal(request.headers['x-github-event'], 'push');
    assert.deepEqual(request.body, body);
    await ask(node, 'GET', '/hooks/builds');
    assert.deepEqual([received.at(-1)!.request.path, received.at(-1)!.request.body.length], ['', 0]);
  });

  test('refuse as the trigger does, and what is too large; a web page may not call', async () => {
    assert.equal((await ask(node, 'POST', '/hooks/none', { body: 'x' })).status, 404);
    const refused = await ask(node, 'POST', '/hooks/refuses', { body: 'x' });
    assert.deepEqual([refused.status, refused.json.code], [401, 'unauthorized']);
    assert.equal((await ask(node, 'POST', '/hooks/builds', { body: Buffer.alloc(2_001) })).status, 413);
    const page = await ask(node, 'POST', '/hooks/builds', { body: 'x', headers: { origin: 'https://evil.example' } });
    assert.equal(page.status, 403);
    assert.equal((await ask(node, 'GET', '/v1/functions')).status, 401, 'everything else demands the token');
  });
});
