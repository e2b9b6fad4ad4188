import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Language } from '../fob/node.ts';

const LIMIT_MS = 30_000;

/** The least that an interpreter must do to answer once: read and write on descriptor 3, a socket as a driver has it. */
const PROGRAMS: Readonly<Record<Language, readonly [string, ...string[]]>> = {
  node: [
    process.execPath,
    '-e',
    "const s = new (require('node:net').Socket)({ fd: 3 }); s.on('data', (data) => s.end(data));",
  ],
  python: ['/usr/bin/python3', '-c', 'import socket; s = socket.socket(fileno=3); s.sendall(s.recv(64))'],
};

/** Milliseconds from the spawn of a bare interpreter, without any sandbox, to its first reply. */
export async function bareSpawnMs(language: Language): Promise<number> {
  const [program, ...parameters] = PROGRAMS[language];
  const startedMs = performance.now();
  const child: ChildProcess = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    const channel = child.stdio[3] as Duplex;
    channel.write('ping');
    await Promise.race([
      once(channel, 'data'),
      closed.then(() => Promise.reject(new Error(`${program} ended without a reply`))),
    ]);
    return performance.now() - startedMs;
  } finally {
    await closed;
    clearTimeout(timer);
  }
}
