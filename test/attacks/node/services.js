// Misuses the address of the services that it was granted: other names, other routes, other identities, half requests.
// config: {"grants": ["kv:attackers-own:read"]}
async function callme({ ...facts }) {
  const net = require('node:net');
  const address = new URL(process.env.FOB_URL);
  /** The status line of the answer to raw bytes; only 2xx is a gain. */
  const raw = (text, where) =>
    new Promise((resolve, reject) => {
      const socket = net.connect(where ?? { host: address.hostname, port: Number(address.port) });
      let answer = '';
      socket.setTimeout(3_000, () => socket.destroy());
      socket.on('data', (data) => {
        answer += data.toString('latin1');
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(/^HTTP\/1\.1 2/m.test(answer) ? answer : undefined));
      socket.write(text);
    });
  const ask = (method, target, headers = '') =>
    attempt(`${method} ${target} ${headers}`, () =>
      raw(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`),
    );
  const targets = [
    '/',
    '/v1/functions',
    '/v1/node',
    '/v1/sandboxes',
    '/v1/logs',
    '/v1/invocations',
    '/metrics',
    '/healthz',
  ];
  targets.push(
    '/api/stats',
    '/v1/kv',
    '/v1/kv/others/a',
    '/v1/buckets/others',
    '/v1/queues',
    '/v1/topics',
    '/v1/backup',
    '/docs',
  );
  targets.push(
    '/v1/kv/../functions',
    '/v1/kv/%2e%2e/functions',
    '//v1/functions',
    '/v1/kv/attackers-own/../../functions',
  );
  targets.push(`http://127.0.0.1:${facts.apiPort}/v1/functions`, '/v1/kv?/../functions', '/v1/functions?/v1/kv/');
  for (const target of targets) await ask('GET', target);
  for (const header of ['Authorization: Bearer x', 'X-Forwarded-For: 127.0.0.1', 'X-HTTP-Method-Override: GET'])
    await ask('GET', '/v1/functions', `${header}\r\n`);
  await ask('PUT', '/v1/kv/attackers-own/a', 'Content-Length: 1\r\n');
  await ask('CONNECT', `127.0.0.1:${facts.apiPort}`);
  await ask('GET', '/v1/functions', 'Connection: Upgrade\r\nUpgrade: websocket\r\n');
  await attempt('a second request hidden in the first', () =>
    raw(
      'GET /v1/kv/attackers-own/a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/functions HTTP/1.1\r\nHost: x\r\n\r\n',
    ),
  );
  await attempt('the socket itself', () =>
    raw('GET /v1/functions HTTP/1.1\r\nHost: x\r\n\r\n', { path: '/run/fob/services' }),
  );
  await attempt('a socket of its own in place of it', () => {
    fs.rmSync('/run/fob/services');
    return true;
  });
  // Many that say nothing, and are left.
  for (let count = 0; count < 400; count += 1)
    net.connect({ host: address.hostname, port: Number(address.port) }).on('error', () => undefined);
  return report();
}

module.exports = { callme };
