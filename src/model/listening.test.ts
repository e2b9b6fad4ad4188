import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMayListen } from './listening.ts';

test('no settings open a node to other machines without a token', () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'fob.lan', '127.0.0.1.example.org']) {
    assert.throws(() => assertMayListen({ host, token: '' }), {
      code: 'invalid_request',
      message: /token is required/,
    });
    assertMayListen({ host, token: 'x' });
  }
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) assertMayListen({ host, token: '' });
});
