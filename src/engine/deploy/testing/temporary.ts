import { chmod, mkdtemp, readdir, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { removeTree } from '../scratch.ts';

const endings = new WeakMap<TestContext, (() => unknown)[]>();

/** Runs `work` when the test ends, and what was asked for last first: a folder goes after what works in it. */
export function afterwards(test: TestContext, work: () => unknown): void {
  let works = endings.get(test);
  if (works === undefined) {
    const pending: (() => unknown)[] = [];
    works = pending;
    endings.set(test, pending);
    test.after(async () => {
      for (const next of pending.reverse()) await next();
    });
  }
  works.push(work);
}

/** A temporary folder that goes when the test ends. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fob-deploy-'));
  afterwards(test, () => removeTree(folder));
  // As a data folder: who runs functions passes through.
  await chmod(folder, 0o711);
  return folder;
}

/** What a folder holds: a file's content, `-> target` for a link, `/` for an empty folder, by path. */
export async function contentsOf(folder: string, parent = ''): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(join(folder, parent), { withFileTypes: true });
  if (entries.length === 0 && parent !== '') found[parent] = '/';
  for (const entry of entries) {
    const path = join(parent, entry.name);
    if (entry.isSymbolicLink()) found[path] = `-> ${await readlink(join(folder, path))}`;
    else if (entry.isDirectory()) Object.assign(found, await contentsOf(folder, path));
    else found[path] = await readFile(join(folder, path), 'latin1');
  }
  return found;
}
