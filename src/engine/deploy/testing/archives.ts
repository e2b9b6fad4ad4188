import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { ZipFile } from 'yazl';

/** One entry of an archive to be made for a test; a string is a file's content. */
export type Files = Readonly<Record<string, string | Buffer>>;

const DIRECTORY_ENTRY = Buffer.from([0x50, 0x4b, 0x01, 0x02]);
const ATTRIBUTES_OFFSET = 38;

/** A ZIP whose entries all have one mode, of whatever kind of file. */
export async function zipOf(files: Files, mode = 0o100644): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), path);
  zip.end();
  const bytes = await buffer(zip.outputStream);
  for (let at = bytes.indexOf(DIRECTORY_ENTRY); at !== -1; at = bytes.indexOf(DIRECTORY_ENTRY, at + 1)) {
    bytes.writeUInt32LE((mode << 16) >>> 0, at + ATTRIBUTES_OFFSET);
  }
  return bytes;
}

/** A ZIP in which one stored name was replaced by another of the same length, as no honest tool would write it. */
export async function zipWithName(name: string): Promise<Buffer> {
  const placeholder = 'x'.repeat(Buffer.byteLength(name));
  const zip = await zipOf({ [placeholder]: 'content' });
  return replaceAll(zip, Buffer.from(placeholder), Buffer.from(name));
}

export function replaceAll(bytes: Buffer, from: Buffer, to: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let at = changed.indexOf(from); at !== -1; at = changed.indexOf(from, at + to.length)) to.copy(changed, at);
  return changed;
}

/** One tar entry, exactly as given: nothing is checked. */
export function tarEntry(header: HeaderData, content: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(content);
  const made = new Header({ mode: 0o644, size: bytes.length, mtime: new Date(0), type: 'File', ...header });
  made.encode();
  return Buffer.concat([made.block!, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** A gzipped tar of entries. */
export function tarGz(...entries: Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1_024)]));
}

export function tarGzOf(files: Files): Buffer {
  return tarGz(...Object.entries(files).map(([path, content]) => tarEntry({ path }, content)));
}
