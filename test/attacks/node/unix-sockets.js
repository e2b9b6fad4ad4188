// Connects to Unix sockets of the host: abstract ones, those with a path, and the node's and the system's own.
async function callme({ ...facts }) {
  const net = require('node:net');
  const addresses = [
    `\0${facts.abstractSocket}`,
    facts.pathSocket,
    `/proc/1/root${facts.pathSocket}`,
    '/run/fob/services',
    '/run/docker.sock',
    '/var/run/docker.sock',
    '/run/dbus/system_bus_socket',
  ];
  addresses.push('/run/systemd/private', '/run/systemd/notify', '/tmp/.X11-unix/X0', '\0/tmp/.X11-unix/X0', '/dev/log');
  for (const address of addresses) {
    await attempt(
      `connect ${JSON.stringify(address)}`,
      () =>
        new Promise((resolve, reject) =>
          net
            .connect({ path: address })
            .on('connect', () => resolve(true))
            .on('error', reject),
        ),
    );
  }
  await attempt('sockets that the kernel lists', () =>
    fs
      .readFileSync('/proc/net/unix', 'latin1')
      .split('\n')
      .slice(1)
      .filter((line) => /[@/]/.test(line))
      .join(),
  );
  return report();
}

module.exports = { callme };
