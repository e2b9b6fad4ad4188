import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';
import type { Deployer, DeployRequest, FileChanges } from '../api.ts';
import { quotePath, safeFilePath } from '../archive/safe-path.ts';
import { readTarGz, TAR_OVERHEAD_BYTES } from '../archive/tar.ts';
import { readZip } from '../archive/zip.ts';
import { packTree } from './pack.ts';
import { liftTopFolder } from './top-folder.ts';
import { sealTree } from './tree.ts';
import { type TreeLimits, tooMany, twice, unpack } from './unpack.ts';

/** An upload as it is kept. */
type Source = Awaited<ReturnType<Deployer['source']>>;

/**
 * An upload with some of its files changed, as another upload: a text stays one while it has one file, all else becomes a
 * tar.gz. `temporary` is an empty folder. Throws `invalid_function` for paths that cannot be, and where nothing would be left.
 */
export async function editSource(
  source: Source,
  changes: FileChanges,
  temporary: string,
  limits: TreeLimits,
): Promise<DeployRequest['code']> {
  const entries = Object.entries(changes).map(([path, text]) => [safeFilePath(path), text] as const);
  checkEntries(
    entries.map(([path]) => path),
    limits,
  );
  const [only, ...others] = entries;
  if (source.form === 'inline' && others.length === 0 && only?.[0] === source.fileName && only?.[1] != null)
    return { form: 'inline', content: Buffer.from(only[1]), fileName: only[0] };
  const folder = await layOut(source, temporary, limits);
  for (const [path, text] of entries) await change(folder, path, text);
  const tree = await sealTree(folder, limits);
  if (tree.fileCount === 0) throw new Problem('invalid_function', 'no file would be left; remove the function instead');
  const file = join(temporary, 'edited.tar.gz');
  await packTree(folder, tree, file);
  return { form: 'tar.gz', content: await readFile(file) };
}

async function layOut({ content, form, fileName = 'main' }: Source, temporary: string, limits: TreeLimits) {
  const folder = join(temporary, 'source');
  await mkdir(folder);
  if (form === 'inline') {
    await mkdir(join(folder, dirname(fileName)), { recursive: true });
    await writeFile(join(folder, fileName), content);
    return folder;
  }
  const entries =
    form === 'zip' ? readZip(content) : readTarGz(Readable.from([content]), limits.maxBytes + TAR_OVERHEAD_BYTES);
  await unpack(entries, folder, limits);
  const lifted = join(temporary, 'lifted-source');
  return (await liftTopFolder(folder, lifted)) === undefined ? folder : lifted;
}

/** Before any of them is made: no path twice, and no more files and folders than code may have. */
function checkEntries(paths: readonly string[], limits: TreeLimits): void {
  const given = new Set<string>();
  const all = new Set<string>();
  for (const path of paths) {
    if (given.has(path)) throw twice(path);
    given.add(path);
    for (let each = path; each !== '.' && !all.has(each); each = dirname(each)) all.add(each);
    if (all.size > limits.maxEntries) throw tooMany(limits);
  }
}

/** Writes or removes one file; never through a link, which could lead to another one. */
async function change(folder: string, path: string, text: string | null): Promise<void> {
  if (path === '') throw new Problem('invalid_function', 'a file that is changed needs a name');
  const file = join(folder, path);
  const parent = dirname(file);
  try {
    if (text !== null) await mkdir(parent, { recursive: true });
    if ((await realpath(parent)) !== join(await realpath(folder), dirname(path))) throw throughLink(path);
    const stat = await lstat(file).catch(() => undefined);
    if (stat?.isDirectory()) throw new Problem('invalid_function', `${quotePath(path)} is a folder, not a file`);
    if (text === null) {
      if (stat === undefined) throw absent(path);
      await rm(file);
      return;
    }
    if (stat?.isSymbolicLink()) await rm(file);
    await writeFile(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw absent(path);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
    throw new Problem('invalid_function', `${quotePath(path)} lies in something that is a file, not a folder`, {
      cause: error,
    });
  }
}

function absent(path: string): Problem {
  return new Problem('invalid_function', `there is no file ${quotePath(path)} to remove`);
}

function throughLink(path: string): Problem {
  return new Problem('invalid_function', `${quotePath(path)} lies in a folder that is a link; change what it leads to`);
}
