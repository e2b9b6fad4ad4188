'use strict';
/** Runs in the network of a sandbox: connects to a port of its loopback, says so by a line, and passes on what comes by descriptor 3. */
const net = require('node:net');

const outer = new net.Socket({ fd: 3, readable: true, writable: true, allowHalfOpen: true });
const inner = net.connect({ port: Number(process.argv[2]), host: '127.0.0.1', allowHalfOpen: true });
const end = () => process.exit();

inner.once('connect', () => {
  process.stdout.write('connected\n');
  outer.pipe(inner);
  inner.pipe(outer);
});
for (const socket of [outer, inner]) {
  socket.on('error', end);
  socket.on('close', end);
}
