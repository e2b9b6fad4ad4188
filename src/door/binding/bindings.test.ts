import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type BoundNode, startBoundNode } from './testing/bound-node.ts';

/** `callme(method, path, body)` makes a plain request of its services and returns status and text. */
const ASK = {
  'main.py': `import os, urllib.request, urllib.error
def callme(method, path, body='', address='FOB_URL'):
    request = urllib.request.Request(os.environ[address] + path, body.encode() or None, {'Content-Type': 'application/json'}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()]
`,
  'main.js': `async function callme(method, path, body = '', address = 'FOB_URL') {
  const answer = await fetch(process.env[address] + path, { method, ...(body && { body }), headers: { 'Content-Type': 'application/json' } });
  return [answer.status, await answer.text()];
}`,
};
/** `callme()` says what it finds of a binding. */
const LOOK = `import os
def callme():
    names = ['FOB_URL', 'AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'AWS_REGION']
    return [[name for name in names if name in os.environ], os.listdir('/run/fob')]
`;
/** Tries to connect to every socket path that it is given. */
const REACH = `import socket
def callme(paths):
    reached = []
    for path in paths:
        with socket.socket(socket.AF_UNIX) as one:
            try:
                one.connect(path)
                reached.append(path)
            except OSError:
                pass
    return reached
`;
const LOOP = `import fob
def callme(left):
    return fob.call('loop', {'left': left - 1}) if left else 'end'
`;
const S3 = `import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
const s3 = new S3Client({});
export async function callme(bucket, text) {
  try {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/b.txt', Body: text }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'a/b.txt' }));
    return await Body.transformToString();
  } catch (error) { return error.name; }
}`;
const GRANTS = ['kv:mine', 'kv:shared:read', 'function:asked:invoke'];

