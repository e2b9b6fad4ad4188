import { readdirSync, readFileSync } from 'node:fs';

/** Place of the kernel's flags in what `statOf` returns, and PF_EXITING among them. */
const FLAGS = 6;
const EXITING = 0x4;

/** Fields of `/proc/<pid>/stat` from the state on (`stat[0]`), as `proc(5)` lists them from the third; `undefined` where there is no such process. */
export function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Whether a process exists and has not ended: a zombie has. */
export function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Whether a process has ended or is about to: the kernel closes its files before it tells of its end. */
export function isEnding(pid: number): boolean {
  return !isRunning(pid) || (Number(statOf(pid)?.[FLAGS]) & EXITING) !== 0;
}

/** What a process started and has not reaped; of one without threads oldest first. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
