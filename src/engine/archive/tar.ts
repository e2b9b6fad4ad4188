import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Header, Pax } from 'tar';
import { Problem } from '../../model/problem.ts';
import { type ArchiveEntry, damagedArchive } from './archive-entry.ts';
import { BlockReader } from './block-reader.ts';

/** Headers and padding that a tar may have beside the files' bytes. */
export const TAR_OVERHEAD_BYTES = 134_217_728;

const BLOCK_BYTES = 512;
/** Long names and the like; no honest archive has more of it for one entry. */
const MAX_META_BYTES = 65_536;
const REST_BYTES = 65_536;

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  SymbolicLink: 'link',
};

/** What stands before an entry in headers of its own, and holds for that entry or, where global, for all that follow. */
interface Extensions {
  entry?: Pax;
  global?: Pax;
  path?: string;
  linkpath?: string;
}

/**
 * The entries of a gzipped tar in its order. `maxBytes` bounds what is decompressed, headers and padding included.
 * Throws `invalid_function` where it is damaged or cut short, `too_large` past the bound.
 *
 * Headers are the library's; the walk over them is our own, because the library's parser pushes entries rather than
 * having them pulled, and joins the pieces of a long name as text, which breaks letters of several bytes.
 */
export async function* readTarGz(source: Readable, maxBytes: number): AsyncGenerator<ArchiveEntry> {
  // An error of either stream ends both, and comes out where the second one is read.
  const unzipped = pipeline(source, createGunzip(), () => {});
  const reader = new BlockReader(bounded(unzipped, maxBytes));
  const extensions: Extensions = {};
  try {
    for (;;) {
      const header = await nextHeader(reader, extensions);
      if (header === undefined) {
        // To the very end, where the checksum of the compression stands.
        while ((await reader.read(REST_BYTES)).length > 0);
        return;
      }
      const size = header.size ?? 0;
      const padding = (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
      if (await readExtension(header, size, reader, extensions)) {
        await reader.read(padding);
        continue;
      }
      let left = size;
      const content = async function* () {
        try {
          for await (const part of reader.stream(left)) {
            left -= part.length;
            yield part;
          }
          if (left > 0) throw new Error('it is cut short');
        } catch (error) {
          throw damagedArchive('tar.gz', error);
        }
      };
      yield toEntry(header, extensions, content);
      for await (const part of reader.stream(left)) left -= part.length;
      if (left > 0 || (await reader.read(padding)).length < padding) throw new Error('it is cut short');
      delete extensions.entry;
      delete extensions.path;
      delete extensions.linkpath;
    }
  } catch (error) {
    throw damagedArchive('tar.gz', error);
  } finally {
    await reader.close();
  }
}

/** The next header; `undefined` at the archive's end. */
async function nextHeader(reader: BlockReader, extensions: Extensions): Promise<Header | undefined> {
  const block = await reader.read(BLOCK_BYTES);
  if (block.length < BLOCK_BYTES) throw new Error('it is no tar, or cut short');
  const header = new Header(block, 0, extensions.entry, extensions.global);
  if (header.nullBlock) return undefined;
  if (!header.cksumValid) throw new Error('a header does not match its checksum');
  return header;
}

/** Whether a header is one that describes the next entry; then it has been read. */
async function readExtension(
  header: Header,
  size: number,
  reader: BlockReader,
  extensions: Extensions,
): Promise<boolean> {
  const { type } = header;
  const isPax = type === 'ExtendedHeader' || type === 'OldExtendedHeader' || type === 'GlobalExtendedHeader';
  const isLongName = type === 'NextFileHasLongPath' || type === 'OldGnuLongPath' || type === 'NextFileHasLongLinkpath';
  if (!isPax && !isLongName) return false;
  if (size > MAX_META_BYTES) throw new Error(`a header of ${size} bytes is too long`);
  const text = (await reader.read(size)).toString('utf8');
  if (type === 'GlobalExtendedHeader') extensions.global = Pax.parse(text, extensions.global, true);
  else if (isPax) extensions.entry = Pax.parse(text, extensions.entry);
  else if (type === 'NextFileHasLongLinkpath') extensions.linkpath = text.replace(/\0.*$/s, '');
  else extensions.path = text.replace(/\0.*$/s, '');
  return true;
}

function toEntry(header: Header, extensions: Extensions, content: () => AsyncIterable<Buffer>): ArchiveEntry {
  const kind = KINDS[header.type] ?? 'other';
  return {
    path: extensions.path ?? header.path ?? '',
    kind,
    kindName: header.type === 'Link' ? 'hard link' : `tar entry of type ${header.type}`,
    executable: ((header.mode ?? 0) & 0o111) !== 0,
    target: kind === 'link' ? (extensions.linkpath ?? extensions.entry?.linkpath ?? header.linkpath ?? '') : '',
    content,
  };
}

async function* bounded(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Problem('too_large', `the tar.gz unpacks to more than ${maxBytes} bytes`);
    yield chunk;
  }
}
