// Survives its timeout: detached processes, ignored signals, children that start each other again.
// expect: timed_out
// config: {"timeoutMs": 1000}
async function callme({ attackId, ..._others }) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGQUIT', 'SIGPIPE']) process.on(signal, () => {});
  const script = 'trap "" HUP INT TERM; while :; do (sleep 1 &); sleep 1; done';
  spawn('setsid', ['setsid', 'sh', '-c', script, attackId], { detached: true, stdio: 'ignore' }).unref();
  spawn('sh', ['-c', `(${script}) & exit 0`, attackId], { detached: true, stdio: 'ignore' }).unref();
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1_000));
}

module.exports = { callme };
