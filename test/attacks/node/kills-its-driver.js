// Ends its own driver: exit, abort, signals, an uncaught error, a destroyed event loop.
// expect: crashed or exception
// variants: exit, kill, abort, parent, uncaught, everything, exitless
async function callme({ variant, ..._others }) {
  if (variant === 'exit') process.exit(0);
  if (variant === 'kill') process.kill(process.pid, 'SIGKILL');
  if (variant === 'abort') process.abort();
  if (variant === 'parent') {
    process.kill(1, 'SIGKILL');
    process.kill(process.ppid, 'SIGKILL');
    process.kill(process.pid, 'SIGTERM');
  }
  if (variant === 'uncaught')
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
  if (variant === 'everything') spawnSync('sh', ['-c', 'kill -9 -1']);
  if (variant === 'exitless') process.reallyExit(0);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

module.exports = { callme };
