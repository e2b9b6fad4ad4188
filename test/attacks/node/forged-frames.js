// Speaks for its driver: forged, damaged and endless frames on the driver's socket, or none any more.
// expect: crashed
// variants: other-call, zero-call, hello, load, loaded, invoke, unknown, huge-length, no-length, short-result, long-type, damaged-error, chunk-of-nobody, closed, garbage
function frame(kind, call, body = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + body.length, 0);
  head[4] = kind;
  head.writeUInt32BE(call, 5);
  return Buffer.concat([head, body]);
}

function result(call, text) {
  return frame(6, call, Buffer.concat([Buffer.alloc(6), Buffer.from(text)]));
}

const FRAMES = {
  'other-call': () => result(2, '"forged"'),
  'zero-call': () => result(0, '"forged"'),
  hello: () => frame(1, 0, Buffer.from('{"protocol":1,"runtime":"forged","runtimeVersion":"0"}')),
  load: () => frame(2, 0, Buffer.from('{}')),
  loaded: () => frame(3, 0, Buffer.from('{"parameters":["__proto__"]}')),
  invoke: () => frame(4, 1, Buffer.alloc(40)),
  unknown: () => frame(250, 1),
  'huge-length': () => Buffer.from('ffffffff0600000001', 'hex'),
  'no-length': () => Buffer.alloc(64),
  'short-result': () => frame(6, 1, Buffer.alloc(1)),
  'long-type': () => frame(6, 1, Buffer.from('00000000ffff74657874', 'hex')),
  'damaged-error': () => frame(7, 1, Buffer.from('{"type":')),
  'chunk-of-nobody': () => frame(8, 77, Buffer.alloc(7)),
  garbage: () => require('node:crypto').randomBytes(1_000),
};

async function callme({ variant, ..._others }) {
  if (variant === 'closed') fs.closeSync(3);
  else fs.writeSync(3, FRAMES[variant]());
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

module.exports = { callme };
