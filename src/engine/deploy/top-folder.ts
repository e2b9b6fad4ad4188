import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** Files by their paths as they lie once the top folder is lifted. */
export function withoutTopFolder<T>(files: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const [first = ''] = files.keys();
  const top = first.slice(0, first.indexOf('/') + 1);
  if (top === '' || ![...files.keys()].every((path) => path.startsWith(top))) return files;
  return new Map([...files].map(([path, file]) => [path.slice(top.length), file]));
}

/**
 * The folder that really holds the code: archives made from a repository or by zipping a folder hold all of it in one
 * top folder. Moves that folder to `destination` and returns its name; `undefined`, and nothing moved, where it is not so.
 */
export async function liftTopFolder(folder: string, destination: string): Promise<string | undefined> {
  const [only, ...others] = await readdir(folder, { withFileTypes: true });
  if (only === undefined || others.length > 0 || !only.isDirectory()) return undefined;
  await rename(join(folder, only.name), destination);
  return only.name;
}
