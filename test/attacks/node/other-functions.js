// Reads the code, environment and files of another function that is warm at the same time.
async function callme({ ...facts }) {
  const holds = (file) => fs.readFileSync(file, 'latin1').includes(facts.marker);
  const search = (folder) =>
    fs.readdirSync(folder, { recursive: true, withFileTypes: true }).find((entry) => {
      try {
        return entry.isFile() && holds(path.join(entry.parentPath, entry.name));
      } catch {
        return false;
      }
    })?.name;
  for (const folder of [
    facts.codeFolder,
    facts.dataFolder,
    '/code',
    `/code/..${facts.codeFolder}`,
    '/tmp',
    '/dev/shm',
    '/var',
    '/run',
  ])
    await attempt(`search ${folder}`, () => search(folder));
  await attempt('list all code', () => fs.readdirSync(facts.codeFolder).join());
  for (const file of ['/tmp/victim', '/dev/shm/victim', '/var/tmp/victim'])
    await attempt(file, () => fs.existsSync(file));
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const part of ['environ', 'cmdline']) await attempt(`${part} of ${pid}`, () => holds(`/proc/${pid}/${part}`));
    await attempt(`/tmp of ${pid}`, () => fs.existsSync(`/proc/${pid}/root/tmp/victim`));
    await attempt(`code of ${pid}`, () => search(`/proc/${pid}/root${facts.codeFolder}`));
  }
  await attempt('own environment', () => process.env[facts.victimVariable]);
  await attempt('environment of the report', () =>
    JSON.stringify(process.report.getReport()).includes(facts.victimVariable),
  );
  return report();
}

module.exports = { callme };
