import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { BYTES_PER_MB } from '../../../model/units.ts';
import type { SandboxLimits, SandboxUsage } from '../../sandbox.ts';
import { type Cgroup, type Cgroups, type Control, cpuFor, OWN_PROCESSES } from './cgroup.ts';
import {
  groupsIn,
  makeGroup,
  processesIn,
  readField,
  readNumber,
  removeGroup,
  signalEach,
  write,
  writeIfThere,
  writeLater,
} from './cgroup-files.ts';

/** Folders in which this node may make groups, by v1 controller; some controllers may share a folder. */
export type V1Folders = Readonly<Partial<Record<'memory' | 'cpu' | 'cpuacct' | 'pids' | 'freezer', string>>>;

const SHARES_OF_A_CORE = 1_024;
const PERIOD_US = 100_000;

/** Control groups of the first version: one hierarchy a controller. Also what a hybrid machine has. */
export async function createV1(folders: V1Folders, owner: string): Promise<Cgroups> {
  const bases = [...new Set(Object.values(folders))];
  const place = (base: string | undefined) => (base === undefined ? undefined : join(base, owner));
  for (const base of bases) await makeGroup(join(base, owner));
  // Sandboxes together weigh as much as the machine has cores, against one for each other group.
  if (folders.cpu !== undefined) write(join(folders.cpu, owner), 'cpu.shares', SHARES_OF_A_CORE * cpus().length);
  const controls = new Set<Control>();
  if (folders.memory !== undefined) controls.add('memory');
  if (folders.cpu !== undefined) controls.add('cpu');
  if (folders.pids !== undefined) controls.add('pids');
  if (folders.freezer !== undefined) controls.add('freeze');
  return {
    flavour: 'v1',
    controls,
    async create(name) {
      const group = (controller: keyof V1Folders) => {
        const folder = place(folders[controller]);
        return folder === undefined ? undefined : join(folder, name);
      };
      const all = bases.map((base) => join(base, owner, name));
      await Promise.all(all.map(makeGroup));
      return new V1Cgroup(all, {
        memory: group('memory'),
        cpu: group('cpu'),
        cpuacct: group('cpuacct'),
        pids: group('pids'),
        freezer: group('freezer'),
      });
    },
    async sweep(isStale) {
      // The freezer first: a frozen process does not die before it is thawed.
      const inOrder = [...bases].sort((base) => (base === folders.freezer ? -1 : 1));
      for (const base of inOrder) {
        for (const stale of groupsIn(base).filter(isStale)) {
          for (const group of groupsIn(join(base, stale))) {
            const folder = join(base, stale, group);
            signalEach(processesIn(folder), 'SIGKILL');
            if (base === folders.freezer) writeIfThere(folder, 'freezer.state', 'THAWED');
            await removeGroup(folder);
          }
          await removeGroup(join(base, stale));
        }
      }
    },
    async close() {
      for (const base of bases) await removeGroup(join(base, owner));
    },
  };
}

type Groups = Readonly<Record<keyof V1Folders, string | undefined>>;

class V1Cgroup implements Cgroup {
  private readonly all: readonly string[];
  private readonly groups: Groups;

  constructor(all: readonly string[], groups: Groups) {
    this.all = all;
    this.groups = groups;
  }

  async attach(pid: number): Promise<void> {
    for (const folder of this.all) await writeLater(folder, 'cgroup.procs', pid);
  }

  limit(limits: SandboxLimits): void {
    if (this.groups.pids !== undefined) write(this.groups.pids, 'pids.max', limits.maxProcesses + OWN_PROCESSES);
    this.setMemory(limits.memoryMb);
  }

  setMemory(memoryMb: number): void {
    const { memory, cpu } = this.groups;
    if (memory !== undefined) {
      const bytes = memoryMb * BYTES_PER_MB;
      const files = existsSync(join(memory, 'memory.memsw.limit_in_bytes'))
        ? ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes']
        : ['memory.limit_in_bytes'];
      // Memory with swap may never be limited lower than memory alone.
      if (bytes > readNumber(memory, 'memory.limit_in_bytes')) files.reverse();
      for (const file of files) write(memory, file, bytes);
    }
    if (cpu !== undefined) {
      const { share, cores } = cpuFor(memoryMb);
      write(cpu, 'cpu.shares', Math.max(2, Math.round(SHARES_OF_A_CORE * share)));
      if (existsSync(join(cpu, 'cpu.cfs_quota_us'))) write(cpu, 'cpu.cfs_quota_us', Math.round(PERIOD_US * cores));
    }
  }

  freeze(): void {
    if (this.groups.freezer !== undefined) write(this.groups.freezer, 'freezer.state', 'FROZEN');
  }

  thaw(): void {
    if (this.groups.freezer !== undefined) writeIfThere(this.groups.freezer, 'freezer.state', 'THAWED');
  }

  usage(): SandboxUsage {
    const { memory, cpuacct } = this.groups;
    return {
      memoryBytes:
        memory === undefined
          ? 0
          : readNumber(memory, 'memory.usage_in_bytes') - readField(memory, 'memory.stat', 'total_inactive_file'),
      peakMemoryBytes: memory === undefined ? 0 : readNumber(memory, 'memory.max_usage_in_bytes'),
      cpuMs: cpuacct === undefined ? 0 : readNumber(cpuacct, 'cpuacct.usage') / 1e6,
    };
  }

  outOfMemoryKills(): number {
    return this.groups.memory === undefined ? 0 : readField(this.groups.memory, 'memory.oom_control', 'oom_kill');
  }

  processes(): number[] {
    return processesIn(this.all[0]!);
  }

  killAll(): void {
    // A frozen process dies only once it is thawed.
    signalEach(this.processes(), 'SIGKILL');
    this.thaw();
  }

  async remove(): Promise<void> {
    await Promise.all(this.all.map(removeGroup));
  }
}
