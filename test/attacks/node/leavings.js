// Leaves files, sockets, servers and processes for the next function, which looks for them.
// turns: 2
const net = require('node:net');

const FOLDERS = ['/tmp', '/dev/shm', '/var/tmp', '/code', '/run', '/dev', '/'];

function connects(options) {
  return new Promise((resolve, reject) =>
    net
      .connect(options)
      .on('connect', () => resolve(true))
      .on('error', reject),
  );
}

async function leave(facts) {
  for (const folder of FOLDERS) {
    try {
      fs.writeFileSync(path.join(folder, 'fob-leaving'), facts.attackId);
    } catch {}
  }
  net.createServer().listen({ path: '\0fob-leaving' });
  net.createServer().listen(3_999, '127.0.0.1');
  globalThis.fobLeaving = true;
  spawn('sh', ['-c', 'trap "" HUP TERM INT; while :; do sleep 5; done', facts.attackId], {
    detached: true,
    stdio: 'ignore',
  }).unref();
}

async function callme({ ...facts }) {
  if (facts.turn === 1) {
    await attempt('leave', () => leave(facts));
    return report();
  }
  for (const folder of FOLDERS)
    await attempt(`file in ${folder}`, () => fs.readFileSync(path.join(folder, 'fob-leaving'), 'latin1'));
  await attempt('abstract socket', () => connects({ path: '\0fob-leaving' }));
  await attempt('server', () => connects({ port: 3_999, host: '127.0.0.1' }));
  await attempt('globals', () => globalThis.fobLeaving);
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid))
    await attempt(`process ${pid}`, () => fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(facts.leaverId));
  return report();
}

module.exports = { callme };
