import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Problem } from '../../../model/problem.ts';
import { ask, startTestServer, type TestServer } from '../../testing/test-server.ts';

const json = (body: unknown) => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

function form(parts: Record<string, { content: string | Buffer; fileName?: string }>) {
  const chunks = Object.entries(parts).flatMap(([name, { content, fileName }]) => [
    `--limit\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    content,
    '\r\n',
  ]);
  const body = Buffer.concat([...chunks, '--limit--\r\n'].map((chunk) => Buffer.from(chunk)));
  return { body, headers: { 'content-type': 'multipart/form-data; boundary=limit' } };
}

describe('functions by name', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer({ maxCodeBytes: 65_536 });
  });
  after(() => node.server.close());
  beforeEach(() => {
    node.engine.functions.clear();
    node.engine.deployments.length = 0;
    node.engine.deployProblem = undefined;
  });
  const deployed = () => node.engine.deployments.at(-1)!;

  describe('uploads', () => {
    it('take the code itself, with the configuration in the query', async () => {
      const made = await ask(
        node,
        'PUT',
        '/v1/functions/hello?runtime=python&memoryMb=256&environment.A=b&tags.team=web',
        {
          body: 'def callme(): pass',
        },
      );
      assert.equal(made.status, 201);
      assert.equal(made.headers.location, '/v1/functions/hello');
      assert.equal(made.headers.etag, `"${made.json.revision}"`);
      assert.equal(deployed().code.form, 'inline');
      assert.deepEqual(deployed().config, {
        runtime: 'python',
        memoryMb: 256,
        environment: { A: 'b' },
        tags: { team: 'web' },
      });
      assert.equal((await ask(node, 'PUT', '/v1/functions/hello', { body: 'x' })).status, 200);
    });

    it('know archives by their first bytes, whatever the content type', async () => {
      const zip = Buffer.from('PK\x03\x04…');
      const headers = { 'content-type': 'text/plain' };
      await ask(node, 'PUT', '/v1/functions/a', { body: zip, headers });
      assert.equal(deployed().code.form, 'zip');
      await ask(node, 'PUT', '/v1/functions/b', { body: Uint8Array.of(0x1f, 0x8b, 8) });
      assert.equal(deployed().code.form, 'tar.gz');
      assert.equal(
        (await ask(node, 'PUT', '/v1/functions/c', { body: Uint8Array.of(0xff) })).json.code,
        'invalid_function',
      );
    });

    it('take one JSON document', async () => {
      const code = { inline: 'x = 1', fileName: 'main.py' };
      const made = await ask(node, 'POST', '/v1/functions?name=hello', json({ code, config: { timeoutMs: 1_000 } }));
      assert.equal(made.status, 201);
      assert.equal(made.json.name, 'hello');
      assert.deepEqual(deployed().config, { timeoutMs: 1_000 });
      assert.equal(deployed().code.fileName, 'main.py');
      await ask(
        node,
        'PUT',
        '/v1/functions/zip',
        json({ code: { base64: Buffer.from('PK\x03\x04').toString('base64') } }),
      );
      assert.equal(deployed().code.form, 'zip');
    });

    it('take a form with a file', async () => {
      const made = await ask(
        node,
        'PUT',
        '/v1/functions/hello',
        form({ config: { content: '{"memoryMb": 512}' }, code: { content: 'x = 1', fileName: 'fn.py' } }),
      );
      assert.equal(made.status, 201);
      assert.equal(deployed().code.fileName, 'fn.py');
      assert.deepEqual(deployed().config, { memoryMb: 512 });
    });

    it('name a function by a UUID where no name is given', async () => {
      const made = await ask(node, 'POST', '/v1/functions', { body: 'x' });
      assert.equal(made.status, 201);
      assert.equal(made.json.name, made.json.id);
    });

    it('are refused with a reason where they are wrong', async () => {
      const wrong: [string, Parameters<typeof ask>[3], number][] = [
        ['/v1/functions/f', {}, 400],
        ['/v1/functions/f', json({}), 400],
        ['/v1/functions/f', json({ code: { inline: 'x', fileName: '../x.py' } }), 400],
        ['/v1/functions/f', json({ code: { inline: 'x' }, config: { memory: 1 } }), 400],
        ['/v1/functions/f', { body: '{', headers: { 'content-type': 'application/json' } }, 400],
        ['/v1/functions/f?memoryMb=1', { body: 'x' }, 400],
        ['/v1/functions/f?memoryMib=128', { body: 'x' }, 400],
        ['/v1/functions/f?runtime=a&runtime=b', { body: 'x' }, 400],
        ['/v1/functions/f', form({ config: { content: '{}' } }), 400],
        ['/v1/functions/f', { ...form({}), body: '--limit\r\nContent-Disposition: form-data; name="code"\r\n' }, 400],
        ['/v1/functions/f', { ...form({}), body: '--limit' }, 400],
        ['/v1/functions/f', form({ code: { content: 'x', fileName: 'a' }, other: { content: 'y' } }), 400],
        ['/v1/functions/f', form({ code: { content: 'x'.repeat(65_537), fileName: 'a' } }), 413],
        ['/v1/functions/f', form({ code: { content: 'x'.repeat(1_048_577) } }), 413],
        ['/v1/functions/f', { body: 'x'.repeat(65_537) }, 413],
        ['/v1/functions/f', json({ code: { inline: 'x'.repeat(65_537) } }), 413],
        ['/v1/functions/-f', { body: 'x' }, 400],
        ['/v1/functions/f%2Fg', { body: 'x' }, 400],
        [`/v1/functions/${'f'.repeat(65)}`, { body: 'x' }, 400],
      ];
      for (const [path, options, status] of wrong) {
        const refused = await ask(node, 'PUT', path, options);
        assert.equal(refused.status, status, `${path} ${refused.text}`);
        assert.equal(refused.headers['content-type'], 'application/problem+json');
        assert.equal(refused.json.status, status);
        assert.ok(refused.json.detail.length > 10);
      }
      assert.equal(node.engine.functions.size, 0);
    });
  });

  describe('progress', () => {
    it('comes line by line and ends with the function', async () => {
      const headers = { accept: 'application/x-ndjson' };
      const made = await ask(node, 'PUT', '/v1/functions/hello', { body: 'x', headers });
      const events = made.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ['guessed', 'step', 'done'],
      );
      assert.equal(events.at(-1).function.name, 'hello');
    });

    it('ends with the problem where it fails', async () => {
      node.engine.deployProblem = new Problem('build_failed', 'npm ci failed', { details: { log: 'E404' } });
      const headers = { accept: 'application/x-ndjson' };
      const failed = await ask(node, 'PUT', '/v1/functions/hello', { body: 'x', headers });
      const last = JSON.parse(failed.text.trim().split('\n').at(-1)!);
      assert.equal(last.kind, 'error');
      assert.deepEqual([last.error.code, last.error.status, last.error.log], ['build_failed', 400, 'E404']);
    });
  });

  describe('optimistic concurrency', () => {
    it('creates only, changes only what was seen, and tells who came second', async () => {
      const create = { 'if-none-match': '*' };
      const made = await ask(node, 'PUT', '/v1/functions/f', { body: '1', headers: create });
      assert.equal(made.status, 201);
      assert.equal((await ask(node, 'PUT', '/v1/functions/f', { body: '2', headers: create })).status, 412);
      const seen = { 'if-match': made.headers.etag! };
      for (const name of ['f', 'not-there']) {
        const both = await ask(node, 'PUT', `/v1/functions/${name}`, { body: '2', headers: { ...create, ...seen } });
        assert.equal(both.status, 400, 'it cannot be there and not be there');
      }
      const changed = await ask(node, 'PUT', '/v1/functions/f', { body: '3', headers: seen });
      assert.equal(changed.status, 200);
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const late = await ask(node, method, '/v1/functions/f', { body: '{}', headers: seen });
        assert.equal(late.status, 412, method);
        assert.equal(late.json.code, 'precondition_failed');
        assert.equal(late.json.actualRevision, changed.json.revision);
      }
      assert.equal((await ask(node, 'DELETE', '/v1/functions/f', { headers: { 'if-match': '*' } })).status, 204);
      assert.equal(
        (await ask(node, 'PUT', '/v1/functions/f', { body: '4', headers: { 'if-match': '*' } })).status,
        412,
      );
      assert.equal(
        (await ask(node, 'PUT', '/v1/functions/f', { body: '4', headers: { 'if-match': 'W/"1"' } })).status,
        400,
      );
    });

    it('refuses to create what exists', async () => {
      await node.add('f');
      assert.equal((await ask(node, 'POST', '/v1/functions?name=f', { body: 'x' })).status, 409);
    });
  });

  it('shows, configures and removes one, by name or id', async () => {
    const { document } = await node.add('f');
    for (const path of ['/v1/functions/f', `/v1/functions/${document.id}`]) {
      const shown = await ask(node, 'GET', path);
      assert.equal(shown.status, 200);
      assert.equal(shown.json.name, 'f');
      assert.equal(shown.headers.etag, `"${shown.json.revision}"`);
    }
    const changed = await ask(node, 'PATCH', '/v1/functions/f', json({ memoryMb: 256 }));
    assert.deepEqual([changed.status, changed.json.version, changed.json.config.memoryMb], [200, 2, 256]);
    for (const body of ['{"memoryMb": "256"}', '{"x": 1}', '[]', '', '{']) {
      assert.equal((await ask(node, 'PATCH', '/v1/functions/f', { body })).status, 400, body);
    }
    assert.equal((await ask(node, 'DELETE', `/v1/functions/${document.id}`)).status, 204);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? {} : { body: '{}' };
      assert.equal((await ask(node, method, '/v1/functions/f', body)).status, 404, method);
    }
  });

  it('serves the code as it was uploaded', async () => {
    await node.add('f');
    const code = await ask(node, 'GET', '/v1/functions/f/code');
    assert.equal(code.text, 'def callme(): pass\n');
    assert.match(code.headers['content-disposition']!, /main\.py$/);
    const zip = Buffer.from('PK\x03\x04\xff');
    await ask(node, 'PUT', '/v1/functions/z', { body: zip });
    const archive = await ask(node, 'GET', '/v1/functions/z/code');
    assert.deepEqual(archive.bytes, zip);
    assert.equal(archive.headers['content-type'], 'application/zip');
    assert.match(archive.headers['content-disposition']!, /z\.zip$/);
  });

  it('lists in pages and by filters', async () => {
    for (const name of ['a1', 'a2', 'b1'])
      await ask(node, 'PUT', `/v1/functions/${name}?owner=${name}&tags.team=${name[0]}`, { body: 'x' });
    const names = async (query: string) => {
      const { json: page } = await ask(node, 'GET', `/v1/functions?${query}`);
      return [page.functions.map((one: { name: string }) => one.name), page.cursor];
    };
    assert.deepEqual(await names(''), [['a1', 'a2', 'b1'], undefined]);
    assert.deepEqual(await names('limit=2'), [['a1', 'a2'], 'a2']);
    assert.deepEqual(await names('limit=2&cursor=a2'), [['b1'], undefined]);
    assert.deepEqual(await names('limit=3'), [['a1', 'a2', 'b1'], undefined]);
    assert.deepEqual(await names('prefix=a'), [['a1', 'a2'], undefined]);
    assert.deepEqual(await names('owner=b1'), [['b1'], undefined]);
    assert.deepEqual(await names('tag=team'), [['a1', 'a2', 'b1'], undefined]);
    assert.deepEqual(await names('tag=team%3Da'), [['a1', 'a2'], undefined]);
    assert.deepEqual(await names('runtime=node'), [[], undefined]);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'colour=red']) {
      assert.equal((await ask(node, 'GET', `/v1/functions?${query}`)).status, 400, query);
    }
  });

  it('shows a function of one door in the other', async () => {
    const { json: made } = await ask(node, 'POST', '/api/gen', { body: 'def callme(): pass' });
    assert.equal((await ask(node, 'GET', `/v1/functions/${made.id}`)).status, 200);
    await ask(node, 'PUT', '/v1/functions/named', { body: 'x' });
    const { document } = node.engine.find('named')!;
    assert.ok((await ask(node, 'GET', '/api/stats')).json.functions.includes(document.id));
    assert.equal((await ask(node, 'GET', `/api/call/${document.id}`)).status, 200);
  });
});
