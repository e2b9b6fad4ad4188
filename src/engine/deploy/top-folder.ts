import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

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
