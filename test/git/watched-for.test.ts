import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { createWorkTree, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const OPERATOR = 'the-operator-of-this-node';
const FUNCTION = 'def callme(): return "evil"\n';
const PROJECT = (name: string) => `project: p-${name}\nfunctions:\n  ${name}:\n    code: main.py\n`;

describe('a watched repository of somebody who may not do everything', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  let server: GitServer;
  let work: WorkTree;
  let mallory: string;

  before(async () => {
    node = await startTestNode({ token: OPERATOR });
    work = await createWorkTree();
    server = await startGitServer(work.folder);
    await as(OPERATOR, 'POST', '/v1/users', { name: 'ada', roles: ['administrator'], token: {} });
    const made = await as(OPERATOR, 'POST', '/v1/users', { name: 'mallory', roles: ['appops'], token: {} });
    mallory = made.json.token.token;
    const form = new FormData();
    form.set('config', JSON.stringify({ owner: 'shop' }));
    form.set('code', new File(['def callme(): return "good"\n'], 'main.py'));
    await node.request('PUT', '/v1/functions/victim', { body: form, headers: { authorization: `Bearer ${OPERATOR}` } });
  });
  after(async () => {
    await node?.close();
    await server?.close();
    await work?.remove();
  });

  const as = (token: string, method: string, path: string, body?: object) =>
    node.request(method, path, {
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const watch = (token: string, name: string, more: object = {}) =>
    as(token, 'PUT', `/v1/repositories/${name}`, {
      watch: { url: `${server.url}/.git`, branch: 'main', pollMs: 86_400_000 },
      ...more,
    });
  const look = async (name: string) => (await as(OPERATOR, 'POST', `/v1/repositories/${name}/look`)).json;

  test('does not deploy what they may not deploy themselves', async () => {
    await work.commit('takes over', { 'main.py': FUNCTION });
    assert.equal((await watch(mallory, 'mallory-one', { function: 'victim' })).status, 201);
    const { deployments, watch: state } = await look('mallory-one');
    assert.equal(state.state, 'failing');
    assert.match(deployments[0].error, /needs the permission function:/);
    const called = await as(OPERATOR, 'GET', '/api/call/victim');
    assert.equal(called.json.result, 'good');
  });

  test('deploys what is theirs, until they are disabled', async () => {
    assert.equal((await watch(mallory, 'mallory-two', { function: 'mallorys' })).status, 201);
    assert.equal((await look('mallory-two')).watch.state, 'ok');
    const { config, origin } = (await as(OPERATOR, 'GET', '/v1/functions/mallorys')).json;
    assert.deepEqual([config.owner, origin.by], ['mallory', 'git:mallory-two']);
    await as(OPERATOR, 'PATCH', '/v1/users/mallory', { disabled: true });
    await work.commit('more', { 'main.py': `${FUNCTION}# more\n` });
    const { watch: state } = await look('mallory-two');
    assert.match(state.error, /mallory, for whom it is watched, is no more or is disabled/);
    await as(OPERATOR, 'PATCH', '/v1/users/mallory', { disabled: false });
    assert.equal((await look('mallory-two')).watch.state, 'ok');
  });

  test('is not made with a token that is narrowed', async () => {
    const issued = await as(mallory, 'POST', '/v1/tokens', { scopes: { actions: ['repository:*'] } });
    const { token: text } = issued.json;
    assert.equal((await watch(text, 'mallory-three')).status, 403);
    assert.equal((await as(text, 'PUT', '/v1/repositories/mallory-two', { function: 'other' })).status, 403);
  });

  test('deploys as the operator where the operator has it watched', async () => {
    assert.equal((await as(OPERATOR, 'PUT', '/v1/repositories/mallory-one', { function: 'victim' })).status, 200);
    assert.equal((await look('mallory-one')).watch.state, 'ok');
    await work.commit('a project', { 'fob.yaml': PROJECT('victim'), 'main.py': FUNCTION });
    assert.equal((await look('mallory-two')).watch.state, 'failing');
  });
});
