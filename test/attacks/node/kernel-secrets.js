// Reads what /proc, /sys and /dev tell of the kernel and the machine.
async function callme({ ...facts }) {
  const files = [
    '/proc/kcore',
    '/proc/kmsg',
    '/proc/kpagecount',
    '/proc/vmallocinfo',
    '/proc/slabinfo',
    '/proc/timer_list',
    '/dev/mem',
    '/dev/kmem',
    '/dev/port',
    '/dev/kmsg',
  ];
  files.push('/proc/1/stack', '/sys/kernel/debug', '/sys/kernel/notes', '/sys/class/dmi/id/product_uuid');
  for (const file of files)
    await attempt(`read ${file}`, () => fs.readSync(fs.openSync(file, 'r'), Buffer.alloc(1), 0, 1, 0));
  await attempt('list /sys', () => fs.readdirSync('/sys').join());
  await attempt('kernel addresses', () =>
    fs
      .readFileSync('/proc/kallsyms', 'latin1')
      .split('\n')
      .find((line) => line && !line.startsWith('0'.repeat(16))),
  );
  await attempt('keys', () => fs.readFileSync('/proc/keys', 'latin1'));
  await attempt('sockets of the host', () =>
    fs.readFileSync('/proc/net/unix', 'latin1').includes(facts.abstractSocket),
  );
  await attempt('shared memory of the host', () =>
    fs.readFileSync('/proc/sysvipc/shm', 'latin1').trim().split('\n').slice(1).join(),
  );
  await attemptRun('dmesg');
  await attemptRun('sysctl', '-w', 'kernel.panic=0');
  return report();
}

module.exports = { callme };
