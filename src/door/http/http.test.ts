import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Value } from 'typebox/value';
import type { InvocationRequest } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';
import type { HttpEvent } from '../../model/shape/http-event.ts';
import type { Trigger } from '../../model/trigger.ts';
import { http } from '../../trigger/http/http.ts';
import { type HttpOptions, HttpOptionsSchema } from '../../trigger/http/options.ts';
import type { Triggers } from '../../trigger/triggers.ts';
import type { ServerDeps } from '../context.ts';
import { succeeded } from '../testing/engine-double.ts';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

const error = { type: 'TypeError', message: 'the secret is 42', stack: 'main.js:3' };

/** A server with the given routes, each to the function `f`. */
async function started(
  routes: Partial<HttpOptions>[],
  settings = {},
  deps: Partial<ServerDeps> = {},
): Promise<TestServer> {
  const list: Trigger[] = routes.map((given, index) => {
    const options = Value.Default(HttpOptionsSchema, { ...given }) as HttpOptions;
    http.check!(options);
    return { name: `route-${index}`, function: 'f', type: 'http', options, enabled: true };
  });
  const triggers = { enabled: (type: string) => (type === 'http' ? list : []) } as unknown as Triggers;
  const node = await startTestServer({ maxBodyBytes: 65_536, ...settings }, { triggers, ...deps });
  await node.add('f');
  return node;
}

const eventOf = (node: TestServer): HttpEvent => {
  const { payload, payloadKind } = node.engine.requests.at(-1)!;
  const value = JSON.parse(Buffer.from(payload).toString());
  // The double's functions are `callme`s, which get the event beside its parts.
  assert.equal(payloadKind, 'offered-parameters');
  return value.event;
};

