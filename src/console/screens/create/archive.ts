import type { CodeFile } from './draft.ts';

const BLOCK = 512;
const text = new TextEncoder();

/** A file on its way to the node. */
export interface PackedFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Packs files as a tar.gz, as the node takes folders. Throws for a path that a tar cannot hold. */
export async function tarGz(files: readonly PackedFile[]): Promise<Blob> {
  const blocks = files.flatMap(({ path, content }) => [
    headerOf(path, content.length),
    content,
    new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  const tar = new Blob([...blocks, new Uint8Array(2 * BLOCK)] as BlobPart[]);
  const packed = tar.stream().pipeThrough(new CompressionStream('gzip'));
  return new Blob([await new Response(packed).arrayBuffer()], { type: 'application/gzip' });
}

export function packed(files: readonly CodeFile[]): PackedFile[] {
  return files.map((file) => ({ path: file.path, content: text.encode(file.text) }));
}

/** A header of the format "ustar". */
function headerOf(path: string, bytes: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, value: string) => header.set(text.encode(value), at);
  const octal = (at: number, length: number, value: number) =>
    put(at, `${value.toString(8).padStart(length - 1, '0')}\0`);
  const { name, prefix } = splitPath(path);
  put(0, name);
  octal(100, 8, 0o644);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, bytes);
  octal(136, 12, 0);
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\u000000');
  put(345, prefix);
  octal(
    148,
    7,
    header.reduce((sum, byte) => sum + byte, 0),
  );
  return header;
}

/** Long paths are held in two parts. */
function splitPath(path: string): { name: string; prefix: string } {
  const size = (part: string) => text.encode(part).length;
  if (size(path) <= 100) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (size(prefix) <= 155 && size(name) <= 100) return { name, prefix };
  }
  throw new Error(`the path ${path.slice(0, 80)}… is too long; shorten it, or upload a ZIP`);
}
