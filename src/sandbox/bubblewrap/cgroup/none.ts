import { childrenOf, isRunning, statOf } from '../../proc.ts';
import type { SandboxUsage } from '../../sandbox.ts';
import type { Cgroup, Cgroups } from './cgroup.ts';
import { signalEach } from './cgroup-files.ts';

const BYTES_PER_PAGE = 4_096;
const MS_PER_TICK = 10;

/** A machine that gives us no cgroups: processes are found by descent, frozen by signals, and limited by rlimits alone. */
export function createNone(): Cgroups {
  return {
    flavour: 'none',
    controls: new Set(),
    create: async () => new ProcessTree(),
    sweep: async () => undefined,
    close: async () => undefined,
  };
}

/** A process and all that descend from it. In a sandbox nothing escapes it, as orphans go to the namespace's first process. */
class ProcessTree implements Cgroup {
  private root: number | undefined;
  private peakMemoryBytes = 0;
  private cpuMs = 0;

  async attach(pid: number): Promise<void> {
    this.root ??= pid;
  }

  limit(): void {}

  setMemory(): void {}

  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  usage(): SandboxUsage {
    let memoryBytes = 0;
    let cpuMs = 0;
    for (const pid of this.processes()) {
      const stat = statOf(pid);
      if (stat === undefined) continue;
      memoryBytes += Number(stat[21]) * BYTES_PER_PAGE;
      // Own time in user and system mode, and that of children that have ended.
      cpuMs += [11, 12, 13, 14].reduce((sum, field) => sum + Number(stat[field]), 0) * MS_PER_TICK;
    }
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, memoryBytes);
    // Time does not run back when processes end.
    this.cpuMs = Math.max(this.cpuMs, cpuMs);
    return { memoryBytes, peakMemoryBytes: this.peakMemoryBytes, cpuMs: this.cpuMs };
  }

  outOfMemoryKills(): number {
    return 0;
  }

  processes(): number[] {
    const found: number[] = [];
    const toVisit = this.root === undefined ? [] : [this.root];
    for (let pid = toVisit.pop(); pid !== undefined; pid = toVisit.pop()) {
      if (!isRunning(pid)) continue;
      found.push(pid);
      toVisit.push(...childrenOf(pid));
    }
    return found;
  }

  killAll(): void {
    signalEach(this.processes(), 'SIGKILL');
  }

  async remove(): Promise<void> {}

  private signal(signal: NodeJS.Signals): void {
    // bubblewrap's outer process, the root, only waits and stays as it is.
    signalEach(this.processes().slice(1), signal);
  }
}
