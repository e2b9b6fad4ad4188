import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Language = 'python' | 'node';

/**
 * One hostile function. Its file begins with comment lines: the first says what it attacks, the next ones may be
 * `expect: <outcome> or <outcome>` (default `succeeded`), `variants: a, b` (one run each, given as `variant`),
 * `turns: 2` (run again as another function, told by `turn`), `config: {…}` (of the function), `result: forged` (it may
 * write its own answer), `only: <process.arch>`.
 */
export interface Attack {
  readonly name: string;
  readonly language: Language;
  readonly summary: string;
  readonly source: string;
  /** Outcomes that containment allows: `succeeded`, or codes of the error in the answer. */
  readonly expected: readonly string[];
  readonly variants: readonly string[];
  readonly turns: number;
  readonly config: object;
  /** Whether the answer that counts may be one that it wrote itself, instead of its report. */
  readonly forgesItsResult: boolean;
  /** Whether it is about this processor at all. */
  readonly applies: boolean;
}

const LANGUAGES = { python: { ending: '.py', comment: '# ' }, node: { ending: '.js', comment: '// ' } } as const;
const PRELUDE = 'prelude';

/** All attacks in a language, in the order of their names. */
export async function readAttacks(language: Language): Promise<Attack[]> {
  const folder = join(import.meta.dirname, language);
  const { ending } = LANGUAGES[language];
  const prelude = await readFile(join(folder, PRELUDE + ending), 'utf8');
  const names = (await readdir(folder)).filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -3));
  return Promise.all(
    names
      .filter((name) => name !== PRELUDE)
      .sort()
      .map(async (name) => parseAttack(language, name, await readFile(join(folder, name + ending), 'utf8'), prelude)),
  );
}

function parseAttack(language: Language, name: string, text: string, prelude: string): Attack {
  const { comment } = LANGUAGES[language];
  const lines = text.split('\n');
  const head = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith(comment)),
  );
  const [summary, ...directives] = head.map((line) => line.slice(comment.length));
  if (summary === undefined) throw new Error(`${name} does not say in its first line what it attacks`);
  const given = new Map(directives.map((line) => splitOnce(line, ': ')));
  return {
    name,
    language,
    summary,
    source: `${prelude}\n${text}`,
    expected: given.get('expect')?.split(' or ') ?? ['succeeded'],
    variants: given.get('variants')?.split(', ') ?? [''],
    turns: Number(given.get('turns') ?? 1),
    config: JSON.parse(given.get('config') ?? '{}'),
    forgesItsResult: given.get('result') === 'forged',
    applies: (given.get('only') ?? process.arch) === process.arch,
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
