import { readdirSync, readFileSync } from 'node:fs';

/** Ids of all processes of this machine. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Names of the folders in a folder; none where it is gone, or belongs to somebody else. */
export function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** What a file of the kernel says; empty where its process has ended, or belongs to somebody else. */
export function readOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
