import { type Dirent, realpathSync } from 'node:fs';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { create } from 'tar';
import { Problem } from '../../model/problem.ts';
import { type Ignores, ignoreRules } from './ignore-rules.ts';

/** More files than a function can sensibly have: a sign of the wrong folder. */
const MAX_FILES = 50_000;
/** Of an ignore file: each of its rules is asked about each file. */
const MAX_RULES_BYTES = 65_536;

export interface Packed {
  /** A tar.gz with the files at its top. */
  readonly archive: Buffer;
  readonly files: number;
  readonly bytes: number;
  /** Files and folders that were left out, for telling. */
  readonly ignored: readonly string[];
}

/**
 * A folder of code as a tar.gz: without what never belongs into one, and without what `.fobignore`, or where there is none
 * `.gitignore`, leaves out. Links are followed as long as they stay within the folder. Equal folders make equal archives.
 */
export async function packFolder(folder: string): Promise<Packed> {
  const root = realpathSync(folder);
  const ignores = await ignoresOf(root);
  const files: string[] = [];
  const ignored: string[] = [];
  let bytes = 0;
  const walk = async (path: string, above: readonly string[]): Promise<void> => {
    const entries = await readdir(join(root, path), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const inner = path === '' ? entry.name : `${path}/${entry.name}`;
      const kind = await kindOf(root, inner, entry, ignores, ignored);
      if (kind === 'folder') {
        const real = realpathSync(join(root, inner));
        if (above.includes(real)) throw new Problem('invalid_function', `${inner} is a link to a folder around it`);
        await walk(inner, [...above, real]);
      } else if (kind !== 'left out') {
        files.push(inner);
        bytes += kind.bytes;
        if (files.length > MAX_FILES) {
          throw new Problem(
            'invalid_function',
            `${folder} holds more than ${MAX_FILES} files; is it the right folder? A .fobignore file leaves out what the function does not need`,
          );
        }
      }
    }
  };
  await walk('', [root]);
  if (files.length === 0) throw new Problem('invalid_function', `there is no file to deploy in ${folder}`);

  const stream = create(
    { cwd: root, gzip: { level: 6 }, portable: true, follow: true, noDirRecurse: true, mtime: new Date(0) },
    files.map((file) => (file.startsWith('@') ? `./${file}` : file)),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return { archive: Buffer.concat(chunks), files: files.length, bytes, ignored };
}

/** What is left out of a folder of code. */
export async function ignoresOf(folder: string): Promise<Ignores> {
  return ignoreRules(await ignoreText(realpathSync(folder)));
}

async function kindOf(
  root: string,
  path: string,
  entry: Dirent,
  ignores: Ignores,
  ignored: string[],
): Promise<'folder' | 'left out' | { bytes: number }> {
  const leaveOut = (isFolder: boolean) => {
    if (!ignores(path, isFolder)) return false;
    if (!path.endsWith('ignore')) ignored.push(isFolder ? `${path}/` : path);
    return true;
  };
  if (entry.isDirectory()) return leaveOut(true) ? 'left out' : 'folder';
  if (leaveOut(false)) return 'left out';
  if (entry.isSymbolicLink()) assertInside(root, path);
  const info = await stat(join(root, path));
  if (info.isDirectory()) return leaveOut(true) ? 'left out' : 'folder';
  if (!info.isFile())
    throw new Problem('invalid_function', `${path} is neither a file nor a folder; remove or ignore it`);
  return { bytes: info.size };
}

/** A link that leads out of the folder would carry off files that nobody meant to upload. */
function assertInside(root: string, path: string): void {
  let target: string;
  try {
    target = relative(root, realpathSync(join(root, path)));
  } catch (cause) {
    throw new Problem('invalid_function', `${path} is a link to nothing; remove or ignore it`, { cause });
  }
  if (target === '..' || target.startsWith(`..${sep}`)) {
    throw new Problem(
      'invalid_function',
      `${path} is a link that leads out of the folder; copy what it leads to, or ignore it`,
    );
  }
}

/** What whoever pushes to a repository made a link of may be any file of the node's machine, or one without an end. */
async function ignoreText(root: string): Promise<string> {
  for (const name of ['.fobignore', '.gitignore']) {
    const path = join(root, name);
    const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (info === undefined) continue;
    if (info.isSymbolicLink()) assertInside(root, name);
    const file = await stat(path);
    if (!file.isFile()) throw new Problem('invalid_function', `${name} is no file; remove it`);
    if (file.size > MAX_RULES_BYTES) {
      const most = `${MAX_RULES_BYTES} bytes are the most`;
      throw new Problem('invalid_function', `${name} has ${file.size} bytes of rules; ${most}`);
    }
    return readFile(path, 'utf8');
  }
  return '';
}
