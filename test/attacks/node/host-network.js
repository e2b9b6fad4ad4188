// Connects to the host: its loopback, its addresses, and the platform's own API, by TCP, UDP, HTTP, fetch and WebSocket.
async function callme({ ...facts }) {
  const net = require('node:net');
  const connect = (host, port) =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ host, port, timeout: 2_000 });
      socket.on('data', (data) => resolve(data.toString('latin1')));
      socket.on('connect', () => resolve('connected'));
      socket.on('error', reject).on('timeout', () => reject(new Error('timeout')));
    });
  for (const port of [facts.apiPort, facts.tcpPort]) {
    for (const host of [
      '127.0.0.1',
      '127.0.0.2',
      '0.0.0.0',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      'localhost',
      ...facts.addresses,
    ]) {
      await attempt(`tcp ${host}:${port}`, () => connect(host, port));
    }
    await attempt(`fetch ${port}`, async () => (await fetch(`http://127.0.0.1:${port}/api/stats`)).text());
    await attempt(`fetch localhost ${port}`, async () => (await fetch(`http://localhost:${port}/api/stats`)).text());
    await attempt(
      `websocket ${port}`,
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
          socket.onopen = () => resolve(true);
          socket.onerror = reject;
        }),
    );
  }
  await attempt('interfaces', () =>
    Object.keys(require('node:os').networkInterfaces())
      .filter((name) => name !== 'lo')
      .join(),
  );
  await attempt('devices', () =>
    fs
      .readFileSync('/proc/net/dev', 'latin1')
      .trim()
      .split('\n')
      .slice(2)
      .filter((line) => !line.trim().startsWith('lo:'))
      .join(),
  );
  await attempt('routes', () => fs.readFileSync('/proc/net/route', 'latin1').trim().split('\n').slice(1).join());
  // 10.0.2.2 is the host in networks of user mode; nothing routes there when this sandbox has none.
  await attempt(
    'a way out',
    () =>
      new Promise((resolve, reject) =>
        require('node:dgram')
          .createSocket('udp4')
          .on('error', reject)
          .connect(9, '10.0.2.2', (error) => (error ? reject(error) : resolve(true))),
      ),
  );
  return report();
}

module.exports = { callme };
