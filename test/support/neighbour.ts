import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runFob } from './fob-process.ts';

const run = promisify(execFile);

/**
 * Another machine, as functions see it: an address in a private network that they reach where their network rule names it,
 * while this machine's own addresses are closed to them. What listens on this machine's loopback answers there.
 */
export interface Neighbour {
  readonly address: string;
  /** Ends it, with all that was made for it. */
  close(): Promise<void>;
}

/** Why there can be none here; `false` where there can. */
export async function noNeighbour(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'it needs root, for a network namespace of its own';
  const { stdout } = await runFob(['doctor', '--json', '--port', '0', '--data', join(tmpdir(), 'fob-no-data')]);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string }[] };
  const has = (name: string) => checks.some((check) => check.name === name && check.state === 'ok');
  return !(has('function network') && has('network rules')) && 'functions have no network here, as fob doctor says';
}

/** Runs there: hands each connection on by a Unix socket, which network namespaces do not keep apart. */
const RELAY = `
const net = require('node:net');
const ports = JSON.parse(process.argv[1]);
let left = Object.keys(ports).length;
for (const [port, path] of Object.entries(ports)) {
  net.createServer((outer) => {
    const inner = net.connect(path);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  }).listen(Number(port), '0.0.0.0', () => { if (--left === 0) console.log('ready'); });
}`;

/** Starts one, on whose ports answers what listens on those of loopback: `{ 5432: 49152 }`. */
export async function startNeighbour(ports: Readonly<Record<number, number>>): Promise<Neighbour> {
  const name = `fob-neighbour-${process.pid}`;
  const cable = `fobn${process.pid % 100_000}`;
  // Of a process that runs at the same time it is another one.
  const place = process.pid % 65_536;
  const network = `10.${214 + (place >> 14)}.${(place >> 6) & 255}`;
  const address = (host: number) => `${network}.${4 * (place & 63) + host}`;
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'fob-neighbour-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const paths: Record<string, string> = {};
    for (const [port, own] of Object.entries(ports)) {
      paths[port] = join(folder, port);
      const server = await listen(paths[port]!, own);
      undo.push(async () => void server.close());
    }
    await run('ip', ['netns', 'add', name]);
    undo.push(() => run('ip', ['netns', 'delete', name]));
    await run('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
    undo.push(() => run('ip', ['link', 'delete', cable]).catch(() => undefined));
    await run('ip', ['address', 'add', `${address(1)}/30`, 'dev', cable]);
    await run('ip', ['-n', name, 'address', 'add', `${address(2)}/30`, 'dev', 'eth0']);
    await run('ip', ['link', 'set', cable, 'up']);
    await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up']);
    const words = ['netns', 'exec', name, process.execPath, '-e', RELAY, JSON.stringify(paths)];
    const relay = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    undo.push(async () => {
      relay.kill('SIGKILL');
      if (relay.exitCode === null && relay.signalCode === null) await once(relay, 'exit');
    });
    await once(relay.stdout, 'data');
    return { address: address(2), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(path: string, port: number): Promise<Server> {
  const server = createServer((outer) => {
    const inner = connect(port, '127.0.0.1');
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}
