import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../model/problem.ts';
import { succeeded } from './testing/engine-double.ts';
import { ask, startTestServer } from './testing/test-server.ts';

describe('the server', () => {
  it('says clearly that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await assert.rejects(startTestServer({ port }), (error) => {
      assert.ok(error instanceof Problem);
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port} is taken .* --port`));
      return true;
    });
    other.close();
  });

  it('does not start where others could reach it without a token', async () => {
    await assert.rejects(startTestServer({ host: '0.0.0.0' }), /token is required/);
  });

  it('lets requests under way finish when it closes, and keeps no connection', async () => {
    const node = await startTestServer();
    await node.add('f');
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const { promise: proceed, resolve: finish } = Promise.withResolvers<void>();
    node.engine.behaviour = async () => {
      start();
      await proceed;
      return succeeded('42');
    };
    const agent = new Agent({ keepAlive: true });
    const req = request({ host: '127.0.0.1', port: node.port, path: '/api/call/f', agent }).end();
    await started;
    const closed = node.server.close();
    finish();
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    assert.equal(res.statusCode, 200);
    assert.equal(res.headers.connection, 'close');
    res.resume();
    await closed;
    agent.destroy();
    await assert.rejects(ask(node, 'GET', '/healthz'), { code: 'ECONNREFUSED' });
  });

  it('cuts what does not finish within the grace time', async () => {
    const node = await startTestServer({ drainMs: 1 });
    await node.add('f');
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    node.engine.behaviour = async (_request, cancelled) => {
      start();
      await cancelled;
      return succeeded('');
    };
    const answer = ask(node, 'GET', '/api/call/f');
    await started;
    await Promise.all([assert.rejects(answer, { code: 'ECONNRESET' }), node.server.close()]);
  });

  it('answers malformed HTTP with 400 and oversized heads with 431', async () => {
    const node = await startTestServer();
    const exchange = async (text: string) => {
      const socket = connect(node.port, '127.0.0.1').setEncoding('latin1');
      socket.end(text);
      const [head] = await once(socket, 'data');
      socket.destroy();
      return String(head);
    };
    assert.match(
      await exchange('GET /\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      /percent-encode whatever is not ASCII/,
    );
    assert.match(await exchange('GET / HTTP/9.9\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.match(await exchange('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /, 'no Host header');
    const smuggled =
      'POST /api/gen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.match(await exchange(smuggled), /^HTTP\/1\.1 400 /);
    assert.match(await exchange(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`), /^HTTP\/1\.1 431 /);
    await node.server.close();
  });

  it('has an answer of its own for any path at all', async () => {
    const node = await startTestServer();
    await node.add('f');
    const unit = fc.constantFrom(...'/?%.:&=,+~f', 'api', 'call', 'v1', 'functions', 'invoke', '%ff', '%2f', '..');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/', '/api/call/', '/api/cs/', '/v1/functions/', '/v1/invocations/', '/docs/'),
        fc.string({ unit, maxLength: 12 }),
        fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'),
        async (start, rest, method) => {
          const answer = await ask(node, method, start + rest);
          assert.ok(answer.status < 500, `${method} ${start}${rest}: ${answer.text}`);
          if (answer.status >= 400) assert.ok((answer.json.error ?? answer.json).code !== undefined, answer.text);
        },
      ),
      { numRuns: 300 },
    );
    assert.deepEqual(node.logged, []);
    await node.server.close();
  });

  it('does not wait for the body of a GET', async () => {
    const node = await startTestServer();
    await node.add('f');
    const socket = connect(node.port, '127.0.0.1').setEncoding('latin1');
    socket.write('GET /api/call/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n');
    const [head] = await once(socket, 'data');
    assert.match(String(head), /^HTTP\/1\.1 200 /);
    socket.destroy();
    await node.server.close();
  });
});