for (const kind of ['bubblewrap', 'process'] as const) {
  describe(`bindings in ${kind} sandboxes`, {
    skip: kind === 'bubblewrap' && process.platform !== 'linux' && 'bubblewrap needs Linux',
  }, () => {
    let node: BoundNode;
    before(async () => {
      node = await startBoundNode(kind);
      await node.keyValue.put('shared', 'word', Buffer.from('hello'));
      await node.keyValue.put('secret', 'word', Buffer.from('no'));
      await node.put('asked', 'main.py', "def callme(who='nobody'):\n    return 'asked by ' + who\n");
      for (const [file, source] of Object.entries(ASK)) await node.put(`ask-${file}`, file, source, { grants: GRANTS });
    });
    after(() => node.close());

    for (const file of Object.keys(ASK)) {
      const ask = (method: string, path: string, body?: string): Promise<[number, string]> =>
        node.result(`ask-${file}`, { method, path, ...(body !== undefined && { body }) });

      test(`a function reaches what it was granted (${file})`, async () => {
        assert.deepEqual(await ask('GET', '/v1/kv/shared/word'), [200, 'hello']);
        assert.equal((await ask('PUT', '/v1/kv/mine/a', 'written'))[0], 200);
        assert.equal((await node.keyValue.get('mine', 'a'))!.value.toString(), 'written');
        assert.deepEqual(await ask('POST', '/v1/functions/asked/invoke', '{"who":"me"}'), [200, '"asked by me"']);
      });

      test(`a function reaches nothing else (${file})`, async () => {
        const refused: [string, string, string?][] = [
          ['PUT', '/v1/kv/shared/word', 'x'],
          ['GET', '/v1/kv/secret/word'],
          ['GET', '/v1/kv'],
          ['POST', `/v1/functions/ask-${file}/invoke`, '{}'],
          ['POST', `/v1/functions/id-of-ask-${file}/invoke`, '{}'],
          ['GET', '/v1/functions'],
          ['GET', '/v1/functions/asked'],
          ['DELETE', '/v1/functions/asked'],
          ['GET', '/v1/kv/../functions'],
          ['GET', '/v1/kvs'],
          ['GET', '/v1/node'],
          ['GET', '/v1/backup'],
          ['GET', '/api/stats'],
          ['GET', '/api/call/asked'],
          ['GET', '/f/asked/'],
          ['GET', '/metrics'],
          ['GET', '/'],
        ];
        for (const [method, path, body] of refused) {
          const [status, text] = await ask(method, path, body);
          // A client may also resolve the dots itself.
          assert.ok(status === 403 || (status === 400 && path.includes('..')), `${method} ${path}: ${status} ${text}`);
        }
        assert.equal((await node.keyValue.get('shared', 'word'))!.value.toString(), 'hello');
      });
    }

    test('an unmodified AWS SDK works on granted buckets, and is refused on others', async () => {
      for (const bucket of ['mine', 'theirs']) await node.buckets.createBucket(bucket);
      await node.put('s3', 'main.js', await bundled(S3), { grants: ['bucket:mine'], memoryMb: 256 });
      assert.equal(await node.result('s3', { bucket: 'mine', text: 'an object' }), 'an object');
      assert.equal(await node.result('s3', { bucket: 'theirs', text: 'x' }), 'AccessDenied');
    });

    test('the SDK of the driver reaches key-values and functions', async () => {
      const grants = ['kv:mine', 'function:asked'];
      const python = `import fob
def callme():
    fob.kv.put('mine', 'k/ä', {'n': 1})
    seen = [fob.kv.get('mine', 'k/ä').decode(), fob.kv.delete('mine', 'k/ä'), fob.kv.get('mine', 'k/ä'), fob.call('asked', {'who': 'sdk'})]
    try:
        fob.kv.get('other', 'k')
    except fob.FobError as error:
        return seen + [error.status, error.code]
`;
      const js = `import * as fob from 'fob';
export async function callme() {
  await fob.kv.put('mine', 'k/ä', { n: 1 });
  const seen = [String(await fob.kv.get('mine', 'k/ä')), await fob.kv.delete('mine', 'k/ä'), (await fob.kv.get('mine', 'k/ä')) ?? null, await fob.call('asked', { who: 'sdk' })];
  return fob.kv.get('other', 'k').catch((error) => [...seen, error.status, error.code]);
}`;
      await node.put('sdk-py', 'main.py', python, { grants });
      await node.put('sdk-js', 'main.mjs', js, { grants });
      for (const name of ['sdk-py', 'sdk-js'])
        assert.deepEqual(await node.result(name), ['{"n":1}', true, null, 'asked by sdk', 403, 'forbidden'], name);
    });

    test('each call through the binding is one hop further than what runs', async () => {
      await node.put('loop', 'main.py', LOOP, { grants: ['function:loop:invoke'] });
      assert.equal(await node.result('loop', { left: 3 }), 'end');
      const { outcome } = await node.run('loop', { left: 3 }, 14);
      assert.equal(outcome.status, 'failed');
      assert.match(outcome.status === 'failed' ? outcome.error.message : '', /loop|chain/);
    });

    test('what a function sends comes with its success, and only where it may send', async () => {
      const source =
        "import fob\ndef callme(queue, fail=False):\n    fob.send(queue, 'x')\n    return 1 // (not fail)\n";
      await node.put('sender', 'main.py', source, { grants: ['queue:jobs:send'] });
      const sent = (await node.run('sender', { queue: 'jobs' })).outcome;
      assert.equal(sent.status === 'succeeded' && sent.outbox?.length, 1);
      const failed = (await node.run('sender', { queue: 'jobs', fail: true })).outcome;
      assert.ok(failed.status === 'failed' && failed.reason === 'exception' && !('outbox' in failed));
      const refused = (await node.run('sender', { queue: 'other' })).outcome;
      assert.ok(refused.status === 'failed' && refused.reason === 'not_granted', JSON.stringify(refused));
      assert.match(refused.error.message, /queue:other:send/);
    });

    if (kind === 'bubblewrap') {
      test('a function that was granted nothing has no socket, and no other can be reached', async () => {
        await node.put('bare', 'main.py', LOOK);
        assert.deepEqual(await node.result('bare'), [[], []]);
        await node.put('bound', 'main.py', LOOK, { grants: ['kv:mine:read'] });
        const [names, files] = await node.result('bound');
        assert.equal(names.length, 5);
        assert.deepEqual(files, ['services']);
        const sockets = (await readFile('/proc/net/unix', 'latin1')).match(/\S+\/fob-\S+/g) ?? [];
        const found = (await readdir(node.folder, { recursive: true })).filter((path) => path.endsWith('/services'));
        assert.ok(found.length > 0);
        const paths = [...found.map((path) => join(node.folder, path)), ...sockets];
        await node.put('reach', 'main.py', REACH);
        assert.deepEqual(await node.result('reach', { paths: ['/run/fob/services', ...paths] }), []);
      });
    }

    test('nothing is left of a socket when its sandbox has ended', async () => {
      assert.equal((await node.result('ask-main.py', { method: 'GET', path: '/v1/kv/shared/word' }))[0], 200);
      await node.stop();
      assert.deepEqual(await readdir(join(node.folder, 'data', 'run')), []);
    });
  });
}

/** One file with all that it imports. */
async function bundled(source: string): Promise<string> {
  const esbuild = createRequire(import.meta.url).resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
  const running = promisify(execFile)(esbuild, ['--bundle', '--platform=node', '--format=cjs'], {
    maxBuffer: 64 * 1_048_576,
    cwd: import.meta.dirname,
  });
  running.child.stdin!.end(source);
  return (await running).stdout;
}
