// Fills /tmp and /dev/shm, where it has memory enough for what they may hold, and every other folder.
// config: {"memoryMb": 2048}
async function callme({ ..._facts }) {
  const block = Buffer.alloc(1 << 20, 1);
  for (const folder of ['/tmp', '/dev/shm', '/code', '/usr', '/etc', '/dev', '/', '/var', '/run']) {
    await attempt(`fill ${folder}`, () => {
      const file = fs.openSync(path.join(folder, 'hog'), 'w');
      try {
        for (let count = 0; count < 4_096; count += 1) fs.writeSync(file, block);
      } finally {
        fs.ftruncateSync(file);
      }
      return '4 GB';
    });
  }
  return report();
}

module.exports = { callme };
