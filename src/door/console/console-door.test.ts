import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { ask, startTestServer, type TestServer } from '../testing/test-server.ts';

const SCRIPT = 'console.log("a script");\n'.repeat(50);

describe('the console’s files', () => {
  let folder: string;
  let node: TestServer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fob-console-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<meta content="{{nonce}}" />');
    await writeFile(join(folder, 'stamp'), 'of no interest');
    await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    await writeFile(join(folder, 'assets', 'main-ABC.js'), SCRIPT);
    await writeFile(join(folder, 'assets', 'main-ABC.js.br'), brotliCompressSync(SCRIPT));
    node = await startTestServer({ token: 'secret' }, { consoleFolder: folder });
  });
  after(async () => {
    await node.server.close();
    await rm(folder, { recursive: true });
  });

  test('every path below it gives the page, with a policy and a nonce of its own, and needs no credential', async () => {
    const nonces = new Set<string>();
    for (const path of ['/console/', '/console/functions/hello?tab=logs', '/console/no/such/thing.txt']) {
      const { status, headers, text } = await ask(node, 'GET', path);
      assert.equal(status, 200, path);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'no-referrer');
      const nonce = /content="([\w-]{22})"/.exec(text)?.[1];
      const policy = String(headers['content-security-policy']);
      assert.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'`), policy);
      for (const part of ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"])
        assert.ok(policy.includes(part), part);
      assert.ok(!policy.includes('unsafe'), policy);
      nonces.add(nonce!);
    }
    assert.equal(nonces.size, 3);
  });

  test('the icon that browsers ask for by themselves needs no credential, and so is no attempt', async () => {
    const { status, headers } = await ask(node, 'GET', '/favicon.ico');
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'image/svg+xml');
    assert.equal((await ask(node, 'POST', '/favicon.ico')).status, 401);
  });

  test('an address that cannot be decoded is refused, in words', async () => {
    for (const path of ['/console/%', '/console/functions/%zz', '/console/functions/%E0%A4%A?tab=logs']) {
      const { status, headers, text } = await ask(node, 'GET', path);
      assert.equal(status, 400, path);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      assert.match(text, /bad percent-encoding: write %25/);
    }
    assert.equal((await ask(node, 'GET', '/console/logs?text=%zz')).status, 200);
  });

  test('hashed files are kept for ever, and sent as they were compressed', async () => {
    const plain = await ask(node, 'GET', '/console/assets/main-ABC.js');
    assert.equal(plain.text, SCRIPT);
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8');
    // What a worker may that begins with such a file.
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
    // And no page of a function shows it as if it were its own.
    const alone = "frame-ancestors 'none'; base-uri 'none'";
    assert.equal(plain.headers['content-security-policy'], `${policy}; ${alone}`);
    const headers = { 'accept-encoding': 'gzip, deflate, br' };
    const small = await ask(node, 'GET', '/console/assets/main-ABC.js', { headers });
    assert.equal(small.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(small.bytes).toString(), SCRIPT);
    const refused = { 'accept-encoding': 'br;q=0, gzip' };
    assert.equal(
      (await ask(node, 'GET', '/console/assets/main-ABC.js', { headers: refused })).headers['content-encoding'],
      undefined,
    );
    const head = await ask(node, 'HEAD', '/console/assets/main-ABC.js');
    assert.deepEqual([head.text, head.headers['content-length']], ['', String(SCRIPT.length)]);
  });

  test('nothing else of the disk is ever sent', async () => {
    for (const path of [
      '/console/assets/none.js',
      '/console/assets/../../package.json',
      '/console/assets/%2e%2e/stamp',
    ])
      assert.equal((await ask(node, 'GET', path)).status, 404, path);
    for (const path of ['/console/stamp', '/console/../../etc/passwd', '/console/index.html'])
      assert.match((await ask(node, 'GET', path)).text, /^<meta content="[\w-]{22}" \/>$/, path);
  });

  test('a browser at the root is sent there, a program is greeted', async () => {
    const browser = await ask(node, 'GET', '/', { headers: { accept: 'text/html,*/*' } });
    assert.deepEqual([browser.status, browser.headers.location], [302, '/console/']);
    assert.equal((await ask(node, 'GET', '/console?q=a')).headers.location, '/console/?q=a');
    const program = await ask(node, 'GET', '/', { headers: { accept: '*/*', authorization: 'Bearer secret' } });
    assert.match(program.text, /Flock of Birds is running/);
  });

  test('a link to it may stand on any page, but no other name leads to it and nothing is sent to it', async () => {
    const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal((await ask(node, 'GET', '/console/', { headers: fromElsewhere })).status, 200);
    assert.equal((await ask(node, 'GET', '/console/', { headers: { host: 'evil.example' } })).status, 403);
    assert.equal((await ask(node, 'POST', '/console/', { body: 'x' })).status, 405);
  });

  test('one that is not built says so', async () => {
    const bare = await startTestServer({}, { consoleFolder: join(folder, 'nowhere') });
    const { status, text } = await ask(bare, 'GET', '/console/');
    await bare.server.close();
    assert.equal(status, 503);
    assert.match(text, /not built/);
  });
});
