import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Problem } from '../../model/problem.ts';
import { placeTree } from '../place-tree.ts';
import type { Sandbox, SandboxExit, SandboxSpec, SandboxUsage } from '../sandbox.ts';

const run = promisify(execFile);

/** One process group that stands for a sandbox. */
export class ProcessSandbox implements Sandbox {
  readonly id: string;
  readonly codeFolder: string;
  readonly channel: Socket;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<SandboxExit>;
  readonly canFreeze = true;
  private readonly folder: string;
  private readonly child: ChildProcess;
  private lastUsage: SandboxUsage = { memoryBytes: 0, peakMemoryBytes: 0, cpuMs: 0 };
  private isKilled = false;
  private isOver = false;

  private constructor(spec: SandboxSpec, folder: string, codeFolder: string) {
    this.id = spec.id;
    this.folder = folder;
    this.codeFolder = codeFolder;
    const translate = translation(spec, codeFolder);
    const [program, ...args] = spec.command.map(translate);
    const environment = Object.entries(spec.environment).map(([name, value]) => [
      name,
      value.split(':').map(translate).join(':'),
    ]);
    this.child = spawn(program!, args, {
      cwd: spec.buildFolder ?? codeFolder,
      env: { TMPDIR: join(folder, 'tmp'), ...Object.fromEntries(environment) },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // A process group of its own, so that all that it starts can be ended.
      detached: true,
    });
    this.stdout = this.child.stdout!;
    this.stderr = this.child.stderr!;
    this.channel = this.child.stdio[3] as Socket;
    // Whoever uses them listens later; until then an error is told by the sandbox's end.
    for (const socket of [this.stdout, this.stderr, this.channel]) socket.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.isOver = true;
        this.signal('SIGKILL');
        rmSync(folder, { recursive: true, force: true });
        if (signal === 'SIGKILL' && this.isKilled) resolve({ reason: 'killed_by_platform' });
        else if (signal !== null) resolve({ reason: 'signalled', signal });
        else resolve({ reason: 'exited', code: code! });
      });
    });
  }

  /** Starts the program, with `folder` for its private files. Rejects with `sandbox_failed`. */
  static async start(spec: SandboxSpec, folder: string): Promise<ProcessSandbox> {
    const placed = join(folder, 'code');
    mkdirSync(placed, { recursive: true });
    mkdirSync(join(folder, 'tmp'));
    const sandbox = new ProcessSandbox(spec, folder, spec.codeFolder ?? placed);
    try {
      await once(sandbox.child, 'spawn');
    } catch (cause) {
      rmSync(folder, { recursive: true, force: true });
      throw new Problem('sandbox_failed', `cannot start a sandbox: ${(cause as Error).message}`, { cause });
    }
    return sandbox;
  }

  async placeCode(codeFolder: string): Promise<void> {
    try {
      await placeTree(codeFolder, this.codeFolder, false);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new Problem('sandbox_failed', `cannot place code in sandbox "${this.id}": ${reason}`, { cause });
    }
  }

  async placeSocket(socketPath: string): Promise<string> {
    const path = join(this.folder, 'services');
    try {
      renameSync(socketPath, path);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new Problem('sandbox_failed', `cannot place a socket in sandbox "${this.id}": ${reason}`, { cause });
    }
    return path;
  }

  async connect(port: number): Promise<Duplex> {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new Problem('sandbox_failed', `cannot connect to port ${port} in sandbox "${this.id}": ${reason}`, {
        cause,
      });
    }
    return socket;
  }

  /** Nothing is limited here. */
  async setMemory(): Promise<void> {}

  async freeze(): Promise<void> {
    if (!this.isOver && !this.isKilled) this.signal('SIGSTOP');
  }

  async thaw(): Promise<void> {
    if (!this.isOver) this.signal('SIGCONT');
  }

  async usage(): Promise<SandboxUsage> {
    if (this.isOver) return this.lastUsage;
    const { stdout } = await run('ps', ['-A', '-o', 'pgid=,rss=,time=']);
    let memoryBytes = 0;
    let cpuMs = 0;
    for (const line of stdout.trim().split('\n')) {
      const [group, kilobytes, time] = line.trim().split(/\s+/);
      if (Number(group) !== this.child.pid) continue;
      memoryBytes += Number(kilobytes) * 1_024;
      cpuMs += milliseconds(time!);
    }
    this.lastUsage = {
      memoryBytes,
      peakMemoryBytes: Math.max(memoryBytes, this.lastUsage.peakMemoryBytes),
      cpuMs: Math.max(cpuMs, this.lastUsage.cpuMs),
    };
    return this.lastUsage;
  }

  async kill(): Promise<SandboxExit> {
    if (!this.isOver) {
      this.isKilled = true;
      this.signal('SIGKILL');
    }
    return await this.exited;
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // No process of the group is left.
    }
  }
}

/** Paths inside a sandbox as the host paths that they stand for. */
function translation(spec: SandboxSpec, codeFolder: string): (word: string) => string {
  const places = [...spec.mounts, { path: '/code', hostPath: codeFolder }];
  if (spec.buildFolder !== undefined) places.push({ path: '/build', hostPath: spec.buildFolder });
  // The deepest first, as mounts cover each other.
  places.sort((a, b) => b.path.length - a.path.length);
  return (word) => {
    const place = places.find(({ path }) => word === path || word.startsWith(`${path}/`));
    return place === undefined ? word : place.hostPath + word.slice(place.path.length);
  };
}

/** Of `[[days-]hours:]minutes:seconds`, as `ps` writes it. */
function milliseconds(time: string): number {
  const [clock, days = '0'] = time.split('-').reverse();
  const seconds = clock!.split(':').reduce((total, part) => total * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1_000;
}
