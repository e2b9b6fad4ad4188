import type { SandboxLimits, SandboxUsage } from '../../sandbox.ts';

/** A resource that a machine's cgroups can hold; `freeze` stops processes. */
export type Control = 'memory' | 'cpu' | 'pids' | 'freeze';

/** One flavour of cgroups on this machine, and the owner's place in it. The helper process makes groups; anyone of the same user may sweep. */
export interface Cgroups {
  readonly flavour: 'v2' | 'v1' | 'none';
  /** What works here; what does not is limited by rlimits or not at all. */
  readonly controls: ReadonlySet<Control>;
  /** Makes an empty group. */
  create(name: string): Promise<Cgroup>;
  /** Ends the processes in, and removes, the groups of owners that `isStale` says are gone. */
  sweep(isStale: (owner: string) => boolean): Promise<void>;
  /** Removes the owner's own place; its groups are removed already. */
  close(): Promise<void>;
}

/** One sandbox's group. Everything but `attach`, `remove` is quick enough to be synchronous (tens of microseconds). */
export interface Cgroup {
  /** Moves a process in; what it starts afterwards is born inside. Slow (10 ms) after a quiet time, as the kernel waits for all its cores. */
  attach(pid: number): Promise<void>;
  limit(limits: SandboxLimits): void;
  /** Throws where the group uses more than that already and nothing can be reclaimed. */
  setMemory(memoryMb: number): void;
  freeze(): void;
  thaw(): void;
  usage(): SandboxUsage;
  /** How many processes the kernel ended for want of memory. */
  outOfMemoryKills(): number;
  /** Ids of the processes inside that have not ended. */
  processes(): number[];
  /** Ends every process inside, frozen or not; quiet where the group is gone. */
  killAll(): void;
  /** Removes the empty group. May be called twice. */
  remove(): Promise<void>;
}

/** Memory that comes with one whole processor, as AWS Lambda documents it. */
const MB_PER_CORE = 1_769;

/** Processor time of a sandbox: `cores` is the ceiling, and `share` the proportion under contention, 1 for a whole core's memory. */
export function cpuFor(memoryMb: number): { share: number; cores: number } {
  const share = memoryMb / MB_PER_CORE;
  return { share, cores: Math.max(1, share) };
}

/** bubblewrap's own two processes in each sandbox, beside those that its limits allow. */
export const OWN_PROCESSES = 2;
