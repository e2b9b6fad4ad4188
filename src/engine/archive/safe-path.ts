import { Problem } from '../../model/problem.ts';

const MAX_PATH_BYTES = 1_024;
const MAX_SEGMENT_BYTES = 255;

/**
 * A path from an upload as a relative path with `/` that stays within its folder; `''` for the folder itself.
 * Throws `invalid_function` on everything that could lead elsewhere or that a file system could not hold.
 */
export function safePath(raw: string): string {
  const refuse = (why: string): never => {
    throw new Problem('invalid_function', `the code holds a path that is not allowed: ${quotePath(raw)} ${why}`, {
      details: { path: raw.slice(0, MAX_PATH_BYTES) },
    });
  };
  if (hasControlCharacter(raw)) refuse('has a control character in its name');
  if (raw.includes('\ufffd')) refuse('is not valid UTF-8');
  if (raw.includes('\\')) refuse('has a backslash; use "/" between folders');
  if (raw.startsWith('/')) refuse('is absolute; paths must be relative to the code folder');
  if (/^[A-Za-z]:/.test(raw)) refuse('begins with a drive letter; paths must be relative to the code folder');
  if (Buffer.byteLength(raw) > MAX_PATH_BYTES) refuse(`is longer than ${MAX_PATH_BYTES} bytes`);
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.');
  for (const segment of segments) {
    if (segment === '..') refuse('leads out of the code folder with ".."');
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) refuse(`has a name longer than ${MAX_SEGMENT_BYTES} bytes`);
  }
  return segments.join('/');
}

/** As `safePath`, of a file: what ends like a folder is refused, rather than taken for a file of that name. */
export function safeFilePath(raw: string): string {
  const path = safePath(raw);
  if (path !== '' && /\/\.?$/.test(raw)) {
    throw new Problem('invalid_function', `${quotePath(raw)} ends in a slash, as a folder does: name a file in it`, {
      details: { path },
    });
  }
  return path;
}

/** A path as a message shows it: quoted, with control characters escaped, and of bounded length. */
export function quotePath(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
