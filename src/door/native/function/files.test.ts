import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

describe('files of code', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer({ maxCodeBytes: 65_536 });
    await ask(node, 'PUT', '/v1/functions/hello?fileName=main.py', { body: 'def callme(): pass' });
  });
  after(() => node.server.close());

  it('are listed and shown as text, never as a page', async () => {
    const listed = await ask(node, 'GET', '/v1/functions/hello/files');
    assert.equal(listed.status, 200);
    const [file, ...others] = listed.json.files;
    assert.deepEqual([file.path, file.bytes, file.text, others], ['main.py', 18, true, []]);
    const shown = await ask(node, 'GET', '/v1/functions/hello/files/main.py');
    assert.equal(shown.text, 'def callme(): pass');
    assert.equal(shown.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(shown.headers['x-content-type-options'], 'nosniff');
    assert.equal((await ask(node, 'GET', '/v1/functions/hello/files/lib/no.py')).status, 404);
    assert.equal((await ask(node, 'GET', '/v1/functions/nobody/files')).status, 404);
  });

  it('are changed where the function stands as it was seen, with the progress told', async () => {
    const { headers } = await ask(node, 'GET', '/v1/functions/hello');
    const change = (match: string, files: unknown) =>
      ask(node, 'PATCH', '/v1/functions/hello/files', {
        body: JSON.stringify({ files }),
        headers: { 'content-type': 'application/json', 'if-match': match },
      });
    assert.equal((await change('"99"', { 'main.py': 'x' })).status, 412);
    assert.equal((await change(String(headers.etag), {})).status, 400);
    const changed = await change(String(headers.etag), { 'main.py': 'def callme(): return 1' });
    assert.equal(changed.status, 200);
    assert.equal(changed.json.version, 2);
    const told = await ask(node, 'PATCH', '/v1/functions/hello/files', {
      body: JSON.stringify({ files: { 'main.py': 'def callme(): return 2' } }),
      headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    });
    const last = JSON.parse(told.text.trim().split('\n').at(-1)!);
    assert.equal(last.kind, 'done');
    assert.equal(last.function.version, 3);
  });
});
