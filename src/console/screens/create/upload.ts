import { type PackedFile, tarGz } from './archive.ts';
import { type CodeFile, type Draft, newFunction, type UploadDraft } from './draft.ts';
import { plainName } from './plain-name.ts';

/** What `fob deploy` leaves out of a folder, too. */
const LEFT_OUT = /(^|\/)(\.git|node_modules|__pycache__|\.venv|\.DS_Store|\.env)(\/|$)/;
/** So much code is shown, and can be changed here. */
const READABLE_BYTES = 262_144;
const READABLE_FILES = 60;
const ENDING = /\.(zip|tar\.gz|tgz|[a-z]{1,4})$/i;
/** So much of an archive is kept over a reload. */
const KEPT_BYTES = 2_000_000;

/** Archives that are too large to be kept in the draft. */
let inMemory: { readonly name: string; readonly blob: Blob } | undefined;

/** A dropped file with its path below what was dropped. */
export interface Dropped {
  readonly path: string;
  readonly file: File;
}

/**
 * Reads what was dropped: one archive, one source file, or a folder; resolves with what that makes of a draft, which may have been
 * written on meanwhile. Throws an `Error` in words for what is none of these.
 */
export async function taken(dropped: readonly Dropped[]): Promise<(draft: Draft) => Draft> {
  const files = withoutRoot(dropped).filter(({ path }) => !LEFT_OUT.test(path));
  if (files.length === 0) throw new Error('There is nothing in it that a function could be made of');
  const [first] = files;
  if (files.length === 1 && /\.(zip|tar\.gz|tgz)$/i.test(first!.path)) {
    await assertArchive(first!.file);
    return withUpload(first!.file.name, first!.file, 1);
  }
  const contents = await Promise.all(
    files.map(async ({ path, file }) => ({ path, content: new Uint8Array(await file.arrayBuffer()) })),
  );
  const name = nameOf(dropped);
  const readable = asText(contents);
  if (readable !== undefined) return withCode(readable, name);
  return withUpload(`${name}.tar.gz`, await tarGz(contents), files.length);
}

/** What a file begins with that is what its name says. */
const BEGINNINGS = { ZIP: [0x50, 0x4b], 'tar.gz': [0x1f, 0x8b] } as const;

async function assertArchive(file: File): Promise<void> {
  const kind = /\.zip$/i.test(file.name) ? 'ZIP' : 'tar.gz';
  const begins = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (BEGINNINGS[kind].some((byte, at) => begins[at] !== byte))
    throw new Error(`${file.name} is called like a ${kind}, and is none: pack it again`);
}

function withCode(files: readonly CodeFile[], name: string): (draft: Draft) => Draft {
  inMemory = undefined;
  return ({ upload: _, ...draft }) => withFiles(draft, name, files);
}

async function withUpload(name: string, blob: Blob, files: number): Promise<(draft: Draft) => Draft> {
  inMemory = { name, blob };
  const upload: UploadDraft = {
    ...{ name, bytes: blob.size, files },
    ...(blob.size <= KEPT_BYTES && { base64: base64Of(new Uint8Array(await blob.arrayBuffer())) }),
  };
  return (draft) => ({ ...withFiles(draft, name, []), upload });
}

function withFiles(draft: Draft, name: string, files: readonly CodeFile[]): Draft {
  const fn = draft.parts.functions[0] ?? newFunction();
  const functions = [{ ...fn, name: fn.name || plainName(name.replace(ENDING, '')), files, runtime: '', handler: '' }];
  return { ...draft, parts: { ...draft.parts, functions } };
}

/** The archive that was dropped; `undefined` where a reload lost it. */
export function uploaded({ name, base64 }: UploadDraft): Blob | undefined {
  if (inMemory?.name === name) return inMemory.blob;
  if (base64 === undefined) return undefined;
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]);
}

function asText(files: readonly PackedFile[]): CodeFile[] | undefined {
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  if (bytes > READABLE_BYTES || files.length > READABLE_FILES) return undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return files.map(({ path, content }) => ({ path, text: decoder.decode(content) }));
  } catch {
    return undefined;
  }
}

/** A folder that was dropped is the function: its own name is no part of the paths in it. */
function withoutRoot(dropped: readonly Dropped[]): Dropped[] {
  const clean = dropped.map(({ path, file }) => ({ path: path.replace(/^(\.?\/)+/, ''), file }));
  const [root] = clean[0]?.path.split('/') ?? [];
  const isFolder = clean.every(({ path }) => path.startsWith(`${root}/`));
  return isFolder ? clean.map(({ path, file }) => ({ path: path.slice(root!.length + 1), file })) : clean;
}

function nameOf(dropped: readonly Dropped[]): string {
  const path = dropped[0]!.path.replace(/^(\.?\/)+/, '');
  return path.split('/')[0]!;
}

function base64Of(bytes: Uint8Array): string {
  let letters = '';
  for (let at = 0; at < bytes.length; at += 32_768) letters += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(letters);
}
