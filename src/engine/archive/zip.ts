import { constants } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { Problem } from '../../model/problem.ts';
import { type ArchiveEntry, damagedArchive } from './archive-entry.ts';
import { quotePath } from './safe-path.ts';

const MAX_LINK_BYTES = 4_096;
const STORED = 0;
const DEFLATED = 8;

/** File types and permissions that ZIP tools on Unix keep in the upper half of the external attributes. */
const TYPES: ReadonlyMap<number, { kind: ArchiveEntry['kind']; kindName: string }> = new Map([
  [constants.S_IFIFO, { kind: 'other', kindName: 'FIFO' }],
  [constants.S_IFCHR, { kind: 'other', kindName: 'character device' }],
  [constants.S_IFDIR, { kind: 'folder', kindName: 'folder' }],
  [constants.S_IFBLK, { kind: 'other', kindName: 'block device' }],
  [constants.S_IFLNK, { kind: 'link', kindName: 'symbolic link' }],
  [constants.S_IFSOCK, { kind: 'other', kindName: 'socket' }],
]);

/** The entries of a ZIP in the order of its directory. Throws `invalid_function` where it is damaged or encrypted. */
export async function* readZip(content: Buffer): AsyncGenerator<ArchiveEntry> {
  try {
    // Names are decoded here, not by the library, so that a bad one is refused in the same words for every kind of archive.
    const zip = await fromBufferPromise(content, { decodeStrings: false, validateEntrySizes: true });
    for await (const entry of zip.eachEntry()) yield await toEntry(zip, entry);
  } catch (error) {
    throw damagedArchive('zip', error);
  }
}

async function toEntry(zip: ZipFile, entry: Entry): Promise<ArchiveEntry> {
  const path = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
  const mode = entry.externalFileAttributes >>> 16;
  const type = TYPES.get(mode & constants.S_IFMT);
  // One that holds something is a file, whatever it is called.
  const kind = path.endsWith('/') && entry.uncompressedSize === 0 ? 'folder' : (type?.kind ?? 'file');
  if (kind !== 'folder') checkReadable(path, entry);
  return {
    path,
    kind,
    kindName: type?.kindName ?? kind,
    executable: (mode & 0o111) !== 0,
    target: kind === 'link' ? await readLink(zip, entry, path) : '',
    content: () => readContent(zip, entry, path),
  };
}

function checkReadable(path: string, entry: Entry): void {
  if (entry.isEncrypted()) {
    throw new Problem('invalid_function', `the ZIP holds ${quotePath(path)} encrypted; pack it without a password`);
  }
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
    throw new Problem(
      'invalid_function',
      `the ZIP holds ${quotePath(path)} in compression method ${entry.compressionMethod}; only "store" and "deflate" are supported`,
    );
  }
}

async function readLink(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of readContent(zip, entry, path)) {
    bytes += part.length;
    if (bytes > MAX_LINK_BYTES) throw new Problem('invalid_function', `the link ${quotePath(path)} is too long`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* readContent(zip: ZipFile, entry: Entry, path: string): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const part of await zip.openReadStreamPromise(entry)) {
      sum = crc32(part, sum);
      yield part;
    }
    if (sum !== entry.crc32) throw new Error(`the checksum of ${quotePath(path)} does not match its content`);
  } catch (error) {
    throw damagedArchive('zip', error);
  }
}
