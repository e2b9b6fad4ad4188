import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { createWorkTree, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const file = (name: string) => `project: ann-shop\nfunctions:\n  ${name}: { path: api, owner: ann }\n`;

describe('deploying by Git', { skip: process.platform !== 'linux' && 'sandboxes need Linux' }, () => {
  let node: TestNode;
  let server: GitServer;
  let work: WorkTree;
  const tokens: Record<string, string> = {};
  const as = (who: string, method: string, path: string, body?: unknown) =>
    node.request(method, path, {
      headers: { ...(tokens[who] && { authorization: `Bearer ${tokens[who]}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  before(async () => {
    node = await startTestNode();
    for (const [name, role] of [
      ['root', 'administrator'],
      ['ann', 'appops'],
    ]) {
      const made = await as('root', 'POST', '/v1/users', { name, roles: [role], token: {} });
      assert.equal(made.status, 201, made.text);
      tokens[name!] = made.json.token.token;
    }
    const code = { inline: 'def callme(): return "paid"', fileName: 'main.py' };
    const made = await as('root', 'PUT', '/v1/functions/pay', { code, config: { owner: 'root' } });
    assert.equal(made.status, 201, made.text);
    work = await createWorkTree();
    server = await startGitServer(work.folder);
  });
  after(async () => {
    await node?.close();
    await server?.close();
    await work?.remove();
  });
  const owned = async (name: string) => (await as('root', 'GET', `/v1/functions/${name}`)).json;
  const api = { 'api/main.py': 'def callme(): return "mine"\n' };

  test('a push does what whoever pushes may do, and no more', async () => {
    assert.equal((await as('ann', 'PUT', '/v1/repositories/ann-pushed', {})).status, 201);
    assert.equal((await as('ann', 'PUT', '/v1/repositories/roots', {})).status, 403);
    const address = `${node.url.replace('://', `://ann:${tokens.ann}@`)}/git/ann-pushed.git`;
    await work.commit('mine', { ...api, 'fob.yaml': file('ann-api') });
    const pushed = await work.tryGit('push', address, 'main');
    assert.equal(pushed.code, 0, pushed.stderr);
    const { origin, config } = await owned('ann-api');
    assert.deepEqual([origin.by, config.owner], ['ann', 'ann']);
    await work.commit('theirs', { 'fob.yaml': file('pay') });
    const refused = await work.tryGit('push', address, 'main');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /ann may not do this: it needs the permission function:read on function:pay/);
    assert.equal((await owned('pay')).version, 1);
    const elsewhere = await work.tryGit('push', address.replace('ann-pushed', 'roots'), 'main');
    assert.notEqual(elsewhere.code, 0);
  });

  test('what is watched does what whoever set it up may do, as long as they may', async () => {
    const watch = { url: `${server.url}/.git`, branch: 'main', pollMs: 86_400_000 };
    const made = await as('ann', 'PUT', '/v1/repositories/ann-watched', { watch });
    assert.equal(made.status, 201, made.text);
    const look = async () => (await as('root', 'POST', '/v1/repositories/ann-watched/look')).json;
    const refused = await look();
    assert.equal(refused.watch.state, 'failing');
    assert.match(refused.watch.error, /git:ann-watched may not|permission/);
    assert.equal((await owned('pay')).version, 1);

    await as('root', 'DELETE', '/v1/projects/ann-shop');
    await work.commit('mine', { 'fob.yaml': file('ann-other') });
    const well = await look();
    assert.deepEqual([well.watch.state, well.watch.error], ['ok', undefined]);
    assert.equal((await owned('ann-other')).origin.by, 'git:ann-watched');

    assert.equal((await as('root', 'PATCH', '/v1/users/ann', { disabled: true })).status, 200);
    await work.commit('more', { 'api/main.py': 'def callme(): return "more"\n' });
    assert.match((await look()).watch.error, /is no more or is disabled/);
    assert.equal((await as('root', 'PATCH', '/v1/users/ann', { disabled: false })).status, 200);
    assert.equal((await look()).watch.state, 'ok');
  });

  test('a token with scopes cannot set up what would outlast it', async () => {
    const body = { user: 'ann', scopes: { actions: ['repository:*'] } };
    const made = await as('root', 'POST', '/v1/tokens', body);
    assert.equal(made.status, 201, made.text);
    tokens.narrow = made.json.token;
    const watch = { url: `${server.url}/.git`, branch: 'main' };
    const refused = await as('narrow', 'PUT', '/v1/repositories/ann-narrow', { watch });
    assert.equal(refused.status, 403);
    assert.match(refused.json.detail, /narrowed/);
    const changed = await as('narrow', 'PUT', '/v1/repositories/ann-watched', { function: 'pay' });
    assert.equal(changed.status, 403);
  });
});
