// Starts processes that start processes, for ever.
// expect: timed_out or out_of_memory
// config: {"timeoutMs": 1500}
async function callme({ attackId, ..._others }) {
  spawn('sh', ['-c', 'bomb() { bomb | bomb & }; while :; do bomb; done', attackId], { stdio: 'ignore' }).on(
    'error',
    () => {},
  );
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

module.exports = { callme };