describe('the address of a function', () => {
  let node: TestServer;

  before(async () => {
    node = await started([]);
  });
  after(() => node.server.close());
  beforeEach(() => {
    node.engine.behaviour = () => succeeded('{"ok": true}', '');
  });

  it('gives the function the whole request as Lambda does', async () => {
    const answer = await ask(node, 'PUT', '/f/f/a%20b/c?x=1&x=2&y=%C3%BC', {
      body: 'hello ü',
      headers: { 'content-type': 'text/plain', cookie: 'a=1; b=2', 'x-many': 'one, two', 'user-agent': 'test' },
    });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, { ok: true });
    const { headers, requestContext, ...event } = eventOf(node);
    assert.deepEqual(event, {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a%20b/c',
      rawQueryString: 'x=1&x=2&y=%C3%BC',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: 'ü' },
      body: 'hello ü',
      isBase64Encoded: false,
    });
    assert.equal(headers['x-many'], 'one, two');
    assert.equal(headers.cookie, undefined);
    const { method, path, protocol, sourceIp, userAgent } = requestContext.http;
    assert.deepEqual(
      [method, path, protocol, sourceIp, userAgent],
      ['PUT', '/a%20b/c', 'HTTP/1.1', '127.0.0.1', 'test'],
    );
    assert.match(requestContext.time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    assert.equal(requestContext.apiId, 'f');
  });

  it('lets no function touch the session of the console in the browser of its caller', async () => {
    const foreign = [
      `fob-session-${node.port}=theirs; Path=/v1/functions`,
      '__Secure-fob-session=theirs; Path=/v1; Secure',
      ` =fob-session-${node.port}=theirs`,
      '\tFOB-SESSION-1=theirs',
    ];
    const headers = {
      'Set-Cookie': foreign[0],
      'Clear-Site-Data': '"cookies"',
      'strict-transport-security': 'max-age=1',
      'Content-Security-Policy': 'sandbox allow-scripts allow-same-origin',
      'X-Own': '1',
    };
    const shaped = { statusCode: 200, headers, cookies: ['basket=fob-session-1', ...foreign], body: '{}' };
    node.engine.behaviour = () => succeeded(JSON.stringify(shaped), '');
    const answer = await ask(node, 'GET', '/f/f');
    assert.deepEqual(answer.headers['set-cookie'], ['basket=fob-session-1; Path=/f/f']);
    for (const name of ['clear-site-data', 'strict-transport-security'])
      assert.equal(answer.headers[name], undefined, name);
    assert.equal(answer.headers['x-own'], '1');
    // A browser keeps to each of several policies.
    const policies = String(answer.headers['content-security-policy']).split(', ');
    assert.ok(policies.some((policy) => policy.startsWith('sandbox') && !policy.includes('allow-same-origin')));
  });

  it('keeps the cookies of a function to its own place, on a name of the node', async () => {
    const own = await started([
      { path: '/shop/{rest+}', auth: 'none' },
      { path: '/{any+}', auth: 'none' },
      { path: '/x', host: 'own.test', auth: 'none' },
    ]);
    try {
      const cookieOf = async (path: string, cookie: string, headers = {}) => {
        own.engine.behaviour = () => succeeded(JSON.stringify({ statusCode: 200, cookies: [cookie], body: '{}' }), '');
        return (await ask(own, 'GET', path, { headers })).headers['set-cookie']?.[0];
      };
      for (const [path, cookie, expected] of [
        ['/f/f/a/b', 'a=1', 'a=1; Path=/f/f'],
        ['/f/f?x=/', 'a=1; Path=/', 'a=1; Path=/f/f'],
        ['/f/f', 'a=1; path=/f/f/deep ; Secure', 'a=1; Secure; Path=/f/f/deep'],
        ['/f/f', 'a=1; Path=/f/f/deep; PATH = /v1', 'a=1; Path=/f/f'],
        ['/f/f', 'a=1; Path=/f/foreign; Domain=127.0.0.1; Priority=High', 'a=1; Path=/f/f'],
        ['/shop/basket', 'a=1; Path=/; Max-Age=9', 'a=1; Max-Age=9; Path=/shop'],
        ['/shop/basket', 'a=1; Path=/shop/basket', 'a=1; Path=/shop/basket'],
        ['/one', 'a=1', 'a=1; Path=/one'],
        ['/console;x/y', 'a=1; Path=/console', 'a=1; Path=/console%3Bx'],
      ] as const)
        assert.equal(await cookieOf(path, cookie), expected, `${path} ${cookie}`);
      assert.equal(
        await cookieOf('/x', 'a=1; Path=/; Domain=own.test', { host: 'own.test' }),
        'a=1; Path=/; Domain=own.test',
      );
    } finally {
      await own.server.close();
    }
  });

  it('takes an answer that is none for a failure of the function, and lives on', async () => {
    const crooked: [string, string][] = [
      ['{"statusCode": 200, "headers": {"x": {"toString": 1}}}', ''],
      ['{"statusCode": 200, "cookies": [{"toString": 1}]}', ''],
      ['{"statusCode": {"valueOf": 1, "toString": 2}}', ''],
      ['"no end', 'application/json'],
      ['{"statusCode": ', 'application/json'],
      ['bytes', 'text/html\r\nx: y'],
    ];
    for (const [payload, contentType] of crooked) {
      node.engine.behaviour = () => succeeded(payload, contentType);
      const answer = await ask(node, 'GET', '/f/f');
      assert.equal(answer.status, 502, payload);
    }
  });

  it('gives no fields of a body that is nested too deep, and lives on', async () => {
    const body = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const answer = await ask(node, 'POST', '/f/f', { body, headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 200);
    assert.equal(eventOf(node).body, body);
  });

  it('passes bytes as base64, and none as none', async () => {
    const bytes = Uint8Array.of(0, 255, 1);
    await ask(node, 'POST', '/f/f', { body: bytes, headers: { 'content-type': 'image/png' } });
    const event = eventOf(node);
    assert.equal(event.isBase64Encoded, true);
    assert.deepEqual(Buffer.from(event.body!, 'base64'), Buffer.from(bytes));
    assert.equal(event.rawPath, '/');
    await ask(node, 'GET', '/f/f/');
    assert.equal('body' in eventOf(node), false);
  });

  it('takes the answer that the function shapes', async () => {
    const shaped = {
      statusCode: 201,
      headers: { 'Content-Type': 'text/html', 'X-Own': 'é', 'Transfer-Encoding': 'chunked' },
      cookies: ['a=1; HttpOnly', 'b=2'],
      body: Buffer.from([0xff, 0]).toString('base64'),
      isBase64Encoded: true,
    };
    node.engine.behaviour = () => succeeded(JSON.stringify(shaped), '');
    const answer = await ask(node, 'GET', '/f/f');
    assert.equal(answer.status, 201);
    assert.deepEqual(answer.bytes, Buffer.from([0xff, 0]));
    assert.equal(answer.headers['content-type'], 'text/html');
    assert.equal(answer.headers['content-length'], '2');
    assert.deepEqual(answer.headers['set-cookie'], ['a=1; HttpOnly; Path=/f/f', 'b=2; Path=/f/f']);
    assert.match(answer.headers['content-security-policy'] as string, /^sandbox allow-scripts/);
    for (const [result, type, text, expected] of [
      ['"plain ü"', '', 'plain ü', 'text/plain; charset=utf-8'],
      ['[1,2]', '', '[1,2]', 'application/json'],
      ['{"a": "statusCode"}', '', '{"a": "statusCode"}', 'application/json'],
      ['bytes', 'text/csv', 'bytes', 'text/csv'],
      ['{"statusCode": 204, "headers": {"content-type": "x/y"}, "body": "never sent"}', '', '', 'x/y'],
    ] as const) {
      node.engine.behaviour = () => succeeded(result, type);
      const { text: got, headers } = await ask(node, 'GET', '/f/f');
      assert.deepEqual([got, headers['content-type']], [text, expected], result);
    }
  });

  it('refuses an answer that HTTP cannot carry, and shows no stranger why a function failed', async () => {
    for (const wrong of [
      '{"statusCode": 99}',
      '{"statusCode": "many"}',
      '{"statusCode": 200, "headers": {"a b": "x"}}',
      '{"statusCode": 200, "headers": {"a": "x\\r\\nset-cookie: b"}}',
    ]) {
      node.engine.behaviour = () => succeeded(wrong, '');
      assert.equal((await ask(node, 'GET', '/f/f')).status, 502, wrong);
    }
    node.engine.behaviour = () => ({ status: 'failed', reason: 'exception', error });
    const failed = await ask(node, 'GET', '/f/f');
    assert.equal(failed.status, 502);
    assert.doesNotMatch(failed.text, /secret|main\.js/);
    assert.match(failed.json.invocationId, /^[0-9a-f-]{36}$/);
    node.engine.behaviour = () => ({ status: 'timed_out', error });
    assert.equal((await ask(node, 'GET', '/f/f')).status, 504);
    node.engine.behaviour = () => {
      throw new Problem('throttled', 'too many');
    };
    const busy = await ask(node, 'GET', '/f/f');
    assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '1']);
  });

  it('runs once for an idempotency key, and tells credentials apart', async () => {
    const asked: { key: string; identity?: Uint8Array }[] = [];
    const idempotency = {
      invoke: async (request: InvocationRequest, given: { key: string; identity?: Uint8Array }) => {
        asked.push(given);
        return { ...(await own.engine.invoke(request).completed), replayed: asked.length > 1 };
      },
    } as ServerDeps['idempotency'];
    const own = await started([], {}, { idempotency });
    own.engine.behaviour = () => succeeded('1', '');
    const pay = (headers: Record<string, string>) => ask(own, 'POST', '/f/f/pay', { body: 'x', headers });
    const headers = { 'idempotency-key': 'k1', authorization: 'Basic a' };
    assert.equal((await pay(headers)).headers['fob-idempotent-replay'], 'false');
    assert.equal((await pay(headers)).headers['fob-idempotent-replay'], 'true');
    await pay({ ...headers, authorization: 'Basic b' });
    const [first, second, other] = asked.map(({ identity }) => Buffer.from(identity!));
    assert.deepEqual(first, second);
    assert.notDeepEqual(first, other);
    assert.equal((await pay({ 'idempotency-key': 'x'.repeat(256) })).status, 400);
    await own.server.close();
  });

  it('has its limits', async () => {
    assert.equal((await ask(node, 'GET', '/f/nobody/x')).status, 404);
    assert.equal((await ask(node, 'POST', '/f/f', { body: Buffer.alloc(65_537) })).status, 413);
    assert.equal((await ask(node, 'GET', '/f/f', { headers: { origin: 'https://evil.example' } })).status, 403);
    assert.equal((await ask(node, 'GET', '/f/f', { headers: { host: 'evil.example' } })).status, 403);
  });

  it('streams', async () => {
    node.engine.behaviour = async (call) => {
      await call.onChunk!(Buffer.from('one '), 'text/plain');
      await call.onChunk!(Buffer.from('two'), 'text/plain');
      return succeeded('', 'text/plain');
    };
    const answer = await ask(node, 'GET', '/f/f');
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [200, 'one two', 'text/plain']);
    assert.match(answer.headers['content-security-policy'] as string, /sandbox/);
  });
});

