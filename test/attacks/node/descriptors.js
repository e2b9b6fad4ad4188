// Looks for descriptors that were left open on something of the host: folders, files, sockets.
async function callme({ ..._facts }) {
  for (const pid of [
    'self',
    ...fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid),
  ]) {
    let numbers = [];
    try {
      numbers = fs.readdirSync(`/proc/${pid}/fd`);
    } catch {
      await attempt(`descriptors of ${pid}`, () => false);
    }
    for (const number of numbers) {
      const link = `/proc/${pid}/fd/${number}`;
      await attempt(link, () => {
        const target = fs.readlinkSync(link);
        const status = fs.statSync(link);
        if (status.isDirectory()) return !target.startsWith('/proc/') && target;
        if (status.isFile()) return !/^\/(usr|code|lib|proc)|^\/memfd:/.test(target) && target;
        if (status.isBlockDevice() || status.isCharacterDevice())
          return !/^\/dev\/(null|zero|full|u?random)$/.test(target) && target;
        return Number(number) > 3 && pid !== 'self' && status.isSocket() && target;
      });
    }
  }
  return report();
}

module.exports = { callme };
