import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isRunning, statOf } from './proc.ts';

/**
 * Who made a cgroup, a folder or a process. Several nodes may run on one machine, and any of them may die by SIGKILL; a
 * name that says its owner lets the next start remove what the dead left, and nothing of the living.
 */
const NAME = /^fob-(\d+)-(\d+)-(\d+)-(\d+)$/;
let instances = 0;

/** A new owner name: PID namespace, process, its start time, and a count within the process. */
export function newOwnerName(): string {
  instances += 1;
  return `fob-${pidNamespace()}-${process.pid}-${startTime(process.pid) ?? 0}-${instances}`;
}

/** Whether `name` is an owner name whose process has ended. Names that are not ours, or of another PID namespace, are never stale. */
export function isStaleOwner(name: string): boolean {
  const match = NAME.exec(name);
  if (match === null || match[1] !== pidNamespace()) return false;
  const pid = Number(match[2]);
  if (process.platform === 'linux') return startTime(pid) !== match[3];
  return !exists(pid);
}

const TAG = 'sandbox-of-';

/** The argument that marks a process as belonging to an owner's sandboxes. */
export function ownerTag(owner: string): string {
  return TAG + owner;
}

/** Ends the processes marked with an owner that `isStale` says is gone. */
export function endStaleProcesses(isStale: (owner: string) => boolean): void {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const words = readFileSync(`/proc/${entry}/cmdline`, 'latin1').split('\0');
      const tag = words.find((word) => word.startsWith(TAG));
      if (tag !== undefined && isStale(tag.slice(TAG.length))) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It ended while we looked.
    }
  }
}

function pidNamespace(): string {
  if (process.platform !== 'linux') return '0';
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}

/** Start of a process in clock ticks since boot, which tells it from a later one with the same id; `undefined` where it has ended. */
function startTime(pid: number): string | undefined {
  return isRunning(pid) ? statOf(pid)?.[19] : undefined;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
