import { type ChildProcess, spawn } from 'node:child_process';
import { constants as osConstants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { Problem } from '../../model/problem.ts';

/** What `git` prints to standard error is kept up to here. */
const MAX_ERROR_BYTES = 65_536;
const DEFAULT_OUTPUT_BYTES = 1_048_576;
/** Blocks of `ulimit -f`. */
const BLOCK_BYTES = 512;
/** Blocks of `ulimit -v`. */
const MEMORY_BLOCK_BYTES = 1_024;

/**
 * Rules for each run of Git: no configuration but the repository's own, which only this node writes; no hook but the node's; no
 * question; objects are checked when they come in, and are on disk before a ref names them.
 */
const FIXED = [
  ['safe.directory', '*'],
  ['core.fsmonitor', 'false'],
  ['core.fsync', 'committed'],
  ['core.hooksPath', '/dev/null'],
  ['credential.helper', ''],
  ['transfer.fsckObjects', 'true'],
  ['receive.autogc', 'false'],
  ['gc.auto', '0'],
  ['pack.threads', '1'],
  ['protocol.allow', 'never'],
] as const;

export interface GitOptions {
  /** The repository. */
  readonly folder: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** No file that it writes may be larger. */
  readonly maxFileBytes?: number;
  /** No process of it may have more memory of its own, where the system can limit that. */
  readonly maxMemoryBytes?: number;
  readonly signal?: AbortSignal;
}

/** A run of Git under way. */
interface GitRun {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Descriptor 3 of the process, both ways. */
  readonly channel: Readable & Writable;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<{ readonly code: number; readonly stderr: string; readonly timedOut: boolean }>;
}

/** The system's Git, run within bounds. */
export class Git {
  private readonly program: string;
  private readonly home: string;
  private readonly running = new Set<ChildProcess>();

  /** `home` is an empty folder: Git looks for its user's settings there. */
  constructor(program: string, home: string) {
    this.program = program;
    this.home = home;
  }

  /** Starts it. It is ended, with all that it started, by the time limit, by the signal, and by `close`. */
  start(words: readonly string[], options: GitOptions): GitRun {
    const { folder, config = {}, environment = {}, maxFileBytes, maxMemoryBytes, signal } = options;
    const settings = [...FIXED, ...Object.entries(config)].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const git = [this.program, ...settings, ...words];
    const child = spawn('/bin/sh', ['-c', `${limitsOf(maxFileBytes, maxMemoryBytes)}exec "$0" "$@"`, ...git], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // A group of its own: what Git starts ends with it.
      detached: true,
      env: {
        PATH: process.env.PATH ?? '/usr/bin:/bin',
        LC_ALL: 'C',
        HOME: this.home,
        XDG_CONFIG_HOME: this.home,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_ATTR_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_ASKPASS: '',
        GIT_NO_REPLACE_OBJECTS: '1',
        ...environment,
      },
    });
    this.running.add(child);
    let timedOut = false;
    const kill = () => killGroup(child);
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, options.timeoutMs);
    signal?.addEventListener('abort', kill, { once: true });
    if (signal?.aborted) kill();
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < MAX_ERROR_BYTES) stderr += text;
    });
    // A process that ended does not read any more; its exit code says why.
    child.stdin!.on('error', () => {});
    const channel = child.stdio[3] as unknown as Readable & Writable;
    channel.on('error', () => {});
    const ended = new Promise<Awaited<GitRun['ended']>>((resolve) => {
      const finish = (code: number) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', kill);
        this.running.delete(child);
        resolve({ code, stderr, timedOut });
      };
      child.once('error', () => finish(127));
      child.once('close', (code, name) => finish(code ?? 128 + (name === null ? 0 : osConstants.signals[name])));
    });
    return { stdin: child.stdin!, stdout: child.stdout!, channel, ended };
  }

  /** Runs it to its end and resolves with what it printed; rejects with `unavailable` that says what went wrong. */
  async run(
    words: readonly string[],
    options: GitOptions & { readonly maxOutputBytes?: number; readonly input?: string },
  ): Promise<Buffer> {
    const { maxOutputBytes = DEFAULT_OUTPUT_BYTES } = options;
    const run = this.start(words, options);
    run.stdin.end(options.input ?? '');
    run.channel.resume();
    const chunks: Buffer[] = [];
    let bytes = 0;
    run.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxOutputBytes) chunks.push(chunk);
      else run.stdout.destroy();
    });
    const { code, stderr, timedOut } = await run.ended;
    if (bytes > maxOutputBytes)
      throw new Problem('too_large', `git ${words[0]} says more than ${maxOutputBytes} bytes`);
    if (timedOut) throw new Problem('unavailable', `git ${words[0]} took longer than ${options.timeoutMs / 1_000} s`);
    if (code !== 0) throw new Problem('unavailable', `git ${words[0]} failed: ${reasonOf(stderr, code)}`);
    return Buffer.concat(chunks);
  }

  /** Ends all that runs. */
  close(): void {
    for (const child of this.running) killGroup(child);
  }
}

/** What the shell sets before Git runs; what has no limit stays as the node's own is. `ulimit -v` is Linux's alone, and lowers only what is higher. */
function limitsOf(maxFileBytes: number | undefined, maxMemoryBytes: number | undefined): string {
  const file = maxFileBytes === undefined ? '' : `ulimit -f ${Math.ceil(maxFileBytes / BLOCK_BYTES)} && `;
  if (maxMemoryBytes === undefined || process.platform !== 'linux') return file;
  const blocks = Math.ceil(maxMemoryBytes / MEMORY_BLOCK_BYTES);
  return `${file}{ ulimit -v ${blocks} 2>/dev/null || true; } && `;
}

/** The telling line of what Git said. */
export function reasonOf(stderr: string, code: number): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const fatal = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1);
  return fatal?.replace(/^(fatal|error): /, '').slice(0, 500) ?? `it ended with ${code}`;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
