import type { CodeFolder } from './runtime.ts';

/** Export names that people and providers use, the platform's own first. */
const EXPORTS = ['callme', 'handler', 'lambda_handler', 'main', 'default'];
/** Entry files that people and providers use. */
const FILES = ['main', 'index', 'app', 'handler', 'lambda_function', 'function'];
const FOLDERS = ['', 'src/'];
const MAX_CANDIDATES = 20;

interface EntrySearch {
  /** Endings of source files, with the dot. */
  readonly endings: readonly string[];
  /** A file that the folder itself names as its entry. */
  readonly named?: string | undefined;
  /** Whether `source`, which is `condensed`, seems to define `name` at its top level. */
  defines(source: string, name: string): boolean;
}

/**
 * The handler (`file.export`) of a folder: the first usual export in the first usual file. Where the folder is a single
 * source file without one, `callme` in it, so that loading says what it defines instead. `undefined` where nothing fits.
 */
export async function findEntry(folder: CodeFolder, search: EntrySearch): Promise<string | undefined> {
  const candidates = candidateFiles(folder.files, search);
  for (const file of candidates) {
    const source = condensed(await folder.read(file));
    const name = EXPORTS.find((candidate) => search.defines(source, candidate));
    if (name !== undefined) return `${withoutEnding(file)}.${name}`;
  }
  const [only] = candidates;
  return only !== undefined && folder.files.length === 1 ? `${withoutEnding(only)}.callme` : undefined;
}

function candidateFiles(files: readonly string[], { endings, named }: EntrySearch): string[] {
  const present = new Set(files);
  const usual = FOLDERS.flatMap((folder) =>
    FILES.flatMap((base) => endings.map((ending) => `${folder}${base}${ending}`)),
  );
  const atRoot = files.filter((file) => !file.includes('/') && endings.some((ending) => file.endsWith(ending)));
  const found = [...(named === undefined ? [] : [named]), ...usual, ...atRoot].filter((file) => present.has(file));
  return [...new Set(found)].slice(0, MAX_CANDIDATES);
}

function withoutEnding(file: string): string {
  return file.slice(0, file.lastIndexOf('.'));
}

/** A name as a regular expression that matches it as a whole word. */
export function word(name: string): string {
  return `(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`;
}

/**
 * A source as it is looked at for what it defines: runs of blanks are one, and no line is empty. Whoever sends a source chooses
 * it: a long run of blanks would take patterns a time by its square, or worse, in which the node does nothing else.
 */
export function condensed(source: string): string {
  const lines = source.split('\n').map((line) => line.replace(/\s+/g, ' '));
  return lines.filter((line) => line !== '' && line !== ' ').join('\n');
}