describe('a route', () => {
  let node: TestServer;
  const cors = { origins: ['https://app.example'], headers: ['X-Own'], maxAgeSeconds: 60, credentials: true };

  before(async () => {
    node = await started(
      [
        { path: '/users/{id}', methods: ['GET'], auth: 'none', cors },
        { path: '/users/me', methods: ['GET'], auth: 'none' },
        { path: '/files/{rest+}', auth: 'none' },
        { path: '/keyed', auth: 'key', key: 'k-1' },
        { path: '/private' },
        { path: '/', host: 'shop.example', auth: 'none' },
        { path: '/v1/functions', host: 'shop.example', auth: 'none' },
        {
          path: '/orders',
          methods: ['POST'],
          auth: 'none',
          requiredQuery: ['shop'],
          requiredHeaders: ['X-Order'],
          maxBodyBytes: 100,
          bodySchema: { type: 'object', required: ['item'], properties: { item: { type: 'string' } } },
        },
      ],
      { token: 'the-token-of-this-node' },
    );
    node.engine.behaviour = () => succeeded('1', '');
  });
  after(() => node.server.close());

  it('finds its function by method and path, the exact path first', async () => {
    assert.equal((await ask(node, 'GET', '/users/a%2Fb')).status, 200);
    const event = eventOf(node);
    assert.deepEqual([event.routeKey, event.pathParameters], ['GET /users/{id}', { id: 'a/b' }]);
    await ask(node, 'GET', '/users/me');
    assert.equal(eventOf(node).routeKey, 'GET /users/me');
    await ask(node, 'DELETE', '/files/a/b/c.txt?x');
    assert.deepEqual(eventOf(node).pathParameters, { rest: 'a/b/c.txt' });
    assert.equal(
      (await ask(node, 'POST', '/users/1')).status,
      401,
      'no route: the node itself answers, and wants its token',
    );
  });

  it('demands what it was told to demand', async () => {
    assert.equal((await ask(node, 'GET', '/keyed')).status, 401);
    assert.equal((await ask(node, 'GET', '/keyed', { headers: { 'x-api-key': 'k-2' } })).status, 401);
    assert.equal((await ask(node, 'GET', '/keyed', { headers: { 'x-api-key': 'k-1' } })).status, 200);
    assert.equal((await ask(node, 'GET', '/private')).status, 401);
    const headers = { authorization: 'Bearer the-token-of-this-node' };
    assert.equal((await ask(node, 'GET', '/private', { headers })).status, 200);
    assert.equal(eventOf(node).headers.authorization, undefined, 'the credential of the node is not for the function');
  });

  it('can have a host name of its own, with all paths, and no other name gets there', async () => {
    const headers = { host: 'shop.example' };
    const page = await ask(node, 'GET', '/', { headers });
    assert.equal(page.status, 200);
    assert.equal(page.headers['content-security-policy'], undefined);
    assert.equal((await ask(node, 'GET', '/v1/functions', { headers })).text, '1');
    assert.equal((await ask(node, 'GET', '/v1/functions')).status, 401);
    assert.equal((await ask(node, 'GET', '/users/1', { headers })).status, 403, 'not a name of the node itself');
  });

  it('that takes every path leaves the platform its own, on all names of the node', async () => {
    const greedy = await started([
      { path: '/{all+}', auth: 'none', cors: { origins: ['*'] } },
      { path: '/{a}/{b}', auth: 'none' },
      { path: '/{all+}', host: 'localhost', auth: 'none' },
    ]);
    greedy.engine.behaviour = () => succeeded('"taken"', '');
    try {
      for (const host of ['127.0.0.1', 'localhost']) {
        const headers = { host };
        for (const path of ['/v1/functions', '/v1/functions?limit=1', '/api/stats', '/healthz', '/openapi.json', '/v1'])
          assert.notEqual((await ask(greedy, 'GET', path, { headers })).text, 'taken', `${path} of ${host}`);
        assert.equal((await ask(greedy, 'GET', '/f/none', { headers })).status, 404);
        const asks = { host, origin: 'https://evil.example', 'access-control-request-method': 'GET' };
        assert.equal((await ask(greedy, 'OPTIONS', '/v1/functions', { headers: asks })).status, 403);
        const page = await ask(greedy, 'GET', '/page/x', { headers });
        assert.equal(page.text, 'taken');
        assert.match(page.headers['content-security-policy'] as string, /sandbox/, host);
      }
    } finally {
      await greedy.server.close();
    }
  });

  it('answers pages of the origins that it names', async () => {
    const origin = 'https://app.example';
    const asks = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x-own' };
    const preflight = await ask(node, 'OPTIONS', '/users/1', { headers: asks });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
    assert.equal(preflight.headers['access-control-allow-credentials'], 'true');
    assert.equal(preflight.headers['access-control-allow-headers'], 'X-Own');
    assert.equal(preflight.headers['access-control-max-age'], '60');
    assert.match(preflight.headers['access-control-allow-methods'] as string, /GET/);
    const answer = await ask(node, 'GET', '/users/1', { headers: { origin, 'sec-fetch-site': 'cross-site' } });
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, origin]);
    const foreign = { origin: 'https://evil.example' };
    assert.equal((await ask(node, 'GET', '/users/1', { headers: foreign })).status, 403);
    assert.equal((await ask(node, 'GET', '/users/me', { headers: { origin } })).status, 403, 'no CORS there');
    const evil = await ask(node, 'OPTIONS', '/users/1', { headers: { ...asks, ...foreign } });
    assert.equal(evil.headers['access-control-allow-origin'], undefined);
  });

  it('checks a request before the function sees it', async () => {
    const before = node.engine.requests.length;
    const headers = { 'content-type': 'application/json', 'x-order': '1' };
    const orders = (path: string, body: string, given: Record<string, string> = headers) =>
      ask(node, 'POST', path, { body, headers: given });
    assert.match((await orders('/orders', '{}')).json.detail, /query parameter 'shop'/);
    assert.match((await orders('/orders?shop=1', '{}', {})).json.detail, /header 'X-Order'/);
    assert.match((await orders('/orders?shop=1', '{')).json.detail, /no JSON/);
    assert.match((await orders('/orders?shop=1', '{"item": 1}')).json.detail, /\/item must be string/);
    assert.equal((await orders('/orders?shop=1', `{"item": "${'x'.repeat(100)}"}`)).status, 413);
    assert.equal(node.engine.requests.length, before);
    assert.equal((await orders('/orders?shop=1', '{"item": "x"}')).status, 200);
  });

  it('says what is wrong with a path', () => {
    for (const [path, message] of [
      ['/v1/mine', /platform's own/],
      ['/', /platform's own/],
      ['/a/{b}c', /no path parameter/],
      ['/a/:b', /no path parameter/],
      ['/a/{b}/{b}', /twice/],
      ['/a/{b+}/c', /last/],
    ] as const) {
      const options = Value.Default(HttpOptionsSchema, { path }) as HttpOptions;
      assert.throws(() => http.check!(options), message, path);
    }
    assert.deepEqual(http.parseWords(['get,POST', '/a']), { path: '/a', methods: ['GET', 'POST'] });
    assert.throws(() => http.parseWords(['a']), /METHOD/);
  });
});
