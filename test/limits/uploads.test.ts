import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { tarEntry, tarGz, tarGzOf, zipOf, zipWithName } from '../../src/engine/deploy/testing/archives.ts';
import { type Reply, startTestNode, type TestNode } from '../support/node.ts';

const MAX_TREE_BYTES = 10_000_000;
const CODE = 'def callme():\n  return 42\n';
const SYMBOLIC_LINK = 0o120777;
const CHARACTER_DEVICE = 0o020666;

describe('limits and bad input of uploads', () => {
  let node: TestNode;

  before(async () => {
    node = await startTestNode({ maxTreeBytes: MAX_TREE_BYTES });
  });
  after(() => node?.close(), { timeout: 60_000 });

  function put(
    name: string,
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = {},
    query = '',
  ): Promise<Reply> {
    return node.request('PUT', `/v1/functions/${name}${query}`, {
      body,
      headers: { 'Content-Type': 'application/octet-stream', ...headers },
    });
  }

  function assertProblem(reply: Reply, status: number, code: string, detail: RegExp): void {
    assert.equal(reply.status, status, reply.text);
    assert.match(reply.headers.get('content-type')!, /^application\/problem\+json\b/);
    assert.equal(reply.json.code, code, reply.text);
    assert.match(reply.json.detail, detail);
  }

  async function refuses(archive: Buffer, status: number, code: string, detail: RegExp): Promise<void> {
    assertProblem(await put('archive', new Uint8Array(archive)), status, code, detail);
    assert.equal((await node.request('GET', '/v1/functions/archive')).status, 404, 'something was stored');
  }

  test('paths that lead out of the code', async () => {
    for (const path of ['../main.py', 'a/../../main.py', '/etc/passwd', 'a/../../../../tmp/x'])
      await refuses(tarGz(tarEntry({ path }, CODE)), 400, 'invalid_function', /path that is not allowed/);
    for (const path of ['../main.py', '/etc/cron.d/x', 'a\\..\\..\\x.py', 'C:/main.py'])
      await refuses(await zipWithName(path), 400, 'invalid_function', /path/);
  });

  test('links that lead out of the code', async () => {
    for (const linkpath of ['/etc/passwd', '../../../etc/passwd', '/proc/self/root']) {
      const link = tarEntry({ path: 'link', type: 'SymbolicLink', linkpath, size: 0 });
      await refuses(tarGz(tarEntry({ path: 'main.py' }, CODE), link), 400, 'invalid_function', /link/);
      await refuses(await zipOf({ link: linkpath }, SYMBOLIC_LINK), 400, 'invalid_function', /link/);
    }
    const through = [
      tarEntry({ path: 'out', type: 'SymbolicLink', linkpath: '/tmp', size: 0 }),
      tarEntry({ path: 'out/fob-limits-escaped' }, CODE),
    ];
    await refuses(tarGz(...through), 400, 'invalid_function', /./);
    const hard = tarEntry({ path: 'hard', type: 'Link', linkpath: '/etc/passwd', size: 0 });
    await refuses(tarGz(tarEntry({ path: 'main.py' }, CODE), hard), 400, 'invalid_function', /link/);
  });

  test('devices, pipes and sockets', async () => {
    for (const type of ['CharacterDevice', 'BlockDevice', 'FIFO'] as const)
      await refuses(tarGz(tarEntry({ path: 'x', type, size: 0 })), 400, 'invalid_function', /only files, folders/);
    await refuses(await zipOf({ x: '' }, CHARACTER_DEVICE), 400, 'invalid_function', /only files, folders/);
  });

  test('archives that unpack to very much', async () => {
    const zeros = Buffer.alloc(MAX_TREE_BYTES + 1);
    await refuses(await zipOf({ 'main.py': CODE, bomb: zeros }), 413, 'too_large', new RegExp(`${MAX_TREE_BYTES}`));
    await refuses(tarGzOf({ 'main.py': CODE, bomb: zeros }), 413, 'too_large', new RegExp(`${MAX_TREE_BYTES}`));
    await refuses(gzipSync(Buffer.alloc(1 << 28)), 413, 'too_large', /unpacks to more than/);
    // A megabyte that claims to be ten bytes.
    await refuses(await lyingZip(), 400, 'invalid_function', /./);
  });

  test('damaged archives', async () => {
    const zip = await zipOf({ 'main.py': CODE });
    await refuses(zip.subarray(0, 40), 400, 'invalid_function', /zip/i);
    await refuses(Buffer.from('PK\x03\x04nonsense'), 400, 'invalid_function', /zip/i);
    await refuses(tarGzOf({ 'main.py': CODE }).subarray(0, 60), 400, 'invalid_function', /tar|gz/i);
    await refuses(Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), 400, 'invalid_function', /tar|gz/i);
    await refuses(
      Buffer.from([0xff, 0xfe, 0, 1]),
      400,
      'invalid_function',
      /neither UTF-8 text nor a ZIP nor a tar\.gz/,
    );
    await refuses(tarGzOf({ 'notes.txt': 'hello' }), 400, 'unsupported_runtime', /runtime/);
  });

  test('an empty body', async () => assertProblem(await put('empty', ''), 400, 'invalid_request', /empty/));

  test('names with odd characters', async () => {
    for (const name of [
      'a b',
      'a/b',
      '..',
      '.',
      '-a',
      'ä',
      '🐦',
      'a\0b',
      'a'.repeat(65),
      'a.b',
      '%',
      '<script>',
      'a;b',
      'con:1',
      "a'--",
    ]) {
      const reply = await put(encodeURIComponent(name).replaceAll('.', '%2E'), CODE);
      assert.ok([400, 404].includes(reply.status), `${JSON.stringify(name)} got ${reply.status} ${reply.text}`);
      assert.match(reply.json.code, /invalid_request|not_found/);
    }
    for (const name of ['a', 'A-b_9', '9', 'a'.repeat(64), 'constructor', '__proto__x'.slice(2)]) {
      assert.equal((await put(name, CODE)).status, 201, name);
      assert.equal((await node.call(name)).json.result, 42);
    }
  });

  test('settings out of range', async () => {
    for (const [query, detail] of [
      ['?memoryMb=1', /memoryMb/],
      ['?memoryMb=abc', /memoryMb/],
      ['?timeoutMs=99999999', /timeoutMs/],
      ['?network=all', /network/],
      ['?handler=none', /handler/],
      ['?nonsense=1', /nonsense/],
      ['?environment.1BAD=x', /environment/],
      ['?runtime=cobol', /python/],
    ] as const) {
      const reply = await put('settings', CODE, {}, query);
      assert.equal(reply.status, 400, reply.text);
      assert.match(reply.json.detail, detail);
    }
  });

  test('JSON bodies that are none', async () => {
    const headers = { 'Content-Type': 'application/json' };
    for (const body of [
      '{',
      '[]',
      '{}',
      '{"code": {}}',
      '{"code": {"inline": 1}}',
      '{"code": {"inline": "x", "base64": "eA=="}}',
      '{"code": {"inline": "x"}, "more": 1}',
    ])
      assertProblem(await put('json', body, headers), 400, 'invalid_request', /./);
  });

  test('two writers of one function', async () => {
    const first = await put('shared', CODE, { 'If-None-Match': '*' });
    assert.equal(first.status, 201);
    assertProblem(
      await put('shared', CODE, { 'If-None-Match': '*' }),
      412,
      'precondition_failed',
      /is a function "shared" already/,
    );
    const etag = first.headers.get('etag')!;
    const writers = ['1', '2', '3', '4'].map((text) =>
      put('shared', `def callme():\n  return ${text}\n`, { 'If-Match': etag }),
    );
    const replies = await Promise.all(writers);
    const winners = replies.filter(({ status }) => status === 200);
    assert.equal(winners.length, 1, replies.map(({ status }) => status).join());
    for (const reply of replies.filter((each) => each !== winners[0])) {
      assertProblem(reply, 412, 'precondition_failed', /revision/);
      assert.equal(`"${reply.json.actualRevision}"`, winners[0]!.headers.get('etag'));
    }
    assert.equal((await node.call('shared')).json.result, Number(replies.indexOf(winners[0]!)) + 1);
    assertProblem(await put('shared', CODE, { 'If-Match': 'x' }), 400, 'invalid_request', /ETag/);
    const stale = await node.request('DELETE', '/v1/functions/shared', { headers: { 'If-Match': etag } });
    assertProblem(stale, 412, 'precondition_failed', /revision/);
  });

  test('a failed update leaves the version that served', async () => {
    assert.equal((await put('steady', CODE)).status, 201);
    assertProblem(await put('steady', 'def callme(:\n'), 400, 'load_failed', /syntax|invalid/i);
    assertProblem(await put('steady', new Uint8Array(await zipWithName('../x'))), 400, 'invalid_function', /path/);
    assert.equal((await node.call('steady')).json.result, 42);
    assert.equal((await node.request('GET', '/v1/functions/steady')).json.version, 1);
  });
});

/** A ZIP whose only file says that it has ten bytes, and has a megabyte. */
async function lyingZip(): Promise<Buffer> {
  const content = Buffer.alloc(1_000_000, '#');
  const zip = await zipOf({ 'main.py': content });
  const lied = Buffer.from(zip);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  const small = Buffer.alloc(4);
  small.writeUInt32LE(10);
  for (let at = lied.indexOf(size); at !== -1; at = lied.indexOf(size, at + 4)) small.copy(lied, at);
  assert.ok(!lied.equals(zip) && deflateRawSync(content).length < 100_000);
  return lied;
}
