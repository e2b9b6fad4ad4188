import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Browser, Page } from 'playwright-core';
import { startTestNode, type TestNode } from '../support/node.ts';
import { ask } from './ask.ts';
import { noBrowser, openBrowser, waitUntil } from './support.ts';

/** What a page that is no part of the console tries with the session of whoever looks at it; the title tells what came of it. */
const attack = (origin: string): string => `<!doctype html><title>trying</title><script>
const tries = [
  ['GET', '/v1/functions'], ['PUT', '/v1/queues/forged'], ['DELETE', '/v1/session/browser'], ['POST', '/v1/users'],
].map(([method, path]) => fetch('${origin}' + path, {
  method, credentials: 'include', ...(method !== 'GET' && { body: '{"name":"forged"}' }),
}).then((answer) => answer.ok, () => false));
const tried = (name, work) => { try { return Promise.resolve(work()).then(Boolean, () => false); } catch { return Promise.resolve(false); } };
tries.push(tried('cookie', () => { document.cookie = 'fob-session-' + new URL('${origin}').port + '=theirs; path=/v1/functions'; return document.cookie !== ''; }));
tries.push(tried('worker', () => navigator.serviceWorker.register('/f/stranger/worker.js')));
tries.push(tried('storage', () => { localStorage.setItem('forged', '1'); return true; }));
tries.push(new Promise((resolve) => {
  const socket = new WebSocket('${origin}'.replace('http', 'ws') + '/v1/functions/stranger/debugger');
  socket.onopen = () => resolve(true);
  socket.onerror = () => resolve(false);
}));
Promise.all(tries).then((won) => { document.title = 'won ' + JSON.stringify(won); });
</script>`;

