import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A real server that a test started: its own process, folder and loopback port. */
export interface TestServer {
  readonly port: number;
  /** Ends the process at once; its folder stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same folder. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

export interface ServerPlan {
  readonly name: string;
  /** Program and arguments, for a folder of its own and a port. Files in the folder may be written before it resolves. */
  command(folder: string, port: number): Promise<readonly string[]> | readonly string[];
  readonly environment?: (folder: string, port: number) => Record<string, string>;
  /** Resolves true when it answers; default: the port takes connections. */
  readonly ready?: (port: number) => Promise<boolean>;
  /** The server consists of several processes: all of its process group are ended. */
  readonly group?: boolean;
  /** For servers that refuse to run as root. */
  readonly uid?: number;
  readonly gid?: number;
}

const READY_WITHIN_MS = 120_000;
const CHECK_EVERY_MS = 50;

/** The first of these programs that is installed. */
export function findServer(...paths: readonly string[]): string | undefined {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts a server and waits until it answers. */
export async function startServer(plan: ServerPlan): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `fob-test-${plan.name}-`));
  const port = await freePort();
  let child: ChildProcess | undefined;
  let output = '';
  const start = async (): Promise<void> => {
    const [program, ...words] = await plan.command(folder, port);
    output = '';
    const started = spawn(program!, words, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C', ...plan.environment?.(folder, port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: plan.group ?? false,
      ...(plan.uid !== undefined && { uid: plan.uid, gid: plan.gid }),
    });
    child = started;
    for (const stream of [started.stdout!, started.stderr!])
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk).slice(-8_192);
      });
    const deadline = Date.now() + READY_WITHIN_MS;
    const isReady = plan.ready ?? accepts;
    while (!(await isReady(port))) {
      if (started.exitCode !== null || started.signalCode !== null || Date.now() > deadline)
        throw new Error(`${plan.name} does not start:\n${output}`);
      await pause(CHECK_EVERY_MS);
    }
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined) return;
    if (plan.group) killGroup(running.pid!);
    if (running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  };
  const close = async (): Promise<void> => {
    await kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }
  return { port, start, kill, close };
}

function killGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Below the ports that systems give out by themselves, to whoever connects or listens anywhere. */
const [FIRST_PORT, LAST_PORT] = [12_000, 32_000];

/**
 * A loopback port that is free now, and that nobody gets by chance before it is used, or while its server is down: neither
 * another test, nor whoever tries to connect to it, which would find itself there.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Whether something takes connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
