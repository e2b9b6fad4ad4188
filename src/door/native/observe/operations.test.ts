import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Problem } from '../../../model/problem.ts';
import type { InvocationRecord, LogRecord } from '../../../store/journal.ts';
import type { Store } from '../../../store/store.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const record: InvocationRecord = {
  invocationId: 'i1',
  function: 'f',
  version: 1,
  door: 'fob',
  status: 'succeeded',
  startedAtMs: 1,
  queuedMs: 0,
  durationMs: 1,
  coldStart: false,
  sandboxId: 's1',
  payloadBytes: 2,
  resultBytes: 2,
};
const line = (text: string, level: LogRecord['level'] = 'info'): LogRecord => ({
  timeMs: 1,
  function: 'f',
  version: 1,
  sandboxId: 's1',
  stream: 'stdout',
  level,
  text,
});

describe('operating a node', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer();
    await node.add('f');
    node.journal.records.push(record);
    node.journal.lines.push(line('hello'));
  });
  after(() => node.server.close());
  beforeEach(() => {
    node.journal.asked.length = 0;
  });

  const tail = async (query: string, accept = 'application/x-ndjson') => {
    const subscribed = once(node.journal.events, 'subscribed');
    const path = `/v1/logs/tail${query}`;
    const req = request({ port: node.port, host: '127.0.0.1', path, headers: { accept }, agent: false }).end();
    const [[res]] = (await Promise.all([once(req, 'response'), subscribed])) as [[IncomingMessage], unknown];
    return res;
  };

  it('finds records of invocations', async () => {
    const id = node.engine.find('f')!.document.id;
    const found = await ask(
      node,
      'GET',
      `/v1/invocations?function=${id}&status=failed&coldStart=true&minDurationMs=1.5&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&cursor=c&limit=7`,
    );
    assert.deepEqual(found.json, { invocations: [record], cursor: 'next' });
    const fromMs = Date.UTC(2026, 0, 1);
    const filters = { function: 'f', status: 'failed', coldStart: true, minDurationMs: 1.5, cursor: 'c' };
    assert.deepEqual(node.journal.asked, [{ ...filters, fromMs, toMs: fromMs + 86_400_000, limit: 7 }]);
    assert.deepEqual((await ask(node, 'GET', '/v1/invocations/i1')).json, { ...record, recorded: false });
    assert.equal((await ask(node, 'GET', '/v1/invocations/i2')).status, 404);
    node.journal.asked.length = 0;
    await ask(node, 'GET', '/v1/invocations?version=3&alias=prod&caller=g&failed=false&limit=7');
    assert.deepEqual(node.journal.asked, [{ version: 3, alias: 'prod', caller: 'g', status: 'succeeded', limit: 7 }]);
    node.journal.asked.length = 0;
    await ask(node, 'GET', '/v1/invocations?failed=true');
    const asked = node.journal.asked.map(({ status }) => status);
    assert.ok(asked.includes('timed_out') && !asked.includes('succeeded'), 'each way to fail');
    node.journal.asked.length = 0;
    const traceId = 'ab'.repeat(16);
    await ask(node, 'GET', `/v1/invocations?traceId=${traceId}&eventId=e1&limit=7`);
    assert.deepEqual(node.journal.asked, [{ traceId, eventId: 'e1', limit: 7 }]);

    for (const query of ['traceId=ab', 'status=fine', 'version=0', 'from=yesterday', 'limit=1001', 'coldStart=maybe']) {
      assert.equal((await ask(node, 'GET', `/v1/invocations?${query}`)).status, 400, query);
    }
  });

  it('finds log lines', async () => {
    const found = await ask(node, 'GET', '/v1/logs?function=f&invocation=i&text=he&level=warn&limit=5');
    assert.deepEqual(found.json, { lines: [line('hello')] });
    assert.deepEqual(node.journal.asked, [
      { function: 'f', invocationId: 'i', text: 'he', minLevel: 'warn', limit: 5 },
    ]);
    assert.equal((await ask(node, 'GET', '/v1/logs?level=loud')).status, 400);
  });

  it('sends log lines as they come, a document a line', async () => {
    const res = await tail('?function=f&level=warn&text=WO');
    const lines = createInterface({ input: res })[Symbol.asyncIterator]();
    node.journal.events.emit('line', line('world', 'info'));
    node.journal.events.emit('line', line('other', 'error'));
    node.journal.events.emit('line', line('world', 'error'));
    assert.deepEqual(JSON.parse((await lines.next()).value!), line('world', 'error'));
    const unsubscribed = once(node.journal.events, 'unsubscribed');
    res.destroy();
    await unsubscribed;
  });

  it('sends log lines as server-sent events', async () => {
    const res = (await tail('', 'text/event-stream')).setEncoding('utf8');
    assert.match(res.headers['content-type']!, /^text\/event-stream/);
    let text = '';
    res.on('data', (chunk) => {
      text += chunk;
    });
    node.journal.events.emit('line', line('a\nb'));
    while (!text.includes('\n\n', 10)) await once(res, 'data');
    assert.match(text, /^(:\n\n)?event: line\ndata: \{.*"text":"a\\nb".*\}\n\n$/);
    res.destroy();
  });

  it('drops lines for a caller that reads too slowly, and tells it how many', async () => {
    const res = await tail('');
    res.pause();
    const sent = 2_000;
    const text = 'x'.repeat(10_000);
    for (let count = 0; count < sent; count++) node.journal.events.emit('line', line(text));
    let got = 0;
    let dropped = 0;
    for await (const json of createInterface({ input: res })) {
      const value = JSON.parse(json);
      if (value.dropped === undefined) got++;
      else dropped += value.dropped;
      if (got + dropped === sent) break;
    }
    assert.ok(dropped > 0, 'memory is bounded');
    assert.equal(got + dropped, sent);
    res.destroy();
  });

  it('ends live tails when the server closes', async () => {
    const other = await startTestServer();
    const subscribed = once(other.journal.events, 'subscribed');
    const req = request({ port: other.port, host: '127.0.0.1', path: '/v1/logs/tail', agent: false }).end();
    const [[res]] = (await Promise.all([once(req, 'response'), subscribed])) as [[IncomingMessage], unknown];
    res.resume();
    await Promise.all([once(res, 'end'), other.server.close()]);
  });

  it('shows sandboxes, pools and the node, and no token', async () => {
    const sandboxes = async (query = '') => (await ask(node, 'GET', `/v1/sandboxes${query}`)).json.sandboxes;
    assert.equal((await sandboxes()).length, 1);
    assert.equal((await sandboxes())[0].usage, undefined, 'nothing is measured unasked');
    const { atMs, ...usage } = (await sandboxes('?usage=true'))[0].usage;
    assert.deepEqual(usage, { memoryBytes: 30_000_000, peakMemoryBytes: 40_000_000, cpuMs: 120 });
    assert.ok(atMs > 0);
    const { engine } = node;
    const before = engine.measurements;
    await Promise.all(Array.from({ length: 20 }, () => sandboxes('?usage=true')));
    assert.ok(engine.measurements - before < 10, 'those who look at once share a measurement');
    assert.deepEqual((await ask(node, 'GET', '/v1/pools')).json, {
      pools: [{ runtime: 'python', memoryMb: 128, ready: 1, target: 2 }],
    });
    const { json } = await ask(node, 'GET', '/v1/node');
    assert.deepEqual([json.version, json.state, json.sandbox, json.functions], ['0.0.0-test', 'ready', 'process', 1]);
    assert.equal(json.settings.token, undefined);
    assert.ok(json.machine.cores >= 1);
    const { settings } = (await ask(node, 'GET', '/v1/settings')).json;
    const of = (name: string) => settings.find((setting: { name: string }) => setting.name === name);
    assert.equal(of('port').value, json.settings.port);
    assert.match(of('port').description, /Port to listen on/);
    assert.deepEqual([of('token').isSecret, 'value' in of('token')], [true, false]);
  });

  it('hands out a backup and takes one back', async () => {
    const backup = await ask(node, 'GET', '/v1/backup');
    assert.equal(backup.text, 'a whole backup');
    assert.equal(backup.headers['content-type'], 'application/x-tar');
    assert.deepEqual((await ask(node, 'POST', '/v1/restore', { body: backup.bytes })).json, {
      documents: 14,
      blobs: 1,
    });
    assert.equal((await ask(node, 'POST', '/v1/restore')).status, 400);
  });

  it('says why a backup cannot be taken back, however much of it is still to come', async () => {
    const store = {
      restore: async (backup: Readable) => {
        backup.destroy();
        throw new Problem('invalid_request', 'it is no whole backup');
      },
    } as unknown as Store;
    const other = await startTestServer({}, { store });
    const refused = await ask(other, 'POST', '/v1/restore', { body: Buffer.alloc(20_000_000) });
    assert.deepEqual([refused.status, refused.json.detail], [400, 'it is no whole backup']);
    await other.server.close();
  });

  it('measures', async () => {
    const { text, headers } = await ask(node, 'GET', '/metrics');
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^fob_invocations_total\{function="f",status="succeeded"\} 3$/m);
    assert.match(text, /^fob_invocation_duration_seconds_bucket\{function="f",le="0\.001"\} 1$/m);
    assert.match(text, /^fob_invocation_duration_seconds_bucket\{function="f",le="\+Inf"\} 4$/m);
    assert.match(text, /^process_resident_memory_bytes \d+$/m);
  });

  it('describes both doors, and shows it as a page that asks nothing of the outside', async () => {
    const { json } = await ask(node, 'GET', '/v1/openapi.json');
    assert.equal(json.openapi, '3.1.0');
    const paths = [
      '/api/gen',
      '/api/call/{id}',
      '/v1/functions/{name}',
      '/v1/functions/{name}/invoke',
      '/v1/logs/tail',
    ];
    for (const path of [...paths, '/healthz', '/metrics']) assert.ok(json.paths[path] !== undefined, path);
    const ids = Object.values(json.paths).flatMap((path) =>
      Object.values(path as object).map(({ operationId }) => operationId),
    );
    assert.ok(ids.every((id) => typeof id === 'string'));
    assert.equal(new Set(ids).size, ids.length);
    const page = await ask(node, 'GET', '/docs');
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
    assert.doesNotMatch(page.text, /https?:\/\//);
    for (const [, file] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      assert.equal((await ask(node, 'GET', file!)).status, 200, file);
    }
    assert.equal((await ask(node, 'GET', '/docs/..%2Fpackage.json')).status, 404);
  });

  it('helps whoever is lost', async () => {
    assert.match((await ask(node, 'GET', '/')).text, /docs/);
    const lost = await ask(node, 'GET', '/v1/function');
    assert.equal(lost.status, 404);
    assert.match(lost.json.detail, /\/docs/);
    const wrong = await ask(node, 'DELETE', '/v1/functions');
    assert.deepEqual([wrong.status, wrong.headers.allow, wrong.json.code], [405, 'GET, POST', 'method_not_allowed']);
  });
});
