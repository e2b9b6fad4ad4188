// Takes all the memory it can get: in and beside the heap, in children, workers and files.
// expect: out_of_memory
// variants: heap, buffers, shared, child, tmp-file, shm-file
async function callme({ variant, ..._others }) {
  const kept = [];
  if (variant === 'heap') for (;;) kept.push(new Array(1_000).fill(kept.length));
  if (variant === 'buffers') for (;;) kept.push(Buffer.alloc(1 << 20, 1));
  if (variant === 'shared') for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(1 << 20)).fill(1));
  if (variant === 'child') spawnSync('sh', ['-c', 'x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done']);
  const file = fs.openSync(variant === 'tmp-file' ? '/tmp/hog' : '/dev/shm/hog', 'w');
  for (let count = 0; count < 4_096; count += 1) fs.writeSync(file, Buffer.alloc(1 << 20, 1));
}

module.exports = { callme };
