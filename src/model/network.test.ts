import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isNeverOpen, NETWORK_HOST_PATTERN, parseNetworkHost } from './network.ts';

test('names, addresses and ranges are read', () => {
  assert.deepEqual(parseNetworkHost('API.github.com:443'), {
    name: 'api.github.com',
    fromPort: 443,
    toPort: 443,
    protocol: 'tcp',
  });
  assert.deepEqual(parseNetworkHost('10.1.2.3:5432'), {
    range: '10.1.2.3/32',
    fromPort: 5432,
    toPort: 5432,
    protocol: 'tcp',
  });
  assert.deepEqual(parseNetworkHost('10.1.0.0/16:8000-8099/udp'), {
    range: '10.1.0.0/16',
    fromPort: 8000,
    toPort: 8099,
    protocol: 'udp',
  });
});

test('what is no host and port is none', () => {
  for (const text of [
    '',
    'api.github.com',
    'api.github.com:0',
    'api.github.com:70000',
    'api.github.com:90-80',
    '*.github.com:443',
    '-x.com:443',
    'a..b:443',
    '1.2.3:443',
    '1.2.3.4/33:443',
    'name/24:443',
    '[::1]:443',
    'https://api.github.com:443',
    'a:443 b',
    'a:443/sctp',
    'a:443\n10.0.0.0/8:1-65535',
  ]) {
    assert.equal(parseNetworkHost(text), undefined, text);
  }
});

test('whatever is read holds nothing that a command could take for something else', () => {
  const pattern = new RegExp(NETWORK_HOST_PATTERN);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(pattern)), (text) => {
      const host = parseNetworkHost(text);
      if (host === undefined) return;
      assert.match(text, pattern);
      assert.match(host.name ?? host.range!, /^[a-z0-9._/-]+$/);
      assert.ok(host.fromPort >= 1 && host.toPort <= 65_534 && host.fromPort <= host.toPort);
    }),
  );
});

test('this machine and link-local addresses are never open; what reaches further than them is', () => {
  const isClosed = (text: string) => isNeverOpen(parseNetworkHost(text)!);
  for (const text of [
    '127.0.0.1:80',
    '127.1.2.3:80',
    '0.0.0.0:80',
    '169.254.169.254:80',
    '169.254.0.0/20:1',
    'a.localhost:1',
  ])
    assert.equal(isClosed(text), true, text);
  for (const text of ['0.0.0.0/0:443', '169.254.0.0/12:1', '10.0.0.1:5432', '128.0.0.1:1', 'localhost.example:1'])
    assert.equal(isClosed(text), false, text);
});
