// Becomes somebody else: process.setuid and its companions, set-user-id files, capabilities.
async function callme({ ..._facts }) {
  for (const id of [0, 1, 33, 65_534, 1_001, 'root', 'nobody']) {
    for (const name of ['setuid', 'setgid', 'seteuid', 'setegid'])
      await attempt(`${name} ${id}`, () => process[name](id) === undefined);
    await attempt(`setgroups ${id}`, () => process.setgroups([id]) === undefined);
    await attempt(`initgroups ${id}`, () => process.initgroups(id, id) === undefined);
    await attempt(`chown ${id}`, () => {
      fs.writeFileSync('/tmp/owned', '');
      return fs.chownSync('/tmp/owned', Number(id), Number(id)) === undefined;
    });
    await attempt(
      `spawn as ${id}`,
      () => spawnSync('id', ['-u'], { uid: Number(id), gid: Number(id), encoding: 'utf8' }).stdout,
    );
  }
  await attempt('root', () =>
    [process.getuid(), process.geteuid(), process.getgid(), ...process.getgroups()].includes(0),
  );
  const status = fs.readFileSync('/proc/self/status', 'latin1');
  for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    await attempt(name, () => /[^0]/.test(new RegExp(`${name}:\t(\\w+)`).exec(status)[1]));
  await attempt('new privileges', () => !status.includes('NoNewPrivs:\t1'));
  await attempt('no filter', () => !status.includes('Seccomp:\t2'));
  await attempt('set-user-id program of its own', () => {
    fs.copyFileSync('/usr/bin/id', '/tmp/id');
    fs.chmodSync('/tmp/id', 0o6755);
    return output('/tmp/id', '-u')?.trim() === '0';
  });
  return report();
}

module.exports = { callme };
