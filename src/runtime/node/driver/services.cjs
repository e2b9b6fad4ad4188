'use strict';
/** The way to the platform's services: an address on this sandbox's own loopback, passed on to the socket that was placed in it. */
const { constants, openSync } = require('node:fs');
const net = require('node:net');
const { basename, dirname } = require('node:path');

const LOOPBACK = '127.0.0.1';
/** A socket's path has 108 bytes at most, the end of the text included. */
const MAX_PATH_BYTES = 107;

/** Does once what the first to listen would otherwise pay for: 4 ms of built-in modules. */
function prepare() {
  const server = net.createServer();
  server.on('error', () => undefined);
  server.listen({ host: LOOPBACK, port: 0 }, () => server.close());
  server.unref();
}

/** Starts to listen, and tells the function where by its environment. */
function connect({ socket, addressVariables }) {
  const path = short(socket);
  const server = net.createServer({ allowHalfOpen: true }, (client) => relay(client, path));
  // The driver's own socket alone decides how long this process lives.
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: LOOPBACK, port: 0 }, () => {
      const address = `http://${LOOPBACK}:${server.address().port}`;
      for (const name of addressVariables) process.env[name] = address;
      resolve();
    });
  });
}

/** A path that can be connected to: a long one is reached through its folder's descriptor. */
function short(path) {
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  return `/proc/self/fd/${openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)}/${basename(path)}`;
}

function relay(client, path) {
  const service = net.connect({ path, allowHalfOpen: true });
  for (const [one, other] of [
    [client, service],
    [service, client],
  ]) {
    one.setNoDelay?.(true);
    one.unref();
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
}

module.exports = { connect, prepare };
