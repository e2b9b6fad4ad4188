// Reads files of the host: the data folder, secrets in /tmp and the home folder, password files; by plain path and past its root.
async function callme({ ...facts }) {
  const secrets = [
    facts.secretFile,
    facts.homeFile,
    `${facts.dataFolder}/fob.db`,
    '/etc/shadow',
    '/etc/gshadow',
    '/etc/sudoers',
    '/etc/machine-id',
  ];
  const folders = [
    facts.dataFolder,
    path.dirname(facts.homeFile),
    '/root',
    '/home',
    '/var/lib',
    '/run',
    '/boot',
    '/mnt',
    '/srv',
    '/media',
    '/etc/ssh',
    '/sys/class',
  ];
  const roots = [
    '',
    '/proc/1/root',
    '/proc/self/root',
    '/proc/self/cwd/../../../..',
    '/..',
    '/tmp/../..',
    `/proc/${facts.hostPid}/root`,
    `/proc/${facts.nodePid}/cwd`,
  ];
  // The empty place for a socket of the platform is the sandbox's own.
  const listed = (folder) =>
    fs
      .readdirSync(folder)
      .filter((name) => !(folder.endsWith('/run') && name === 'fob'))
      .join();
  for (const root of roots) {
    for (const secret of secrets)
      await attempt(`read ${root}${secret}`, () => fs.readFileSync(root + secret, 'latin1'));
    for (const folder of folders) await attempt(`list ${root}${folder}`, () => listed(root + folder));
  }
  for (const [index, secret] of secrets.entries()) {
    for (const link of [fs.symlinkSync, fs.linkSync, fs.copyFileSync]) {
      await attempt(`${link.name} ${secret}`, () => {
        link(secret, `/tmp/${link.name}-${index}`);
        return fs.readFileSync(`/tmp/${link.name}-${index}`, 'latin1');
      });
    }
    await attemptRun('cat', secret);
    await attempt(`import ${secret}`, () => import(`file://${secret}`, { with: { type: 'json' } }));
    await attempt(`fetch ${secret}`, () => fetch(`file://${secret}`));
  }
  await attempt('name of the host', () => require('node:os').hostname() === facts.hostName);
  await attempt('home folder of the host', () => fs.existsSync(path.dirname(facts.homeFile)));
  await attempt('watch the secret', () => fs.watch(facts.secretFile));
  return report();
}

module.exports = { callme };
