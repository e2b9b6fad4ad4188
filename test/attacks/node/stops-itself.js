// Stops its own driver, or blocks it for ever, so that nothing answers any more.
// expect: timed_out or out_of_memory
// variants: stopped, loop, atomics, backtracking, promise, raw-output, half-frame
// config: {"timeoutMs": 1000}
async function callme({ variant, ..._others }) {
  if (variant === 'stopped') process.kill(process.pid, 'SIGSTOP');
  if (variant === 'loop') for (;;);
  if (variant === 'atomics') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (variant === 'backtracking') /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  if (variant === 'half-frame') fs.writeSync(3, Buffer.from('000000ff06000000010000', 'hex'));
  if (variant === 'raw-output') for (;;) fs.writeSync(1, Buffer.alloc(60_000, '\x1b]0;owned\x07'));
  if (variant === 'promise') {
    const turn = () => Promise.resolve().then(turn);
    await turn();
  }
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

module.exports = { callme };
