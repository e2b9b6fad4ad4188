import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient } from './client.ts';

/** The project's own folder. */
export const PROJECT_FOLDER = resolve(import.meta.dirname, '..', '..');
/** The entry that people type. */
export const FOB = join(PROJECT_FOLDER, 'fob');

export interface FobOptions {
  /** Beside what every process has; nothing of the user's own node comes through. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs it as this user, which only root can. */
  readonly uid?: number;
  /** What is to be typed before `fob`, such as another program that starts it. */
  readonly shell?: string;
}

/** `./fob` under way, as a process of its own without a terminal and without standard input. */
export interface FobProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** Resolves when it has ended and all its output is read. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

/** Starts `./fob` with these words. */
export function spawnFob(words: readonly string[], options: FobOptions = {}): FobProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(FOB_|NO_COLOR$|FORCE_COLOR$|NODE_TEST|NODE_OPTIONS$)/.test(name),
  );
  const [program, ...leading] = options.shell === undefined ? [FOB] : ['/bin/sh', '-c', options.shell, FOB];
  const child = spawn(program!, [...leading, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...options.environment },
    cwd: options.cwd ?? tmpdir(),
    // A group of its own, as a shell would give it.
    detached: true,
    ...(options.uid !== undefined && { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Awaited<FobProcess['ended']>>((done, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  ended.catch(() => {});
  return { pid: child.pid!, child, output: () => ({ stdout, stderr }), ended };
}

/** Runs `./fob` with these words to its end. */
export function runFob(words: readonly string[], options?: FobOptions): FobProcess['ended'] {
  return spawnFob(words, options).ended;
}

/** A node that was started by `./fob up`. */
export interface ProcessNode extends FobProcess {
  readonly url: string;
  readonly client: Client;
  readonly dataFolder: string;
  /** Asks it to stop, and fails unless it ends with 0. */
  stop(): Promise<void>;
  /** For clean-ups: ends it if it still runs. */
  kill(): Promise<void>;
}

/** Starts `./fob up` on a free port in this data folder and waits until it says that it is ready. */
export async function startFobUp(
  dataFolder: string,
  words: readonly string[] = [],
  options?: FobOptions,
): Promise<ProcessNode> {
  const all = ['up', '--json', '--no-install', '--port', '0', '--prewarmed', '1', '--data', dataFolder, ...words];
  const fob = spawnFob(all, options);
  const lines = createInterface({ input: fob.child.stdout! });
  const first = new Promise<string>((done) => lines.once('line', done));
  const early = fob.ended.then(({ code, stderr }) => assert.fail(`fob up ended with ${code}: ${stderr}`));
  const { url } = JSON.parse(await Promise.race([first, early])) as { url: string };
  early.catch(() => {});
  return {
    ...fob,
    url,
    client: createClient(url),
    dataFolder,
    async stop() {
      fob.child.kill('SIGTERM');
      const { code, signal, stderr } = await fob.ended;
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, stderr);
    },
    async kill() {
      fob.child.kill('SIGKILL');
      await fob.ended;
    },
  };
}

/** A fresh folder below the system's temporary one. */
export async function temporaryFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-e2e-'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
