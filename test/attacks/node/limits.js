// Raises its own limits and priority.
async function callme({ ..._facts }) {
  const os = require('node:os');
  for (const priority of [-1, -5, -20])
    await attempt(`priority ${priority}`, () => os.setPriority(priority) === undefined && os.getPriority() < 0);
  for (const limit of ['-n 1048576', '-c unlimited', '-r 10', '-e 40', '-l unlimited'])
    await attemptRun('bash', '-c', `ulimit -H ${limit} && ulimit -S ${limit}`);
  await attempt(
    'open files',
    () => /Max open files\s+\d+\s+(\d+)/.exec(fs.readFileSync('/proc/self/limits', 'latin1'))[1] > 65_536,
  );
  await attempt('core dumps', () => !/Max core file size\s+0\s+0/.test(fs.readFileSync('/proc/self/limits', 'latin1')));
  await attemptRun('chrt', '-f', '1', 'true');
  await attemptRun('chrt', '-r', '1', 'true');
  await attemptRun('ionice', '-c', '1', 'true');
  return report();
}

module.exports = { callme };
