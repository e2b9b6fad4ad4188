// Answers its own call with frames of its own: header injection, types that a browser would run, impossible times, bad logs.
// result: forged
function send(kind, call, body) {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + body.length, 0);
  head[4] = kind;
  head.writeUInt32BE(call, 5);
  fs.writeSync(3, Buffer.concat([head, body]));
}

function callme({ ..._facts }) {
  for (const [stream, level, time] of [
    [0, 0, 0],
    [255, 255, Number.NaN],
    [1, 6, Number.POSITIVE_INFINITY],
  ]) {
    const line = Buffer.alloc(40, '\x1b[31m\r\n\xff');
    line[0] = stream;
    line[1] = level;
    line.writeDoubleBE(time, 2);
    for (const call of [0, 1, 2, 0xffffffff]) send(9, call, line);
  }
  const type = 'text/html\r\nSet-Cookie: stolen=1\r\n\r\n<script>';
  const fixed = Buffer.from([255, 255, 255, 255, 0, type.length]);
  // The driver answers too, for a call that has ended: the node must end this sandbox for it.
  send(6, 1, Buffer.concat([fixed, Buffer.from(`${type}<script>alert(1)</script>`)]));
  return report();
}

module.exports = { callme };
