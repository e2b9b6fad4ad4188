import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '../load/http.ts';

const READY_MS = 60_000;
const POLL_MS = 2;
const STOP_MS = 45_000;
const LOG_TAIL_BYTES = 2_000;

interface ServerSpec {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly port: number;
  /** Path that answers 200 once the server is ready. */
  readonly readyPath: string;
  /** File that takes what the server prints. */
  readonly logFile: string;
}

/** A server process started by the benchmark, ready to be called. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** From the start of the process until it was ready. */
  readonly readyMs: number;
  /** Ends it with SIGTERM, with SIGKILL where that takes too long. May be called twice. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Whatever ends the benchmark, no server outlives it. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server and waits until it is ready. Rejects with an `Error` that quotes the end of its output where it is not. */
export async function startServer(spec: ServerSpec): Promise<Server> {
  const log = openSync(spec.logFile, 'w');
  const startedMs = performance.now();
  const child = spawn(spec.program, spec.parameters, {
    stdio: ['ignore', log, log],
    env: { ...withoutSettings(process.env), ...spec.environment },
  });
  closeSync(log);
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  const stop = () => stopChild(child);
  const origin = `http://127.0.0.1:${spec.port}`;
  const settled = new AbortController();
  try {
    await once(child, 'spawn');
    await Promise.race([untilReady(`${origin}${spec.readyPath}`, settled.signal), ended(child)]);
  } catch (cause) {
    settled.abort();
    await stop();
    const printed = readFileSync(spec.logFile, 'utf8').slice(-LOG_TAIL_BYTES);
    throw new Error(`${spec.name} did not start: ${(cause as Error).message}\n${printed}`, { cause });
  }
  const readyMs = performance.now() - startedMs;
  return { pid: child.pid!, origin, readyMs, stop, [Symbol.asyncDispose]: stop };
}

/** A port of loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('loopback gave no port');
  return address.port;
}

/** The environment without any setting of a node, so that only what a scenario chose counts. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('FOB_')));
}

async function ended(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`it ended with ${signal ?? `exit code ${code}`}`);
}

async function untilReady(url: string, settled: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([settled, AbortSignal.timeout(READY_MS)]);
  const client = new HttpClient();
  try {
    while (!signal.aborted) {
      const answer = await client.send('GET', url).catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(POLL_MS);
    }
  } finally {
    client.close();
  }
  throw new Error(`${url} did not answer 200 within ${READY_MS} ms`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await closed;
  clearTimeout(timer);
}
