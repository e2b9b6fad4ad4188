import { lstat, mkdtemp, readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { removeTree } from '../scratch.ts';

/** A temporary folder that goes when the test ends. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-deploy-'));
  test.after(() => removeTree(folder));
  return folder;
}

/** What a folder holds: a file's content, `-> target` for a link, `/` for an empty folder, by path. */
export async function contentsOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(folder, { recursive: true })).sort()) {
    const file = join(folder, path);
    const stat = await lstat(file);
    if (stat.isSymbolicLink()) found[path] = `-> ${await readlink(file)}`;
    else if (stat.isFile()) found[path] = await readFile(file, 'latin1');
    else if ((await readdir(file)).length === 0) found[path] = '/';
  }
  return found;
}
