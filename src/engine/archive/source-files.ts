import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { CodeInfo } from '../../model/function.ts';
import type { Blobs } from '../../store/blobs.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { readTarGz } from './tar.ts';
import { readZip } from './zip.ts';

/** What is looked at of one upload. */
const MAX_FILES = 5_000;
const MAX_TEXT_BYTES = 262_144;
const MAX_BYTES = 67_108_864;

export interface SourceFile {
  readonly bytes: number;
  readonly sha256: string;
  /** Absent where it is no text, or too long to be compared line by line. */
  readonly text?: string;
}

export interface SourceFiles {
  readonly files: ReadonlyMap<string, SourceFile>;
  /** There was more than is looked at. */
  readonly cut: boolean;
}

/** The files of an upload as it came, by their paths; those beyond what is looked at are left out. */
export async function readSourceFiles(blobs: Blobs, code: CodeInfo): Promise<SourceFiles> {
  const content = await blobs.get(code.sourceDigest);
  const files = new Map<string, SourceFile>();
  if (code.form === 'inline') {
    files.set(code.fileName ?? 'main', await fileOf([content]));
    return { files, cut: false };
  }
  let bytes = 0;
  const entries = code.form === 'zip' ? readZip(content) : readTarGz(Readable.from([content]), 2 * MAX_BYTES);
  for await (const entry of entries) {
    if (entry.kind === 'folder' || entry.kind === 'other') continue;
    if (files.size >= MAX_FILES || bytes > MAX_BYTES) return { files, cut: true };
    const file = await fileOf(entry.kind === 'link' ? [Buffer.from(`-> ${entry.target}\n`)] : partsOf(entry));
    bytes += file.bytes;
    files.set(entry.path.replace(/^\.\//, ''), file);
  }
  return { files, cut: false };
}

/** An archive may claim little and hold much: reading ends at the bound. */
async function* partsOf(entry: ArchiveEntry): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const part of entry.content()) {
    yield part;
    bytes += part.length;
    if (bytes > MAX_BYTES) return;
  }
}

async function fileOf(parts: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<SourceFile> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const part of parts) {
    hash.update(part);
    bytes += part.length;
    if (bytes <= MAX_TEXT_BYTES) kept.push(part);
  }
  const sha256 = hash.digest('hex');
  const content = Buffer.concat(kept);
  const isText = bytes <= MAX_TEXT_BYTES && isUtf8(content) && !content.includes(0);
  return { bytes, sha256, ...(isText && { text: content.toString() }) };
}
