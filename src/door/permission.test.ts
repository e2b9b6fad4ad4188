import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS } from '../model/permission.ts';
import { startTestServer } from './testing/test-server.ts';

test('every route says which permission it needs', async () => {
  const { server } = await startTestServer();
  try {
    const { routes } = server;
    assert.ok(routes.length > 100, `${routes.length} routes`);
    const named = (which: (typeof routes)[number][]) => which.map(({ method, url }) => `${method} ${url}`);
    assert.deepEqual(named(routes.filter(({ permission }) => permission === undefined)), []);
    for (const { permission, method, url } of routes) {
      if (typeof permission !== 'object') continue;
      assert.ok((ACTIONS as readonly string[]).includes(permission.action), `${method} ${url}: ${permission.action}`);
    }
    const open = named(routes.filter(({ permission }) => permission === 'open')).filter(
      (route) => !route.startsWith('HEAD'),
    );
    assert.deepEqual(open.sort(), [
      'GET /healthz',
      'GET /readyz',
      'POST /git/:name/hook',
      'POST /v1/session',
      'POST /v1/session/browser',
    ]);
  } finally {
    await server.close();
  }
});
