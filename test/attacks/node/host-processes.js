// Sees, signals, debugs and changes processes of the host and of the node.
async function callme({ ...facts }) {
  const os = require('node:os');
  const inside = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  await attempt('list of processes', () => inside.length > 20 && inside.join());
  for (const pid of inside)
    await attempt(`name of ${pid}`, () =>
      fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(facts.hostProcess),
    );
  for (const pid of [facts.hostPid, facts.nodePid].filter((one) => !inside.includes(one))) {
    for (const signal of [0, 'SIGCONT', 'SIGUSR1', 'SIGKILL'])
      await attempt(`signal ${pid} by ${signal}`, () => process.kill(pid, signal));
    await attempt(`group of ${pid}`, () => process.kill(-pid, 0));
    await attempt(`debug ${pid}`, () => process._debugProcess(pid) === undefined);
    await attempt(`priority of ${pid}`, () => os.setPriority(pid, 10) === undefined);
    await attempt(`read priority of ${pid}`, () => os.getPriority(pid) !== undefined);
    for (const part of ['status', 'cmdline', 'environ', 'fd', 'root', 'cwd', 'mem'])
      await attempt(`${part} of ${pid}`, () => fs.lstatSync(`/proc/${pid}/${part}`));
  }
  await attempt('own number on the host', () => process.pid > 1_000);
  await attemptRun('pkill', '-0', facts.hostProcess);
  await attempt('ps', () => output('ps', 'ax')?.includes(facts.hostProcess));
  return report();
}

module.exports = { callme };
