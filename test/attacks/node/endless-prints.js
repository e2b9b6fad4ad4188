// Prints for ever, so that the node would fill its memory or its disk.
// expect: timed_out
// config: {"timeoutMs": 1500}
function callme({ ..._facts }) {
  const line = `\x1b[2J\x1b[1;31m${'x'.repeat(10_000)}`;
  for (;;) {
    process.stdout.write(`${line}\n`);
    process.stderr.write(line);
  }
}

module.exports = { callme };
