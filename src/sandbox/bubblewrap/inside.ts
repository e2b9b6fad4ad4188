import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SYSTEM_PATH } from './network-rules.ts';

/** How long a connection may take. */
const CONNECT_MS = 5_000;

/**
 * A connection to a port on the loopback of the sandbox whose first process this is. A helper of its own makes it, within the
 * sandbox's network and otherwise outside of it, and ends with it. Rejects where nobody listens.
 */
export async function connectInside(pid: number, uid: number | undefined, port: number): Promise<Socket> {
  const relay = fileURLToPath(new URL('./relay.cjs', import.meta.url));
  // Root needs no more than the network; another user must be the sandbox's own to enter it.
  const enter = process.getuid!() === 0 ? [] : [`--user=/proc/${pid}/ns/user`, '--preserve-credentials'];
  const words = [...enter, `--net=/proc/${pid}/ns/net`, process.execPath, relay, String(port)];
  const child = spawn('nsenter', words, {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    env: { PATH: SYSTEM_PATH },
    // What it forwards comes from a hostile place; it needs no right of root for that once it is there.
    ...(uid === undefined || process.getuid!() === 0 ? {} : { uid, gid: uid }),
  });
  const socket = child.stdio[3] as Socket;
  socket.on('error', () => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), CONNECT_MS);
  try {
    const ready = once(child.stdout!, 'data').then(() => true);
    const ended = once(child, 'exit').then(() => false);
    if (await Promise.race([ready, ended])) return socket;
  } finally {
    clearTimeout(timer);
  }
  socket.destroy();
  throw new Error('nobody listens there');
}