describe('pages that functions, objects and others show', { skip: noBrowser }, () => {
  let browser: Browser;
  let node: TestNode;
  let token: string;
  before(async () => {
    browser = await openBrowser();
    node = await startTestNode({ token: 'of-the-operator' });
    const made = { name: 'ada', roles: ['administrator'], token: { label: 'browser' } };
    token = (await ask(node, 'POST', '/v1/users', made, 'of-the-operator')).token.token;
    const inline = `const answerOf = (rawPath) => rawPath === '/sign-out'
      ? { statusCode: 200, headers: { 'Content-Type': 'text/html', 'Clear-Site-Data': '"cookies", "storage"' }, body: 'gone?' }
      : rawPath === '/flood'
      ? { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: 'full?', cookies: [
          ...Array.from({ length: 8 }, (_, at) => 'large-' + at + '=' + 'x'.repeat(3900) + '; Path=/; Max-Age=99999'),
          'api=' + 'x'.repeat(3900) + '; path=/v1; Domain=127.0.0.1; Path=/v1'] }
      : rawPath.startsWith('/crowd')
      ? { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: 'full?',
          cookies: Array.from({ length: 90 }, (_, at) => 'of' + rawPath.slice(7) + '-' + at + '=1; Path=/; Priority=High') }
      : rawPath === '/fixate'
      ? { statusCode: 200, cookies: ['fob-session-${node.port}=theirs; Path=/v1/functions', '=fob-session-${node.port}=theirs; Path=/v1/functions/stranger'], body: '{}' }
      : rawPath === '/worker.js'
      ? { statusCode: 200, headers: { 'Content-Type': 'text/javascript', 'Service-Worker-Allowed': '/' }, body: 'onfetch = () => {}' }
      : { statusCode: 200, headers: { 'Content-Type': 'text/html' }, body: ${JSON.stringify(attack(node.url))} };
      export const handler = async ({ rawPath }) => ({ ...answerOf(rawPath.replace('/shown', '')), multiValueHeaders: { 'X-Answers': [rawPath] } });`;
    const code = { inline, fileName: 'main.mjs' };
    await ask(node, 'PUT', '/v1/functions/stranger', { code }, token);
    const route = { function: 'stranger', type: 'http', options: { path: '/shown/{rest+}', auth: 'none' } };
    await ask(node, 'POST', '/v1/triggers', route, token);
  });
  after(async () => {
    await browser.close();
    await node.close();
  });

  async function signedIn(t: TestContext): Promise<Page> {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    // As the sign-in does: what is set from outside of the browser is not kept as the node says.
    await page.goto(`${node.url}/console/icon.svg`);
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token }) };
    assert.equal(
      await page.evaluate(`fetch('/v1/session/browser', ${JSON.stringify(init)}).then(({ ok }) => ok)`),
      true,
    );
    await page.goto(`${node.url}/console/functions`);
    await page.getByRole('table', { name: 'Functions' }).getByText('stranger', { exact: true }).waitFor();
    return page;
  }
  async function assertUnharmed(page: Page): Promise<void> {
    await page.goto(`${node.url}/console/functions`);
    await page.getByRole('table', { name: 'Functions' }).getByText('stranger', { exact: true }).waitFor();
    const queues = await ask(node, 'GET', '/v1/queues', undefined, token);
    assert.doesNotMatch(JSON.stringify(queues), /forged/);
    for (const place of ['/v1/functions/stranger', '/console', '/f/other']) {
      const cookies = await page.context().cookies(node.url + place);
      assert.deepEqual(
        cookies.map(({ value }) => value),
        place.startsWith('/v1') ? [token] : [],
      );
    }
  }
  const visit = async (page: Page, path: string): Promise<void> => {
    const answer = await page.goto(node.url + path);
    assert.ok(path.endsWith(answer?.headers()['x-answers'] ?? 'no answer of the function'), path);
    assert.notEqual(await page.title(), 'trying', 'the answer that was asked for');
  };
  const lost = async (page: Page): Promise<void> => {
    await waitUntil(page, 'document.title.startsWith("won ")');
    assert.doesNotMatch(await page.title(), /true/);
  };

  test('a function’s page runs its scripts, and gets nowhere with the session of its visitor', async (t) => {
    const page = await signedIn(t);
    await page.goto(`${node.url}/shown/here`);
    await lost(page);
    await assertUnharmed(page);
  });

  test('a page of another port of the same host gets nowhere either', async (t) => {
    const other = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end(attack(node.url)));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const page = await signedIn(t);
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/v2`);
    await waitUntil(page, 'document.title.startsWith("won ")');
    // Its own storage it may have, and cookies lie together for all ports: of those it can set, none is sent with what it asks.
    const [functions, queue, session, users] = JSON.parse((await page.title()).slice(4));
    assert.deepEqual([functions, queue, session, users], [false, false, false, false]);
    const queues = await ask(node, 'GET', '/v1/queues', undefined, token);
    assert.doesNotMatch(JSON.stringify(queues), /forged/);
  });

  test('no answer of a function signs its visitor out, or in as somebody else', async (t) => {
    const page = await signedIn(t);
    for (const path of ['sign-out', 'fixate']) {
      await visit(page, `/shown/${path}`);
      await assertUnharmed(page);
    }
  });

  test('no cookies of a function keep its visitor out, whether by how large or by how many they are', async (t) => {
    const page = await signedIn(t);
    for (const path of ['/shown/crowd/1', '/shown/crowd/2', '/shown/crowd/3', '/shown/flood']) {
      await visit(page, path);
      await assertUnharmed(page);
    }
  });

  test('an object behind a presigned URL runs no script', async (t) => {
    const page = await signedIn(t);
    await ask(node, 'PUT', '/v1/buckets/things', undefined, token);
    for (const [key, type, body] of [
      ['page.html', 'text/html', attack(node.url)],
      [
        'image.svg',
        'image/svg+xml',
        `<svg xmlns="http://www.w3.org/2000/svg"><title>trying</title><script>fetch('/v1/queues/forged', {method: 'PUT', body: '{}'})</script></svg>`,
      ],
    ] as const) {
      const put = await node.request('PUT', `/v1/buckets/things/objects/${key}`, {
        body,
        headers: { 'Content-Type': type, Authorization: `Bearer ${token}` },
      });
      assert.ok(put.status < 300, put.text);
      const { accessKeyId, secretAccessKey } = await ask(
        node,
        'POST',
        '/v1/keys',
        { grants: ['bucket:things:read'] },
        token,
      );
      const s3 = new S3Client({
        endpoint: node.url,
        region: 'us-east-1',
        forcePathStyle: true,
        credentials: { accessKeyId, secretAccessKey },
      });
      t.after(() => s3.destroy());
      const answer = await page.goto(await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'things', Key: key })));
      assert.equal(answer?.status(), 200);
      assert.equal(answer.headers()['content-type'], type);
      await page.waitForLoadState('networkidle');
      if (key === 'page.html') assert.equal(await page.title(), 'trying');
      await assertUnharmed(page);
    }
  });
});
