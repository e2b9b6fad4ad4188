import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** How often, a millisecond apart, to try to remove a group whose processes have been killed and are ending. */
const REMOVE_ATTEMPTS = 2_000;

export function readNumber(folder: string, file: string): number {
  return Number(readFileSync(join(folder, file), 'latin1'));
}

/** The number after `key` in a file of `key number` lines, 0 where there is none. */
export function readField(folder: string, file: string, key: string): number {
  const line = readFileSync(join(folder, file), 'latin1')
    .split('\n')
    .find((text) => text.startsWith(`${key} `));
  return line === undefined ? 0 : Number(line.slice(key.length + 1));
}

export function write(folder: string, file: string, value: string | number): void {
  writeFileSync(join(folder, file), String(value));
}

/** Writes where the group still is. */
export function writeIfThere(folder: string, file: string, value: string | number): void {
  try {
    write(folder, file, value);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

export async function writeLater(folder: string, file: string, value: string | number): Promise<void> {
  await writeFile(join(folder, file), String(value));
}

/** Ids of the processes in a group; none where the group is gone. */
export function processesIn(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Sends a signal to each process; quiet where one has ended. */
export function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended before.
    }
  }
}

/** Whether a group can be made in `folder`: tries, and removes it again. */
export function canMakeGroupIn(folder: string): boolean {
  const probe = join(folder, `fob-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

export async function makeGroup(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

/** Removes a group, killing what still is inside, and waiting until it has ended; quiet where the group is gone. */
export async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || attempt === REMOVE_ATTEMPTS) throw error;
    }
    signalEach(processesIn(folder), 'SIGKILL');
    await setTimeout(1);
  }
}

/** Names of the groups in `folder`, none where it is gone. */
export function groupsIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}
