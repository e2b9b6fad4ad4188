import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestNode, type TestNode } from '../../test/support/node.ts';
import { ask } from './testing/test-server.ts';

const PASSWORD = 'correct horse battery';

describe('a browser’s session', () => {
  let node: TestNode;
  let origin: string;
  let administrator: string;
  const own = () => ({ host: `127.0.0.1:${node.port}`, origin, 'sec-fetch-site': 'same-origin' });
  const signIn = (body: object, headers: Record<string, string> = own()) =>
    ask(node, 'POST', '/v1/session/browser', { headers, body: JSON.stringify(body) });
  const cookieOf = (answer: { headers: { 'set-cookie'?: string[] | undefined } }) =>
    answer.headers['set-cookie']![0]!.split(';')[0]!;

  before(async () => {
    node = await startTestNode({ token: 'of-the-operator' });
    origin = `http://127.0.0.1:${node.port}`;
    const made = await node.request('POST', '/v1/users', {
      headers: { Authorization: 'Bearer of-the-operator' },
      body: JSON.stringify({ name: 'ada', roles: ['administrator'], password: PASSWORD, token: { label: 'program' } }),
    });
    assert.equal(made.status, 201, made.text);
    administrator = made.json.token.token;
  });
  after(() => node.close());

  test('is a cookie that no script reads and no other site or function gets', async () => {
    const answer = await signIn({ user: 'ada', password: PASSWORD });
    assert.equal(answer.status, 204, answer.text);
    const cookie = answer.headers['set-cookie']![0]!;
    assert.match(
      cookie,
      new RegExp(
        `^fob-session-${node.port}=fob_[^;]+; Path=/v1; HttpOnly; SameSite=Strict; Priority=High; Max-Age=43200$`,
      ),
    );
    const who = await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: cookieOf(answer) } });
    assert.equal(who.json.name, 'ada');
    const secure = await signIn(
      { user: 'ada', password: PASSWORD },
      { ...own(), origin: origin.replace('http:', 'https:') },
    );
    assert.match(secure.headers['set-cookie']![0]!, /^__Secure-fob-session=.*; Secure$/);
    const whoSecurely = await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: cookieOf(secure) } });
    assert.equal(whoSecurely.json.name, 'ada');
  });

  test('is made by a token, too: a user’s, or the node’s', async () => {
    for (const [token, name] of [
      [administrator, 'ada'],
      ['of-the-operator', 'operator'],
    ] as const) {
      const cookie = cookieOf(await signIn({ token }));
      assert.equal((await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie } })).json.name, name);
    }
    for (const wrong of [{ token: 'wrong' }, { user: 'ada', password: 'wrong' }]) {
      const refused = await signIn(wrong);
      assert.deepEqual([refused.status, refused.headers['set-cookie']], [401, undefined]);
    }
  });

  test('is made and used by pages of this node alone', async () => {
    const host = `127.0.0.1:${node.port}`;
    const elsewhere = [
      { host, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
      { host, origin: 'null', 'sec-fetch-site': 'cross-site' },
      { host, origin: `http://127.0.0.1:${node.port + 1}`, 'sec-fetch-site': 'same-site' },
      { host, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of [...elsewhere, { host }, { host, 'sec-fetch-site': 'none' }]) {
      assert.equal((await signIn({ user: 'ada', password: PASSWORD }, headers)).status, 403, JSON.stringify(headers));
    }
    const cookie = cookieOf(await signIn({ user: 'ada', password: PASSWORD }));
    const change = (headers: Record<string, string>) =>
      ask(node, 'PUT', '/v1/queues/forged', { headers: { ...headers, cookie }, body: '{}' });
    const read = (headers: Record<string, string>) =>
      ask(node, 'GET', '/v1/functions', { headers: { ...headers, cookie } });
    for (const headers of elsewhere) {
      assert.equal((await change(headers)).status, 403, JSON.stringify(headers));
      assert.equal((await read(headers)).status, 403, JSON.stringify(headers));
    }
    // What does not say that a page of this node asks may look, but change nothing.
    for (const headers of [{ host }, { host, 'sec-fetch-site': 'none' }]) {
      assert.equal((await change(headers)).status, 401, JSON.stringify(headers));
      assert.equal((await read(headers)).status, 200, JSON.stringify(headers));
    }
    assert.equal((await ask(node, 'GET', '/v1/queues/forged', { headers: { ...own(), cookie } })).status, 404);
    for (const headers of [
      { host, origin },
      { host, 'sec-fetch-site': 'same-origin' },
    ]) {
      const made = await change(headers);
      assert.ok(made.status < 300, made.text);
      await ask(node, 'DELETE', '/v1/queues/forged', { headers: { ...own(), cookie } });
    }
  });

  test('of another port counts nothing here, and a header goes before it', async () => {
    const cookie = cookieOf(await signIn({ user: 'ada', password: PASSWORD }));
    const other = cookie.replace(String(node.port), String(node.port + 1));
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: other } })).status, 401);
    const headers = { ...own(), cookie, authorization: 'Bearer of-the-operator' };
    assert.equal((await ask(node, 'GET', '/v1/session', { headers })).json.name, 'operator');
  });

  test('is good on a node with routes, too', async () => {
    const program = { Authorization: `Bearer ${administrator}`, 'Content-Type': 'application/json' };
    const post = async (method: string, path: string, body: object) => {
      const made = await node.request(method, path, { headers: program, body: JSON.stringify(body) });
      assert.ok(made.status < 300, made.text);
      return made;
    };
    const code = { inline: 'export const handler = async () => 1;', fileName: 'main.mjs' };
    await post('PUT', '/v1/functions/routed', { code });
    await post('POST', '/v1/triggers', { function: 'routed', type: 'http', options: { path: '/routed' } });
    const cookie = cookieOf(await signIn({ user: 'ada', password: PASSWORD }));
    const who = await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie } });
    assert.deepEqual([who.status, who.json.name], [200, 'ada']);
  });

  test('goes on where one sets the password in it; the others end', async () => {
    const [mine, other] = [
      cookieOf(await signIn({ user: 'ada', password: PASSWORD })),
      cookieOf(await signIn({ user: 'ada', password: PASSWORD })),
    ];
    const headers = { ...own(), origin: node.url, 'content-type': 'application/json', cookie: mine };
    const body = JSON.stringify({ password: PASSWORD, current: PASSWORD });
    assert.equal((await ask(node, 'PUT', '/v1/users/ada/password', { headers, body })).status, 204);
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: mine } })).status, 200);
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: other } })).status, 401);
  });

  test('ends with its token where a password made it; a token that was given stays', async () => {
    const byPassword = cookieOf(await signIn({ user: 'ada', password: PASSWORD }));
    const out = await ask(node, 'DELETE', '/v1/session/browser', { headers: { ...own(), cookie: byPassword } });
    assert.equal(out.status, 204);
    assert.match(out.headers['set-cookie']![0]!, /=; Path=\/v1; .*Max-Age=0/);
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: { ...own(), cookie: byPassword } })).status, 401);
    const byToken = cookieOf(await signIn({ token: administrator }));
    await ask(node, 'DELETE', '/v1/session/browser', { headers: { ...own(), cookie: byToken } });
    const program = { ...own(), authorization: `Bearer ${administrator}` };
    assert.equal((await ask(node, 'GET', '/v1/session', { headers: program })).status, 200);
  });
});
