import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Header, type HeaderData, Pax } from 'tar';
import { TREE_TIME, type Tree, type TreeEntry } from './tree.ts';

const BLOCK_BYTES = 512;
/** Code is packed once and unpacked on every node: a low level packs three times as fast and a tenth larger. */
const GZIP_LEVEL = 3;

/**
 * Packs a sealed tree as a tar.gz into `archiveFile`; equal trees give equal bytes.
 * Returns the SHA-256 of the archive in lower-case hex, which is the digest that it will have as a blob.
 */
export async function packTree(folder: string, tree: Tree, archiveFile: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(
    () => tarBytes(folder, tree.entries),
    createGzip({ level: GZIP_LEVEL }),
    hashing,
    createWriteStream(archiveFile, { flags: 'wx', mode: 0o600 }),
    signal === undefined ? {} : { signal },
  );
  return hash.digest('hex');
}

/**
 * The tar's bytes. Headers are written here because the library's packer looks at the disk: it would turn files that share
 * an inode into hard links, and those two trees into different archives.
 */
async function* tarBytes(folder: string, entries: readonly TreeEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield tarHeader(entry);
    if (entry.kind !== 'file' || entry.bytes === 0) continue;
    // A file that changed its size meanwhile would shift everything behind it.
    yield* createReadStream(join(folder, entry.path), { end: entry.bytes - 1 });
    const rest = entry.bytes % BLOCK_BYTES;
    if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

function tarHeader(entry: TreeEntry): Buffer {
  const data: HeaderData = {
    path: entry.kind === 'folder' ? `${entry.path}/` : entry.path,
    mode: entry.kind === 'folder' ? 0o755 : entry.executable ? 0o555 : 0o444,
    size: entry.bytes,
    mtime: TREE_TIME,
    type: entry.kind === 'folder' ? 'Directory' : entry.kind === 'link' ? 'SymbolicLink' : 'File',
    ...(entry.kind === 'link' ? { linkpath: entry.target } : {}),
  };
  const header = new Header(data);
  if (!header.encode()) return header.block!;
  const long = new Pax({ path: data.path!, ...(data.linkpath === undefined ? {} : { linkpath: data.linkpath }) });
  return Buffer.concat([long.encode(), header.block!]);
}
