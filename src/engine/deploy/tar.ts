import { on, once } from 'node:events';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { Problem } from '../../model/problem.ts';
import { type ArchiveEntry, damagedArchive } from './archive-entry.ts';
import { quotePath } from './safe-path.ts';

const MAX_META_BYTES = 65_536;

const KINDS: Readonly<Record<string, ArchiveEntry['kind']>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'link',
};

/**
 * The entries of a gzipped tar in its order. `maxBytes` bounds what is decompressed, headers and padding included.
 * Throws `invalid_function` where it is damaged or cut short, `too_large` past the bound.
 */
export async function* readTarGz(source: Readable, maxBytes: number): AsyncGenerator<ArchiveEntry> {
  const parser = new Parser({ strict: true, brotli: false, zstd: false, maxMetaEntrySize: MAX_META_BYTES });
  const stop = new AbortController();
  let current: ReadEntry | undefined;
  const fail = (error: unknown) => {
    parser.emit('error', error);
    // Whoever reads an entry at this moment would wait for the rest of it for ever.
    current?.destroy(error);
  };
  // One failure may show several times; the first one ends the iteration below.
  parser.on('error', () => {});
  parser.on('ignoredEntry', (entry: ReadEntry) =>
    fail(
      new Problem(
        'invalid_function',
        `the tar.gz holds ${quotePath(entry.path)} of the unsupported kind "${entry.type}"`,
      ),
    ),
  );
  const entries = on(parser, 'entry', { close: ['end'] });
  const fed = feed(source, parser, maxBytes, stop.signal).catch(fail);
  try {
    for await (const [entry] of entries as AsyncIterable<[ReadEntry]>) {
      current = entry;
      entry.on('error', () => {});
      yield toEntry(entry);
      entry.resume();
    }
  } catch (error) {
    throw damagedArchive('tar.gz', error);
  } finally {
    stop.abort();
    await fed;
  }
}

function toEntry(entry: ReadEntry): ArchiveEntry {
  const kind = KINDS[entry.type] ?? 'other';
  return {
    path: entry.path,
    kind,
    kindName: entry.type === 'Link' ? 'hard link' : entry.type,
    executable: ((entry.mode ?? 0) & 0o111) !== 0,
    target: kind === 'link' ? (entry.linkpath ?? '') : '',
    content: () => readContent(entry),
  };
}

async function* readContent(entry: ReadEntry): AsyncGenerator<Buffer> {
  try {
    yield* entry;
  } catch (error) {
    throw damagedArchive('tar.gz', error);
  }
}

async function feed(source: Readable, parser: Parser, maxBytes: number, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  await pipeline(
    source,
    createGunzip(),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        // The parser would unzip a second time by itself, past the bound.
        if (bytes === 0 && chunk[0] === 0x1f && chunk[1] === 0x8b) throw new Error('it is compressed twice');
        bytes += chunk.length;
        if (bytes > maxBytes) throw new Problem('too_large', `the tar.gz unpacks to more than ${maxBytes} bytes`);
        if (!parser.write(chunk)) await once(parser, 'drain', { signal });
      }
      parser.end();
    },
    { signal },
  );
}
