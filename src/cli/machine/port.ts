import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { EXIT, Failure } from '../failure.ts';

const LISTENING = '0A';
const FOB_NODE = 'another node of fob';

/** Rejects with a `Failure` that says who has the port, where a node could not listen there. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw await listenFailure(error as NodeJS.ErrnoException, host, port);
  } finally {
    await new Promise<void>((resolve) => probe.close(() => resolve()));
  }
}

/** What a failed attempt to listen means, in words. */
async function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Promise<Failure> {
  const cause = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE': {
      const owner = await portOwner(port);
      const by = owner === undefined ? '' : ` by ${owner.name} (process ${owner.pid})`;
      const another = `choose another with: ./fob up --port ${port === 65_535 ? 9998 : port + 1}`;
      return new Failure(EXIT.refused, `port ${port} is taken${by}`, {
        hint: owner?.name === FOB_NODE ? `use that one, end it with: kill ${owner.pid}, or ${another}` : another,
        ...cause,
      });
    }
    case 'EACCES':
      return new Failure(EXIT.refused, `this user may not listen on port ${port}`, {
        hint: 'choose one of 1024 and above with --port',
        ...cause,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Failure(EXIT.refused, `${host} is no address of this machine (${error.code})`, {
        hint: 'choose one with --host, such as 127.0.0.1 or 0.0.0.0',
        ...cause,
      });
    default:
      return new Failure(EXIT.refused, `cannot listen on ${host} port ${port}: ${error.message}`, cause);
  }
}

/** The process that listens on a TCP port, where this user may know it (Linux). */
async function portOwner(port: number): Promise<{ pid: number; name: string } | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const fields = line.trim().split(/\s+/);
      const localPort = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
      if (fields[3] === LISTENING && localPort === port && fields[9] !== undefined) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (!inodes.has(target)) continue;
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const isNode =
        words.some((word) => /\/(src\/cli\/main\.ts|dist\/node\/[^/]+\/main\.js)$/.test(word)) && words.includes('up');
      return { pid: Number(pid), name: isNode ? FOB_NODE : basename(words[0] ?? '') || 'a process' };
    }
  }
  return undefined;
}
