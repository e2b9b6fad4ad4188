import { mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, Problem } from '../../model/problem.ts';

/** Makes a data folder that only its owner may enter, where there is none yet, and looks into it. Throws `data_folder_unusable`. */
export function makeDataFolder(folder: string): void {
  try {
    makeFolder(folder);
    readdirSync(folder);
  } catch (cause) {
    const remedy = 'choose another with --data or FOB_DATA';
    throw new Problem(
      'data_folder_unusable',
      `the data folder ${folder} cannot be used: ${messageOf(cause)}; ${remedy}`,
      { cause },
    );
  }
}

/** Not `mkdir` with `recursive`: where the kernel says ENOENT below a folder that exists (/proc), that tries for ever. */
function makeFolder(folder: string): void {
  const code = attempt(folder);
  if (code === 'EEXIST') return;
  if (code === 'ENOENT' && dirname(folder) !== folder) {
    makeFolder(dirname(folder));
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** Makes one folder; returns the code of an error that may be overcome, and throws any other. */
function attempt(folder: string): 'ENOENT' | 'EEXIST' | undefined {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EEXIST') return code;
    throw error;
  }
}
