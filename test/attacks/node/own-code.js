// Changes what later calls run: its own code, the driver, the interpreter, /usr and /etc.
async function callme({ ..._facts }) {
  const driver = Object.keys(require.cache).find((file) => file.endsWith('wire.cjs')) ?? process.argv[1];
  const folders = [
    '/',
    '/code',
    path.dirname(driver),
    path.dirname(process.execPath),
    '/usr',
    '/usr/bin',
    '/usr/lib',
    '/usr/local/lib',
    '/etc',
    '/bin',
    '/lib',
    '/dev',
    '/proc',
    '/var',
    '/run',
    '/root',
    '/home',
  ];
  const files = [
    '/code/main.js',
    driver,
    process.execPath,
    fs.realpathSync(process.execPath),
    '/proc/self/exe',
    '/proc/1/exe',
    '/etc/passwd',
    '/etc/hosts',
    '/etc/ld.so.preload',
    '/usr/bin/env',
    '/bin/sh',
  ];
  for (const folder of folders) {
    await attempt(`make a file in ${folder}`, () => fs.openSync(path.join(folder, 'attack'), 'w'));
    await attempt(`make a folder in ${folder}`, () => fs.mkdirSync(path.join(folder, 'attack-folder')) === undefined);
    await attempt(`link in ${folder}`, () => fs.symlinkSync('/tmp', path.join(folder, 'attack-link')) === undefined);
    await attempt(`rename ${folder}`, () => fs.renameSync(folder, '/tmp/renamed') === undefined);
    await attempt(`chmod ${folder}`, () => fs.chmodSync(folder, 0o777) === undefined);
  }
  for (const file of files) {
    for (const mode of ['r+', 'a', 'w']) await attempt(`open ${file} ${mode}`, () => fs.openSync(file, mode));
    await attempt(`truncate ${file}`, () => fs.truncateSync(file) === undefined);
    await attempt(`remove ${file}`, () => fs.unlinkSync(file) === undefined);
    await attempt(`chmod ${file}`, () => fs.chmodSync(file, 0o777) === undefined);
    await attempt(`touch ${file}`, () => fs.utimesSync(file, 0, 0) === undefined);
    await attempt(`copy over ${file}`, () => fs.copyFileSync('/dev/null', file) === undefined);
    await attempt(`reopen ${file}`, () => fs.openSync(`/proc/self/fd/${fs.openSync(file, 'r')}`, 'r+'));
  }
  return report();
}

module.exports = { callme };
