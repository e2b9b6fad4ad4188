// Starts as many processes and threads as it can get, and leaves them behind.
// expect: succeeded or out_of_memory or crashed
async function callme({ attackId, ..._others }) {
  const { Worker } = require('node:worker_threads');
  let started = 0;
  for (let count = 0; count < 300; count += 1) {
    await attempt('process', () => {
      const child = spawn('sleep', ['600', attackId], { detached: true, stdio: 'ignore' }).on('error', () => {});
      if (child.pid !== undefined) started += 1;
      child.unref();
    });
  }
  await attempt('more than 256 processes', () => started > 256 && started);
  for (let count = 0; count < 5; count += 1)
    await attempt('thread', () => {
      new Worker('setInterval(() => {}, 1000)', { eval: true }).on('error', () => {}).unref();
    });
  return report();
}

module.exports = { callme };
