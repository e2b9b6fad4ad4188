import { existsSync, readFileSync } from 'node:fs';
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
  writeLater,
} from './cgroup-files.ts';

const CONTROLLERS = ['memory', 'cpu', 'pids'] as const;
const WEIGHT_OF_A_CORE = 100;
const PERIOD_US = 100_000;

/** Hands the controllers of `folder` down to the groups in it, as far as it has them and the kernel lets us. Says which are handed down. */
export function handDown(folder: string): Set<Control> {
  for (const controller of CONTROLLERS) {
    try {
      write(folder, 'cgroup.subtree_control', `+${controller}`);
    } catch {
      // Not available here, or processes live in `folder` itself: the file says below what we got.
    }
  }
  const handed = readFileSync(join(folder, 'cgroup.subtree_control'), 'latin1').split(/\s+/);
  return new Set(CONTROLLERS.filter((controller) => handed.includes(controller)));
}

/** Control groups of the second version: one hierarchy, in which `base` is the folder where this node may make groups. */
export async function createV2(base: string, owner: string): Promise<Cgroups> {
  const handed = handDown(base);
  const place = join(base, owner);
  await makeGroup(place);
  if (handed.has('cpu')) write(place, 'cpu.weight', Math.min(10_000, WEIGHT_OF_A_CORE * cpus().length));
  const controls = handDown(place);
  if (existsSync(join(place, 'cgroup.freeze'))) controls.add('freeze');
  return {
    flavour: 'v2',
    controls,
    async create(name) {
      const folder = join(place, name);
      await makeGroup(folder);
      return new V2Cgroup(folder, controls);
    },
    async sweep(isStale) {
      for (const stale of groupsIn(base).filter(isStale)) {
        for (const group of groupsIn(join(base, stale))) await removeGroup(join(base, stale, group));
        await removeGroup(join(base, stale));
      }
    },
    close: () => removeGroup(place),
  };
}

class V2Cgroup implements Cgroup {
  private readonly folder: string;
  private readonly controls: ReadonlySet<Control>;

  constructor(folder: string, controls: ReadonlySet<Control>) {
    this.folder = folder;
    this.controls = controls;
  }

  attach(pid: number): Promise<void> {
    return writeLater(this.folder, 'cgroup.procs', pid);
  }

  limit(limits: SandboxLimits): void {
    if (this.controls.has('pids')) write(this.folder, 'pids.max', limits.maxProcesses + OWN_PROCESSES);
    if (this.has('memory.swap.max')) write(this.folder, 'memory.swap.max', 0);
    this.setMemory(limits.memoryMb);
  }

  setMemory(memoryMb: number): void {
    if (this.controls.has('memory')) write(this.folder, 'memory.max', memoryMb * BYTES_PER_MB);
    if (this.controls.has('cpu')) {
      const { share, cores } = cpuFor(memoryMb);
      write(this.folder, 'cpu.weight', Math.min(10_000, Math.max(1, Math.round(WEIGHT_OF_A_CORE * share))));
      write(this.folder, 'cpu.max', `${Math.round(PERIOD_US * cores)} ${PERIOD_US}`);
    }
  }

  freeze(): void {
    if (this.controls.has('freeze')) write(this.folder, 'cgroup.freeze', 1);
  }

  thaw(): void {
    if (this.controls.has('freeze')) write(this.folder, 'cgroup.freeze', 0);
  }

  usage(): SandboxUsage {
    const memory = this.controls.has('memory');
    return {
      memoryBytes: memory
        ? readNumber(this.folder, 'memory.current') - readField(this.folder, 'memory.stat', 'inactive_file')
        : 0,
      peakMemoryBytes: this.has('memory.peak') ? readNumber(this.folder, 'memory.peak') : 0,
      cpuMs: readField(this.folder, 'cpu.stat', 'usage_usec') / 1e3,
    };
  }

  outOfMemoryKills(): number {
    return this.controls.has('memory') ? readField(this.folder, 'memory.events', 'oom_kill') : 0;
  }

  processes(): number[] {
    return processesIn(this.folder);
  }

  killAll(): void {
    if (this.has('cgroup.kill')) write(this.folder, 'cgroup.kill', 1);
    else signalEach(this.processes(), 'SIGKILL');
  }

  remove(): Promise<void> {
    return removeGroup(this.folder);
  }

  private has(file: string): boolean {
    return existsSync(join(this.folder, file));
  }
}
