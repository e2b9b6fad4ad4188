// Opens, makes and changes devices.
async function callme({ ..._facts }) {
  const names = [
    'mem',
    'kmem',
    'port',
    'kmsg',
    'vda',
    'sda',
    'nvme0n1',
    'loop0',
    'loop-control',
    'fuse',
    'kvm',
    'net/tun',
    'tty',
    'tty0',
    'console',
    'ptmx',
    'pts/0',
    'snapshot',
    'uinput',
    'rtc0',
    'vsock',
  ];
  for (const name of names)
    for (const mode of ['r', 'r+', 'a'])
      await attempt(`open /dev/${name} ${mode}`, () => fs.openSync(`/dev/${name}`, mode));
  await attempt('make a file in /dev', () => fs.openSync('/dev/attack', 'w'));
  for (const name of ['null', 'zero', 'full', 'random', 'urandom']) {
    await attempt(`chmod ${name}`, () => fs.chmodSync(`/dev/${name}`, 0o600) === undefined);
    await attempt(`remove ${name}`, () => fs.unlinkSync(`/dev/${name}`) === undefined);
    await attempt(`replace ${name}`, () => fs.renameSync('/tmp', `/dev/${name}`) === undefined);
  }
  for (const words of [
    ['/tmp/a', 'c', '1', '1'],
    ['/dev/shm/b', 'b', '254', '0'],
    ['/tmp/null', 'c', '1', '3'],
  ])
    await attemptRun('mknod', ...words);
  return report();
}

module.exports = { callme };
