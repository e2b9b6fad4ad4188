import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { ignoreRules } from '../../project/code/ignore-rules.ts';
import { EXIT, Failure } from '../failure.ts';

/** Tests of a folder that is a function stand in this file in it; those of a source file beside it, in `<name>.test.yaml`. */
export const FOLDER_TESTS = 'fob.test.yaml';
const FILE_TESTS = /^(.+)\.test\.ya?ml$/;
const SOURCES = ['.py', '.mjs', '.js', '.cjs', '.ts', '.mts', '.cts'];
const MAX_DEPTH = 8;

/** A function with a file of tests. */
export interface Tested {
  /** Source file or folder. */
  readonly code: string;
  readonly tests: string;
}

/** All functions with tests at or below a path: a source file, a file of tests, or a folder. Throws a `Failure` where there are none. */
export async function findTests(path: string): Promise<Tested[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new Failure(EXIT.notFound, `there is no file or folder ${path}`, { cause });
  });
  const found = info.isDirectory() ? await below(path, 0) : [await ofFile(path)];
  if (found.length > 0) return found;
  throw new Failure(EXIT.notFound, `there are no tests in ${path}`, {
    hint: `write ${join(path, FOLDER_TESTS)} for a folder that is a function, or <name>.test.yaml beside a source file`,
  });
}

async function ofFile(path: string): Promise<Tested> {
  const folder = dirname(path);
  const names = new Set(await readdir(folder));
  if (basename(path) === FOLDER_TESTS) return { code: folder, tests: path };
  const stem = FILE_TESTS.exec(basename(path))?.[1];
  if (stem !== undefined) return { code: join(folder, sourceOf(stem, names, path)), tests: path };
  const own = `${basename(path, extname(path))}.test.yaml`;
  if (names.has(own)) return { code: path, tests: join(folder, own) };
  throw new Failure(EXIT.notFound, `${path} has no tests`, { hint: `write ${join(folder, own)}` });
}

async function below(folder: string, depth: number): Promise<Tested[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  // A folder that is a function is tested as a whole.
  if (names.has(FOLDER_TESTS)) return [{ code: folder, tests: join(folder, FOLDER_TESTS) }];
  const ignores = ignoreRules('');
  const found: Tested[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const stem = FILE_TESTS.exec(entry.name)?.[1];
    if (entry.isFile() && stem !== undefined)
      found.push({ code: join(folder, sourceOf(stem, names, path)), tests: path });
    if (entry.isDirectory() && depth < MAX_DEPTH && !ignores(entry.name, true))
      found.push(...(await below(path, depth + 1)));
  }
  return found;
}

function sourceOf(stem: string, names: ReadonlySet<string>, tests: string): string {
  const source = SOURCES.map((ending) => stem + ending).find((name) => names.has(name));
  if (source !== undefined) return source;
  throw new Failure(EXIT.notFound, `${tests} tests nothing: there is no ${stem}.py, ${stem}.mjs or the like beside it`);
}
