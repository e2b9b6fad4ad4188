import { basename, extname, resolve } from 'node:path';
import { FUNCTION_NAME_PATTERN } from '../../model/function.ts';
import { readCode } from '../../project/code/read-code.ts';
import { EXIT, Failure } from '../failure.ts';
import { count, formatBytes } from '../human.ts';
import type { Progress } from '../output.ts';

/** What `fob dev` and `fob check` have beside the code. */
const OWN = new Set(['.fob/', 'fob.test.yaml']);

/** Code on its way to a node. */
export interface Upload {
  readonly content: Buffer;
  readonly fileName: string;
  /** What guesses are made from, for people. */
  readonly origin: string;
  readonly summary: string;
}

/** Reads a source file, a folder, an archive, or with `-` a text from standard input. */
export async function readUpload(path: string, progress: Progress): Promise<Upload> {
  if (path === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    return { content, fileName: '', origin: 'the text', summary: formatBytes(content.length) };
  }
  const code = await readCode(path);
  const ignored = code.ignored.filter((each) => !OWN.has(each));
  if (ignored.length > 0) {
    const shown = ignored.slice(0, 5).join(', ');
    progress.line(`left out ${shown}${ignored.length > 5 ? ` and ${ignored.length - 5} more` : ''}`);
  }
  const size = formatBytes(code.content.length);
  return code.isFolder
    ? { ...code, origin: `${basename(resolve(path))}/`, summary: `${count(code.files, 'file')}, ${size}` }
    : { ...code, origin: basename(path), summary: `${basename(path)} (${size})` };
}

/** A name that was given, or the one that a file or folder suggests. */
export function functionName(path: string, given: string | undefined): string {
  const rule = new RegExp(FUNCTION_NAME_PATTERN);
  if (given !== undefined) {
    if (rule.test(given)) return given;
    throw new Failure(EXIT.usage, `--name: "${given}" is no name of a function`, {
      hint: 'up to 64 letters, digits, - and _, beginning with a letter or digit',
    });
  }
  const base = path === '-' ? '' : basename(resolve(path)).replace(/\.(tar\.gz|tgz|zip)$/i, '');
  const name = base
    .slice(0, base.length - extname(base).length)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  if (rule.test(name)) return name;
  throw new Failure(EXIT.usage, `${path} suggests no name for a function: give one with --name`);
}
