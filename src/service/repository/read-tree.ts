import { mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { Problem } from '../../model/problem.ts';
import type { Git, GitOptions } from './git.ts';
import type { Commit } from './repositories.ts';

const MAX_ENTRIES = 50_000;
const MAX_LISTING_BYTES = 33_554_432;
const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4_000;
const MAX_LINK_BYTES = 4_000;

interface TreeEntry {
  readonly mode: string;
  readonly id: string;
  readonly bytes: number;
  readonly path: string;
}

interface WrittenTree {
  readonly files: number;
  readonly bytes: number;
  /** Submodules, which are left out. */
  readonly submodules: readonly string[];
}

/** What a commit says of itself. */
export async function readCommit(git: Git, commit: string, options: GitOptions): Promise<Commit> {
  const words = ['log', '-1', '--no-show-signature', '--no-decorate', '--format=%H%x1f%an <%ae>%x1f%s', commit, '--'];
  const [id = '', author = '', subject = ''] = (await git.run(words, options)).toString('utf8').trimEnd().split('\x1f');
  return { commit: id, author: author.slice(0, 250), subject: subject.slice(0, 250) };
}

/**
 * Writes the files of a commit into an empty folder: what was pushed is hostile. Nothing is written outside of the folder, no
 * attribute, filter or hook of the content has an effect, and links are made last, so that no file goes through one. Throws
 * `invalid_function` for what cannot be a tree of code, `too_large` for more than `maxBytes` or 50,000 files.
 */
export async function writeTree(
  git: Git,
  commit: string,
  target: string,
  options: GitOptions & { readonly maxBytes: number },
): Promise<WrittenTree> {
  const listing = await git.run(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], {
    ...options,
    maxOutputBytes: MAX_LISTING_BYTES,
  });
  const entries = parseListing(listing);
  const submodules = entries.filter(({ mode }) => mode === '160000').map(({ path }) => path);
  const files = entries.filter(({ mode }) => mode !== '160000');
  if (files.length > MAX_ENTRIES) {
    throw new Problem('too_large', `the tree has ${files.length} files; ${MAX_ENTRIES} are the most`);
  }
  const bytes = files.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > options.maxBytes) {
    throw new Problem('too_large', `the files of the tree have ${bytes} bytes; ${options.maxBytes} are the most`);
  }
  for (const { path } of files) checkPath(path);
  const run = git.start(['cat-file', '--batch', '--buffer'], options);
  run.channel.resume();
  run.stdin.end(files.map(({ id }) => `${id}\n`).join(''));
  const links: { path: string; to: string }[] = [];
  const reader = new BatchReader(run.stdout);
  const folders = new Set<string>();
  try {
    for (const { mode, path, bytes: size } of files) {
      const isLink = mode === '120000';
      if (isLink && size > MAX_LINK_BYTES)
        throw new Problem('invalid_function', `${path} is a link to too long a path`);
      const folder = dirname(path);
      if (!folders.has(folder)) await mkdir(join(target, folder), { recursive: true, mode: 0o755 });
      folders.add(folder);
      if (isLink) links.push({ path, to: (await reader.whole()).toString('utf8') });
      else await writeFile(join(target, path), mode === '100755' ? 0o755 : 0o644, reader);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid_function', `the tree cannot be written: ${(error as Error).message}`, { cause: error });
  } finally {
    run.stdout.destroy();
  }
  for (const { path, to } of links) await symlink(to, join(target, path));
  return { files: files.length, bytes, submodules };
}

/** `<mode> <type> <id> <size>\t<path>` with a zero byte after each. */
function parseListing(listing: Buffer): TreeEntry[] {
  const text = new TextDecoder('utf-8', { fatal: true });
  const entries: TreeEntry[] = [];
  for (let start = 0; start < listing.length; ) {
    const end = listing.indexOf(0, start);
    const line = listing.subarray(start, end === -1 ? undefined : end);
    start = end === -1 ? listing.length : end + 1;
    const tab = line.indexOf(9);
    const [mode = '', , id = '', size = ''] = line.subarray(0, tab).toString('latin1').split(/ +/);
    let path: string;
    try {
      path = text.decode(line.subarray(tab + 1));
    } catch (cause) {
      throw new Problem('invalid_function', 'a file of the tree has a name that is no UTF-8; rename it', { cause });
    }
    entries.push({ mode, id, bytes: Number(size) || 0, path });
  }
  return entries;
}

function checkPath(path: string): void {
  const shown = JSON.stringify(path.slice(0, 200));
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) throw new Problem('invalid_function', `the path ${shown}… is too long`);
  for (const part of path.split('/')) {
    if (part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git') {
      throw new Problem('invalid_function', `the tree has a file called ${shown}, which cannot be written`);
    }
    if (Buffer.byteLength(part) > MAX_NAME_BYTES)
      throw new Problem('invalid_function', `a name in ${shown} is too long`);
  }
}

async function writeFile(path: string, mode: number, reader: BatchReader): Promise<void> {
  // Exclusive: two entries that the file system takes for one are refused.
  const file = await open(path, 'wx', mode);
  try {
    for await (const chunk of reader.next()) await file.write(chunk);
  } finally {
    await file.close();
  }
}

/** Reads what `git cat-file --batch` prints: `<id> <type> <size>`, a line end, the content, a line end. */
class BatchReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    // Listened to from now on: what a process printed that has ended meanwhile would be thrown away.
    const held = stream.pipe(new PassThrough());
    this.chunks = held[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The content of the next object, piece by piece; to be read to its end. */
  async *next(): AsyncGenerator<Buffer> {
    let head = this.rest.indexOf(10);
    while (head === -1) {
      await this.more();
      head = this.rest.indexOf(10);
    }
    const words = this.rest.subarray(0, head).toString('latin1').split(' ');
    this.rest = this.rest.subarray(head + 1);
    let left = Number(words[2]);
    if (!(left >= 0))
      throw new Problem('invalid_function', `an object of the tree is missing: ${words.join(' ').slice(0, 100)}`);
    while (left > 0) {
      if (this.rest.length === 0) await this.more();
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
    while (this.rest.length === 0) await this.more();
    this.rest = this.rest.subarray(1);
  }

  async whole(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.next()) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  private async more(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done) throw new Problem('unavailable', 'git ended before it had given all files');
    this.rest = this.rest.length === 0 ? value : Buffer.concat([this.rest, value]);
  }
}
