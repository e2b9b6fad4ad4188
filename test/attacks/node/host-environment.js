// Looks for the environment of the node and its host in its own processes, reports and heap snapshots.
async function callme({ ...facts }) {
  await attempt('own environment', () => process.env[facts.hostVariable]);
  await attempt('values', () => Object.entries(process.env).find(([, value]) => value.includes(facts.marker)));
  await attempt('variables of the host', () =>
    Object.keys(process.env)
      .filter((name) => /^(FOB_TOKEN|SSH_|AWS_|npm_|XDG_|SUDO_)/.test(name))
      .join(),
  );
  await attempt('report', () =>
    JSON.stringify(process.report.getReport().environmentVariables ?? {}).includes(facts.marker),
  );
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    for (const part of ['environ', 'cmdline', 'maps'])
      await attempt(`${part} of ${pid}`, () =>
        fs.readFileSync(`/proc/${pid}/${part}`, 'latin1').includes(facts.hostVariable),
      );
  await attempt('environment of a program', () => output('env')?.includes(facts.marker));
  await attempt('memory of process 1', () =>
    fs.readSync(fs.openSync('/proc/1/mem', 'r'), Buffer.alloc(16), 0, 16, 0x400000),
  );
  return report();
}

module.exports = { callme };
