import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { type Settings, SettingsSchema } from '../model/settings.ts';
import { createGuard } from './guard.ts';
import { ask, startTestServer, type TestServer } from './testing/test-server.ts';

const settings = (some: Partial<Settings> = {}): Settings => ({
  ...(Value.Default(SettingsSchema, {}) as Settings),
  ...some,
});
const check = (headers: Record<string, string>, some: Partial<Settings> = {}) =>
  createGuard(settings(some), { hasUsers: false, authenticate: () => undefined })({
    headers,
  } as unknown as IncomingMessage)?.code;

describe('the guard', () => {
  it('takes names of loopback with any port', () => {
    for (const host of ['localhost', 'LOCALHOST:9999', '127.0.0.1', '127.8.9.1:80', '[::1]', '[::1]:9999']) {
      assert.equal(check({ host }), undefined, host);
    }
  });

  it('refuses every other name, so that none can be rebound to it', () => {
    const hosts = [
      '',
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '127.evil.example',
      '10.0.0.1',
      '0.0.0.0',
    ];
    for (const host of [
      ...hosts,
      '[::2]',
      '::1',
      'localhost:',
      'localhost:1x',
      '[::1',
      '127.0.0.1@evil',
      'localhost/x',
    ]) {
      assert.equal(check({ host }), 'forbidden', host);
    }
    assert.equal(check({}), 'forbidden');
  });

  it('takes the configured host and the allowed ones', () => {
    const some = { host: 'fob.lan', allowedHosts: ['Fob.Example'], token: '' };
    assert.equal(check({ host: 'fob.lan:9999' }, some), undefined);
    assert.equal(check({ host: 'fob.example' }, some), undefined);
    assert.equal(check({ host: 'other.example' }, some), 'forbidden');
  });

  it('takes any address, but no other name, where it listens on all addresses', () => {
    const some = { host: '0.0.0.0' };
    assert.equal(check({ host: '192.168.1.5:9999' }, some), undefined);
    assert.equal(check({ host: '[fe80::1]:9999' }, some), undefined);
    assert.equal(check({ host: 'evil.example' }, some), 'forbidden');
  });

  it('refuses pages of other origins', () => {
    const host = 'localhost:9999';
    assert.equal(check({ host, origin: 'http://localhost:9999', 'sec-fetch-site': 'same-origin' }), undefined);
    assert.equal(check({ host, 'sec-fetch-site': 'none' }), undefined);
    for (const origin of ['http://evil.example', 'null', '', 'http://localhost', 'http://localhost:80', 'file://']) {
      assert.equal(check({ host, origin }), 'forbidden', origin);
    }
    for (const site of ['cross-site', 'same-site', 'new-word'])
      assert.equal(check({ host, 'sec-fetch-site': site }), 'forbidden');
  });

  it('demands the token where one is set', () => {
    const some = { token: 's3cret' };
    const host = 'localhost';
    assert.equal(check({ host, authorization: 'Bearer s3cret' }, some), undefined);
    assert.equal(check({ host, authorization: 'bearer s3cret' }, some), undefined);
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      'Bearer s3cre',
      'Bearer s3cret ',
      'Bearer S3cret',
      'Basic s3cret',
      's3cret',
    ]) {
      assert.equal(check({ host, authorization }, some), 'unauthorized', authorization);
    }
    assert.equal(check({ host }, some), 'unauthorized');
  });

  it('takes no name that a URL would not take as the same address', () => {
    const unit = fc.constantFrom(...'127.0.0.1localhost[]::1@/\\ex%');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 20 }), (host) => {
        if (check({ host }) !== undefined) return;
        assert.ok(['localhost', '[::1]'].includes(new URL(`http://${host}`).hostname) || /^127\./.test(host), host);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a guarded node', () => {
  let node: TestServer;

  before(async () => {
    node = await startTestServer({ token: 's3cret' });
    await node.add('f');
  });
  after(() => node.server.close());

  it('answers without a token only whether it lives and is ready', async () => {
    for (const method of ['GET', 'HEAD']) assert.equal((await ask(node, method, '/healthz')).status, 200);
    assert.equal((await ask(node, 'GET', '/readyz')).status, 200);
    node.state = 'draining';
    assert.equal((await ask(node, 'GET', '/readyz')).status, 503);
    node.state = 'ready';
    for (const path of ['/api/stats', '/api/call/f', '/v1/functions', '/metrics', '/docs', '/', '/nowhere']) {
      const refused = await ask(node, 'GET', path);
      assert.equal(refused.status, 401, path);
      assert.equal(refused.headers['www-authenticate'], 'Bearer');
      assert.equal(path.startsWith('/api') ? refused.json.error.code : refused.json.code, 'unauthorized');
    }
    const headers = { authorization: 'Bearer s3cret' };
    assert.equal((await ask(node, 'GET', '/api/call/f', { headers })).status, 200);
    assert.equal(node.engine.requests.length, 1);
  });

  it('refuses what a page can send, and answers no preflight', async () => {
    const authorization = 'Bearer s3cret';
    const page = { authorization, origin: 'http://evil.example' };
    const simple = await ask(node, 'POST', '/api/gen', {
      headers: { ...page, 'content-type': 'text/plain' },
      body: 'x',
    });
    assert.equal(simple.status, 403);
    const preflight = await ask(node, 'OPTIONS', '/v1/functions/f', {
      headers: { ...page, 'access-control-request-method': 'PUT' },
    });
    assert.equal(preflight.status, 403);
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    const image = await ask(node, 'GET', '/api/call/f', { headers: { authorization, 'sec-fetch-site': 'cross-site' } });
    assert.equal(image.status, 403);
    const rebound = await ask(node, 'GET', '/api/stats', { headers: { authorization, host: 'evil.example' } });
    assert.equal(rebound.status, 403);
  });
});
