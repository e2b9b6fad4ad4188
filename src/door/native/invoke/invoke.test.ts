import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { InvocationRequest, Outcome } from '../../../model/invocation.ts';
import { Problem } from '../../../model/problem.ts';
import { succeeded } from '../../testing/engine-double.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const PATH = '/v1/functions/f/invoke';
const error = { type: 'TypeError', message: 'no', stack: 'main.js:3' };

describe('the native invoke', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer({ maxBodyBytes: 65_536 });
    await node.add('f');
  });
  after(() => node.server.close());
  beforeEach(() => {
    node.engine.behaviour = (request) => succeeded(request.payload, request.contentType);
  });
  const asked = (): InvocationRequest => node.engine.requests.at(-1)!;

  it('passes JSON as the event and tells about the run in headers', async () => {
    const answer = await ask(node, 'POST', PATH, { body: '{"a": 1}', headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '{"a": 1}');
    assert.equal(asked().payloadKind, 'json');
    assert.match(answer.headers['fob-invocation-id'] as string, /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers['fob-version'], '1');
    assert.equal(answer.headers['fob-duration-ms'], '1.25');
    assert.equal(answer.headers['fob-cold-start'], 'false');
  });

  it('passes any other content type as bytes, both ways', async () => {
    const body = Uint8Array.of(0, 1, 254, 255);
    const answer = await ask(node, 'POST', PATH, { body, headers: { 'content-type': 'image/png' } });
    assert.deepEqual(answer.bytes, Buffer.from(body));
    assert.equal(answer.headers['content-type'], 'image/png');
    assert.equal(asked().payloadKind, 'binary');
    const large = Buffer.alloc(60_000, 0xe9);
    assert.deepEqual((await ask(node, 'POST', PATH, { body: large, headers: { 'content-type': 'x/y' } })).bytes, large);
    assert.equal((await ask(node, 'POST', PATH, { body: 'x' })).headers['content-type'], 'application/octet-stream');
  });

  it('is kind to curl: no body is an empty event, and `-d` may be JSON', async () => {
    assert.equal((await ask(node, 'POST', PATH)).text, '{}');
    assert.equal(asked().payloadKind, 'json');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await ask(node, 'POST', PATH, { body: '{"a": 1}', headers });
    assert.equal(asked().payloadKind, 'json');
    assert.equal((await ask(node, 'POST', PATH, { body: 'a=1&b=%C3%BC+x', headers })).text, '{"a":"1","b":"ü x"}');
    assert.equal(asked().payloadKind, 'text-parameters');
    assert.equal((await ask(node, 'POST', PATH, { body: 'a=1&a=2', headers })).status, 400);
  });

  it('shows no result as a page of this node, and takes no header from it that is none', async () => {
    node.engine.behaviour = () => succeeded('<script>', 'text/html');
    const page = await ask(node, 'POST', PATH);
    assert.equal(page.headers['content-security-policy'], 'sandbox');
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    for (const type of ['a/b\r\nSet-Cookie: x', '', 'é/é', 'x'.repeat(300)]) {
      node.engine.behaviour = () => succeeded('x', type);
      assert.equal((await ask(node, 'POST', PATH)).headers['content-type'], 'application/octet-stream', type);
    }
  });

  it('gives each way to fail its status and word', async () => {
    const expected: [Outcome, number, string][] = [
      [{ status: 'failed', reason: 'bad_parameters', error }, 400, 'bad_parameters'],
      [{ status: 'failed', reason: 'exception', error }, 502, 'exception'],
      [{ status: 'crashed', error }, 502, 'crashed'],
      [{ status: 'out_of_memory', error }, 502, 'out_of_memory'],
      [{ status: 'timed_out', error }, 504, 'timed_out'],
    ];
    for (const [outcome, status, word] of expected) {
      node.engine.behaviour = () => outcome;
      const failed = await ask(node, 'POST', PATH);
      assert.equal(failed.status, status, word);
      assert.equal(failed.headers['fob-function-error'], word);
      assert.equal(failed.headers['content-type'], 'application/problem+json');
      const { title: _, ...problem } = failed.json;
      assert.deepEqual(problem, {
        type: `urn:fob:outcome:${word}`,
        status,
        detail: 'no',
        code: word,
        errorType: 'TypeError',
        stack: 'main.js:3',
      });
    }
  });

  it("keeps the platform's failures apart from the function's", async () => {
    node.engine.behaviour = () => {
      throw new Problem('throttled', 'too many');
    };
    const busy = await ask(node, 'POST', PATH);
    assert.deepEqual(
      [busy.status, busy.headers['retry-after'], busy.headers['fob-function-error']],
      [429, '1', undefined],
    );
    assert.equal((await ask(node, 'POST', '/v1/functions/nobody/invoke')).status, 404);
    assert.equal((await ask(node, 'POST', PATH, { body: Buffer.alloc(65_537) })).status, 413);
    assert.equal((await ask(node, 'POST', `${PATH}?a=1`)).status, 400);
    assert.equal((await ask(node, 'GET', PATH)).status, 405);
    node.engine.behaviour = () => succeeded('1');
    assert.equal((await ask(node, 'POST', '/v1/functions/%66/invoke')).status, 200, 'needless percent-encoding');
    assert.equal((await ask(node, 'POST', `${PATH}/more`)).status, 404);
  });

  describe('streams', () => {
    it('pass on piece by piece', async () => {
      const { promise: sent, resolve: proceed } = Promise.withResolvers<void>();
      node.engine.behaviour = async (call) => {
        await call.onChunk!(Buffer.from('one '), 'text/plain');
        await sent;
        await call.onChunk!(Buffer.from('two'), 'text/plain');
        return succeeded('', 'text/plain');
      };
      const req = request({ port: node.port, host: '127.0.0.1', method: 'POST', path: PATH }).end();
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      assert.equal(res.headers['content-type'], 'text/plain');
      assert.match(res.headers['fob-invocation-id'] as string, /^[0-9a-f-]{36}$/);
      const pieces = res.setEncoding('utf8')[Symbol.asyncIterator]();
      assert.equal((await pieces.next()).value, 'one ');
      proceed();
      assert.equal((await pieces.next()).value, 'two');
      assert.equal((await pieces.next()).done, true);
    });

    it('hold the function back while the caller reads slowly', async () => {
      const piece = Buffer.alloc(1_048_576, 0x61);
      const pieces = 64;
      let written = 0;
      const { promise: held, resolve: hold } = Promise.withResolvers<void>();
      node.engine.behaviour = async (call) => {
        for (; written < pieces; written++) {
          const room = call.onChunk!(piece, 'text/plain');
          if (room !== undefined) hold();
          await room;
        }
        return succeeded('');
      };
      const req = request({ port: node.port, host: '127.0.0.1', method: 'POST', path: PATH }).end();
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      await held;
      assert.ok(written < pieces, 'the function waits while nobody reads');
      let bytes = 0;
      for await (const chunk of res) bytes += (chunk as Buffer).length;
      assert.equal(bytes, pieces * piece.length);
    });

    it('are cut off where the function fails midway', async () => {
      node.engine.behaviour = async (call) => {
        await call.onChunk!(Buffer.from('half'), 'text/plain');
        return { status: 'failed', reason: 'exception', error };
      };
      await assert.rejects(ask(node, 'POST', PATH), { code: 'ECONNRESET' });
    });

    it('end when the caller goes, and the function is told', async () => {
      node.engine.behaviour = async (call, cancelled) => {
        await call.onChunk!(Buffer.from('x'), 'text/plain');
        await cancelled;
        return { status: 'cancelled', error };
      };
      const req = request({ port: node.port, host: '127.0.0.1', method: 'POST', path: PATH }).end();
      const cancelled = once(node.engine.events, 'cancel');
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      res.destroy();
      await cancelled;
    });
  });
});
