import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { Outcome } from '../../model/invocation.ts';
import { Problem } from '../../model/problem.ts';
import { succeeded } from '../testing/engine-double.ts';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

const error = { type: 'ValueError', message: 'no', stack: 'main.py:3' };

describe("the report's contract", () => {
  let node: TestServer;
  let id: string;

  before(async () => {
    node = await startTestServer({ maxCodeBytes: 1_048_576, maxBodyBytes: 65_536 });
    id = (await node.add('adder')).document.id;
  });
  after(() => node.server.close());
  beforeEach(() => {
    node.engine.behaviour = () => succeeded('42');
    node.engine.deployProblem = undefined;
    node.engine.requests.length = 0;
  });

  const fails = (outcome: Outcome) => {
    node.engine.behaviour = () => outcome;
  };

  describe('POST /api/gen', () => {
    it('registers the fragment and answers with an id', async () => {
      const made = await ask(node, 'POST', '/api/gen?lang=python', { body: 'def callme():\n  return 42\n' });
      assert.equal(made.status, 200);
      assert.equal(made.headers['content-type'], 'application/json; charset=UTF-8');
      assert.deepEqual(Object.keys(made.json), ['id']);
      assert.match(made.json.id, /^[0-9a-f]{8}-/);
      assert.deepEqual(node.engine.deployments.at(-1)?.config, { runtime: 'python', handler: 'main.callme' });
      const code = await ask(node, 'GET', `/api/cs/${made.json.id}`);
      assert.match(code.headers['content-type']!, /^text\/plain/);
      assert.equal(code.text, 'def callme():\n  return 42\n');
    });

    it('leaves the language to be recognised where none is given, whatever the content type', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      assert.equal((await ask(node, 'POST', '/api/gen', { body: 'def callme(): pass', headers })).status, 200);
      assert.deepEqual(node.engine.deployments.at(-1)?.config, { handler: 'main.callme' });
    });

    it('refuses an empty body, bytes that are no text, and forms with files', async () => {
      assert.equal((await ask(node, 'POST', '/api/gen')).status, 400);
      assert.equal(
        (await ask(node, 'POST', '/api/gen', { body: Uint8Array.of(0xff, 0xfe) })).json.error.code,
        'invalid_function',
      );
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      assert.equal((await ask(node, 'POST', '/api/gen', { body: '--x--', headers })).status, 415);
    });

    it('passes on why code cannot be registered', async () => {
      const details = { type: 'SyntaxError', line: 2 };
      node.engine.deployProblem = new Problem('load_failed', 'SyntaxError: invalid syntax (main.py, line 2)', {
        details,
      });
      const refused = await ask(node, 'POST', '/api/gen', { body: 'def' });
      assert.equal(refused.status, 400);
      assert.deepEqual(refused.json.error, {
        ...details,
        code: 'load_failed',
        message: 'SyntaxError: invalid syntax (main.py, line 2)',
      });
      node.engine.deployProblem = new Problem('unsupported_runtime', 'no runtime "cobol"; there are: node, python');
      assert.equal((await ask(node, 'POST', '/api/gen?lang=cobol', { body: 'x' })).status, 400);
    });

    it('answers 413 to 100 MB, announced or not, and the sender hears it', async () => {
      const body = Buffer.alloc(104_857_600, 0x61);
      const announced = await ask(node, 'POST', '/api/gen', { body });
      assert.equal(announced.status, 413);
      assert.equal(announced.json.error.code, 'too_large');
      const chunked = await ask(node, 'POST', '/api/gen', { body, headers: { 'transfer-encoding': 'chunked' } });
      assert.equal(chunked.status, 413);
    });

    it('refuses too large a body before it is sent, where the sender asks first', async () => {
      const socket = connect(node.port, '127.0.0.1').setEncoding('utf8');
      socket.write(
        `POST /api/gen HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 104857600\r\n\r\n`,
      );
      const [head] = await once(socket, 'data');
      assert.match(String(head), /^HTTP\/1\.1 413 /);
      socket.destroy();
    });
  });

  describe('/api/call', () => {
    it('answers with what the function returned', async () => {
      const called = await ask(node, 'GET', `/api/call/${id}`);
      assert.equal(called.status, 200);
      assert.equal(called.headers['content-type'], 'application/json; charset=UTF-8');
      assert.deepEqual(called.json, { result: 42 });
      assert.equal(called.text, '{"result": 42}');
      assert.match(called.headers['fob-invocation-id'] as string, /^[0-9a-f-]{36}$/);
    });

    it('passes parameters of the query as texts, and of a body as they are', async () => {
      node.engine.behaviour = (request) => succeeded(request.payload);
      assert.deepEqual((await ask(node, 'GET', `/api/call/${id}?param1:1,param2:1`)).json, {
        result: { param1: '1', param2: '1' },
      });
      assert.equal(node.engine.requests.at(-1)?.payloadKind, 'text-parameters');
      const body = '{"param1": 1, "param2": [true]}';
      assert.deepEqual((await ask(node, 'POST', `/api/call/${id}`, { body })).json, { result: JSON.parse(body) });
      assert.equal(node.engine.requests.at(-1)?.payloadKind, 'json');
    });

    it('reads what curl calls a form, be it one or JSON', async () => {
      node.engine.behaviour = (request) => succeeded(request.payload);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      assert.deepEqual((await ask(node, 'POST', `/api/call/${id}`, { headers, body: 'a=1&b=x+y' })).json.result, {
        a: '1',
        b: 'x y',
      });
      assert.deepEqual((await ask(node, 'POST', `/api/call/${id}`, { headers, body: ' {"a": 1}' })).json.result, {
        a: 1,
      });
      assert.deepEqual((await ask(node, 'POST', `/api/call/${id}?a:1`)).json.result, { a: '1' }, 'an empty body');
    });

    it('keeps large and non-ASCII results whole', async () => {
      for (const text of ['grüße €', 'é'.repeat(100_000)]) {
        node.engine.behaviour = () => succeeded(JSON.stringify(text));
        assert.equal((await ask(node, 'GET', `/api/call/${id}`)).json.result, text);
      }
    });

    it('answers 404 to an unknown id, in every spelling', async () => {
      for (const path of [
        '/api/call/nobody',
        '/api/call/',
        '/api/call/a/b',
        '/api/call/%20',
        '/api/meta/x',
        '/api/cs/x',
      ]) {
        const missing = await ask(node, 'GET', path);
        assert.equal(missing.status, 404, path);
        assert.equal(missing.json.error.code, 'not_found', path);
        assert.equal(typeof missing.json.error.message, 'string');
      }
    });

    it('takes an id with needless percent-encoding', async () => {
      assert.equal((await ask(node, 'GET', `/api/call/${id.replace('-', '%2D')}`)).status, 200);
    });

    it('answers 400 to bad percent-encoding and to what is no parameter', async () => {
      for (const query of ['a:%zz', 'a:%ff', 'a', 'a:1,,b:2']) {
        assert.equal((await ask(node, 'GET', `/api/call/${id}?${query}`)).status, 400, query);
      }
      assert.equal((await ask(node, 'POST', `/api/call/${id}?a:1`, { body: '{}' })).status, 400, 'two sources');
    });

    it('answers 404 to a repeated parameter without running the function', async () => {
      const refused = await ask(node, 'GET', `/api/call/${id}?a:1,a:2`);
      assert.equal(refused.status, 404);
      assert.deepEqual(refused.json.error, {
        code: 'bad_parameters',
        message: 'the parameter "a" is given more than once',
      });
      assert.equal(node.engine.requests.length, 0);
    });

    it('gives each way to fail its status', async () => {
      const expected: [Outcome, number, string][] = [
        [{ status: 'failed', reason: 'bad_parameters', error }, 404, 'bad_parameters'],
        [{ status: 'failed', reason: 'exception', error }, 502, 'exception'],
        [{ status: 'failed', reason: 'bad_result', error }, 502, 'bad_result'],
        [{ status: 'failed', reason: 'result_too_large', error }, 502, 'result_too_large'],
        [{ status: 'failed', reason: 'load_failed', error }, 502, 'load_failed'],
        [{ status: 'crashed', error }, 502, 'crashed'],
        [{ status: 'out_of_memory', error }, 502, 'out_of_memory'],
        [{ status: 'timed_out', error }, 504, 'timed_out'],
        [{ status: 'cancelled', error }, 499, 'cancelled'],
      ];
      for (const [outcome, status, code] of expected) {
        fails(outcome);
        const failed = await ask(node, 'GET', `/api/call/${id}`);
        assert.equal(failed.status, status, code);
        assert.deepEqual(failed.json, {
          error: { type: error.type, stack: error.stack, code, message: error.message },
        });
        assert.ok(failed.headers['fob-invocation-id']);
      }
    });

    it('tells broken JSON from parameters that do not fit', async () => {
      fails({ status: 'failed', reason: 'bad_parameters', error });
      assert.equal((await ask(node, 'POST', `/api/call/${id}`, { body: '{"a":' })).status, 400);
      assert.equal((await ask(node, 'POST', `/api/call/${id}`, { body: '[1]' })).status, 400);
      assert.equal((await ask(node, 'POST', `/api/call/${id}`, { body: '{"a":1}' })).status, 404);
    });

    it('says when to come back if it is too busy', async () => {
      node.engine.behaviour = () => {
        throw new Problem('throttled', 'too many', { details: { retryAfterMs: 2_500 } });
      };
      const busy = await ask(node, 'GET', `/api/call/${id}`);
      assert.equal(busy.status, 429);
      assert.equal(busy.headers['retry-after'], '3');
    });

    it('shows nothing of an internal error but a reference to the log', async () => {
      node.logged.length = 0;
      node.engine.behaviour = () => {
        throw new TypeError('secret internals');
      };
      const failed = await ask(node, 'GET', `/api/call/${id}`);
      assert.equal(failed.status, 500);
      assert.doesNotMatch(failed.text, /secret/);
      assert.equal(node.logged.length, 1);
      assert.equal(node.logged[0]?.reference, failed.json.error.reference);
      assert.match(JSON.stringify(node.logged[0]), /secret internals/);
    });

    it('answers 413 to too large a payload', async () => {
      assert.equal((await ask(node, 'POST', `/api/call/${id}`, { body: Buffer.alloc(65_537, 0x20) })).status, 413);
    });

    it('cancels the run when the caller hangs up', async () => {
      const { promise: started, resolve: start } = Promise.withResolvers<void>();
      node.engine.behaviour = async (_request, cancelled) => {
        start();
        await cancelled;
        return { status: 'cancelled', error };
      };
      const socket = connect(node.port, '127.0.0.1');
      socket.write(`GET /api/call/${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await started;
      const cancelled = once(node.engine.events, 'cancel');
      socket.destroy();
      await cancelled;
    });

    it('takes no other method', async () => {
      const refused = await ask(node, 'PUT', `/api/call/${id}`);
      assert.equal(refused.status, 405);
      assert.equal(refused.headers.allow, 'GET, POST');
    });
  });

  it('lists all functions, and none where there are none', async () => {
    const listed = await ask(node, 'GET', '/api/stats');
    assert.equal(listed.status, 200);
    assert.ok(listed.json.functions.includes(id));
    const empty = await startTestServer();
    assert.equal((await ask(empty, 'GET', '/api/stats')).text, '{"functions":[]}');
    await empty.server.close();
  });

  it('says where a function runs', async () => {
    const { json, status } = await ask(node, 'GET', `/api/meta/${id}`);
    assert.equal(status, 200);
    assert.equal(json.host, '127.0.0.1');
    assert.equal(json.port, node.port);
    assert.ok(Array.isArray(json.sandboxes));
  });
});
