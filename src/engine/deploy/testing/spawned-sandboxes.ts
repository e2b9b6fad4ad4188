import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Sandbox, SandboxExit, Sandboxes, SandboxSpec, SandboxUsage } from '../../../sandbox/sandbox.ts';

/** Real processes with no isolation at all, for builds whose commands come from the test; they find their folder in `$BUILD`. */
export class SpawnedSandboxes implements Sandboxes {
  readonly name = 'spawned';
  readonly started: SandboxSpec[] = [];
  readonly running = new Set<Sandbox>();

  async start(spec: SandboxSpec): Promise<Sandbox> {
    this.started.push(spec);
    const [program = '', ...args] = spec.command;
    const environment = { ...spec.environment, BUILD: spec.buildFolder ?? '', PATH: '/usr/bin:/bin' };
    const child = spawn(program, args, { env: environment, cwd: spec.buildFolder, detached: true });
    await once(child, 'spawn');
    const sandbox = spawned(spec.id, child);
    this.running.add(sandbox);
    void sandbox.exited.then(() => this.running.delete(sandbox));
    return sandbox;
  }

  check(): Promise<[]> {
    return Promise.resolve([]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((sandbox) => sandbox.kill()));
  }
}

function spawned(id: string, child: ChildProcess): Sandbox {
  const exited = new Promise<SandboxExit>((resolve) => {
    child.once('close', (code, signal) =>
      resolve(code === null ? { reason: 'signalled', signal: signal ?? '' } : { reason: 'exited', code }),
    );
  });
  const nothing = () => Promise.resolve();
  return {
    id,
    channel: new Socket(),
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exited,
    placeCode: nothing,
    placeSocket: async () => '',
    connect: () => Promise.reject(new Error('nothing listens in these')),
    setMemory: nothing,
    freeze: nothing,
    thaw: nothing,
    canFreeze: false,
    usage: () => Promise.resolve<SandboxUsage>({ memoryBytes: 0, peakMemoryBytes: 0, cpuMs: 0 }),
    kill() {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // The whole group has ended.
      }
      return exited;
    },
  };
}
