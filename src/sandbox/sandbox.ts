import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { Check, Mount } from '../model/machine.ts';

/**
 * Where code runs. One `Sandboxes` is one kind of isolation on one machine; one `Sandbox` is one isolated instance.
 *
 * A sandbox's end is a value (`SandboxExit`); only a failure to provide one throws (`sandbox_failed`). Nothing outlives
 * `kill`, `close`, or the death of this process by any signal: no process, mount, cgroup, socket or folder.
 */
export interface Sandboxes {
  /** The adapter's name, such as `bubblewrap`. */
  readonly name: string;
  /** Starts one sandbox; resolves when its first process runs. Rejects with `sandbox_failed`, leaving nothing behind. */
  start(spec: SandboxSpec): Promise<Sandbox>;
  /** What works on this machine and what is weaker, for `fob doctor`. */
  check(): Promise<Check[]>;
  /** Kills all sandboxes and removes everything that was made for them. */
  close(): Promise<void>;
}

export interface SandboxSpec {
  /** Unique; also the name of its cgroup and folder. */
  readonly id: string;
  /** Program and arguments, as paths inside the sandbox. */
  readonly command: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Host paths that are visible read-only, beside the minimal root. */
  readonly mounts: readonly Mount[];
  /** Host folder shown at `/code`, read-only; absent for a prewarmed sandbox, which gets it later by `placeCode`. */
  readonly codeFolder?: string;
  /** Host folder shown writable at `/build`; only for build sandboxes. */
  readonly buildFolder?: string;
  readonly limits: SandboxLimits;
  readonly network: NetworkAccess;
}

/**
 * What the programs inside may reach, besides a socket that is placed: nothing; named hosts (`parseNetworkHost`) and nothing
 * else; the Internet without private networks; or anything but the host's loopback, which is for builds.
 */
export type NetworkAccess = 'none' | { readonly hosts: readonly string[] } | 'internet' | 'any';

export interface SandboxLimits {
  readonly memoryMb: number;
  /** Processes and threads. */
  readonly maxProcesses: number;
  readonly maxOpenFiles: number;
  /** Size of the private, writable `/tmp`, in MiB; its pages count as memory. */
  readonly tmpMb: number;
}

export interface Sandbox {
  readonly id: string;
  /** Where the programs inside find the code, if that is not `/code`: without isolation it is a host folder. */
  readonly codeFolder?: string;
  /** The engine's end of the driver socket; the program inside finds its end as file descriptor 3. */
  readonly channel: Socket;
  /** What the processes inside write to their descriptors 1 and 2, past the driver. Must be consumed. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<SandboxExit>;
  /** Shows the files of a host folder (in its whole depth) at `/code`, read-only. At most once, where the spec had no `codeFolder`. */
  placeCode(codeFolder: string): Promise<void>;
  /**
   * Moves a listening Unix socket of this process, a file of the run folder's file system, to where the programs inside can
   * connect to it, and nobody else; resolves with its path there. At most once. The file goes with the sandbox.
   */
  placeSocket(socketPath: string): Promise<string>;
  /** A connection to a TCP port on the loopback inside, whatever its network is. Rejects with `sandbox_failed` where nobody listens there. */
  connect(port: number): Promise<Duplex>;
  /** Changes the memory limit and the CPU share that follows it. */
  setMemory(memoryMb: number): Promise<void>;
  /** Stops every process inside from running until `thaw`; both may be called twice. Without the capability they resolve and do nothing (`canFreeze`). */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  readonly canFreeze: boolean;
  usage(): Promise<SandboxUsage>;
  /** Ends every process inside and removes what was made for it. May be called twice. */
  kill(): Promise<SandboxExit>;
}

export interface SandboxUsage {
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
  readonly cpuMs: number;
}

/** How a sandbox ended. */
export interface SandboxExit {
  readonly reason: 'exited' | 'signalled' | 'out_of_memory' | 'killed_by_platform';
  readonly code?: number;
  readonly signal?: string;
}
