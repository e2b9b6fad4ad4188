import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { createWorkTree, type WorkTree } from '../support/git-work-tree.ts';
import { startTestNode, type TestNode } from '../support/node.ts';

const returns = (value: number) => ({ 'main.py': `def callme(): return ${value}\n` });
const MEBIBYTE = 1_048_576;

describe('a watched repository whose host or whose contributors are hostile', {
  skip: process.platform !== 'linux' && 'sandboxes need Linux',
}, () => {
  let node: TestNode;
  let work: WorkTree;
  let server: GitServer;
  let host: HostileHost;
  before(async () => {
    node = await startTestNode();
    work = await createWorkTree();
    await work.commit('one', returns(1));
    server = await startGitServer(work.folder);
    host = await startHostileHost(server);
  });
  after(async () => {
    await node?.close();
    await host?.close();
    await server?.close();
    await work?.remove();
  });

  const watch = async (name: string, what: object) => {
    const body = JSON.stringify({ watch: { url: host.url, pollMs: 86_400_000, ...what } });
    const { status, text } = await node.request('PUT', `/v1/repositories/${name}`, { body });
    assert.equal(status, 201, text);
  };
  const look = async (name: string) => {
    const { status, text, json } = await node.request('POST', `/v1/repositories/${name}/look`);
    assert.equal(status, 200, text);
    return json;
  };

  test('deploys no branch as a tag, whatever the branch is called', async () => {
    await work.git('tag', 'v1');
    await watch('protected', { tag: 'v*', url: `${server.url}/.git` });
    assert.equal((await look('protected')).deployments[0].ref, 'refs/tags/v1');
    const commit = await work.commit('two', returns(2));
    await work.git('update-ref', 'refs/heads/refs/tags/v2', commit);
    const after = await look('protected');
    assert.deepEqual([after.watch.error, after.deployments.length], [undefined, 1]);
    assert.equal(await node.result('protected'), 1);
    await work.git('update-ref', 'refs/notes/refs/heads/x', commit);
    await watch('absent', { branch: 'absent', url: `${server.url}/.git` });
    assert.match((await look('absent')).watch.error, /; it has main, refs\/tags\/v2$/);
    await work.git('update-ref', '-d', 'refs/heads/refs/tags/v2');
  });

  test('brings nothing by a name that no branch has', async () => {
    const commit = await work.git('rev-parse', 'HEAD');
    for (const [at, name] of ['*', '-x', 'a..b', 'a:b', '\u001b[31mx', 'ma[i]n'].entries()) {
      const ref = `refs/heads/${name}`;
      host.refs = [`${commit} HEAD symref-target:${ref}`, `${commit} ${ref}`, `${commit} refs/heads/main`];
      await watch(`named-${at}`, {});
      const { watch: seen, deployments } = await look(`named-${at}`);
      assert.match(seen.error, /^there is no default branch at \S+; it has main$/, name);
      assert.deepEqual(deployments, []);
      assert.equal(await work.git('ls-remote', `${node.url}/git/named-${at}.git`), '');
    }
  });

  test('with more tags than are remembered deploys none of them, rather than an old one', async () => {
    const commit = await work.git('rev-parse', 'HEAD');
    const tags = Array.from({ length: 10_001 }, (_, at) => `${commit} refs/tags/v${at}\n`).sort();
    await appendFile(join(work.folder, '.git', 'packed-refs'), tags.join(''));
    await watch('many', { tag: 'v*', url: `${server.url}/.git` });
    const { watch: seen, deployments } = await look('many');
    assert.match(seen.error, /more than 10000 tags fit v\*/);
    assert.deepEqual(deployments, []);
  });

  test('that is larger than may be fetched says so, and leaves nothing of what came', async (t) => {
    const other = await startTestNode({ maxPushBytes: 100_000 });
    const large = await createWorkTree();
    const there = await startGitServer(large.folder);
    t.after(() => Promise.all([other.close(), there.close(), large.remove()]));
    await large.commit('large', { ...returns(1), data: randomBytes(300_000).toString('base64') });
    const body = JSON.stringify({ watch: { url: `${there.url}/.git`, pollMs: 86_400_000 } });
    assert.equal((await other.request('PUT', '/v1/repositories/large', { body })).status, 201);
    const { json } = await other.request('POST', '/v1/repositories/large/look');
    assert.match(json.watch.error, /larger than the 100000 bytes that this node takes/);
    const files = await readdir(join(other.dataFolder, 'repositories'), { recursive: true });
    assert.deepEqual(
      files.filter((path) => /tmp_|\.lock$/.test(path)),
      [],
    );
  });

  test('whose answer has no end is given up long before it fills the memory', async () => {
    host.floods = true;
    await watch('flood', { branch: 'main' });
    assert.match((await look('flood')).watch.error, /answers with more than/);
    assert.ok(host.sent < 700 * MEBIBYTE, `${host.sent} bytes were taken`);
    host.floods = false;
  });
});

interface HostileHost {
  readonly url: string;
  /** What it says there is, in the words of Git's protocol. */
  refs: readonly string[];
  /** It lists refs without an end. */
  floods: boolean;
  /** Bytes of that listing. */
  readonly sent: number;
  close(): Promise<void>;
}

/** A host that lists what it likes, and has the objects of an honest one. */
async function startHostileHost(honest: GitServer): Promise<HostileHost> {
  let sent = 0;
  const server = createServer((req, res) => void answer(req, res).catch(() => res.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host: HostileHost = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.git`,
    refs: [],
    floods: false,
    get sent() {
      return sent;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return host;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole;
    if (req.method === 'GET') {
      res.setHeader('Content-Type', 'application/x-git-upload-pack-advertisement');
      const abilities = ['version 2', 'ls-refs=unborn', 'fetch=shallow', 'object-format=sha1'];
      res.end(`${line('# service=git-upload-pack')}0000${abilities.map(line).join('')}0000`);
    } else if (body.includes('command=ls-refs')) {
      res.setHeader('Content-Type', 'application/x-git-upload-pack-result');
      if (host.floods) flood(res);
      else res.end(`${host.refs.map(line).join('')}0000`);
    } else {
      const { status, headers, bytes } = await asked(req, body);
      res.writeHead(status, { 'Content-Type': headers.get('content-type')! }).end(bytes);
    }
  }

  async function asked(req: IncomingMessage, body: Buffer<ArrayBuffer>) {
    const headers = { 'Content-Type': req.headers['content-type']!, 'Git-Protocol': 'version=2' };
    const answered = await fetch(honest.url + req.url, { method: 'POST', headers, body });
    return { status: answered.status, headers: answered.headers, bytes: Buffer.from(await answered.arrayBuffer()) };
  }

  function flood(res: ServerResponse): void {
    const many = Array.from({ length: 2_000 }, (_, at) => line(`${'a'.repeat(40)} refs/heads/${'x'.repeat(200)}${at}`));
    const piece = Buffer.from(many.join(''));
    const more = () => {
      do {
        // A node without bounds must not take the machine of the test with it.
        if (sent > 1_000 * MEBIBYTE) return void res.end('0000');
        sent += piece.length;
      } while (res.write(piece));
    };
    res.on('drain', more).on('error', () => {});
    more();
  }
}

/** A line as Git sends it, after its length. */
function line(text: string): string {
  return `${(Buffer.byteLength(text) + 5).toString(16).padStart(4, '0')}${text}\n`;
}
