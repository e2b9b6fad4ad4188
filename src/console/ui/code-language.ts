export type Language = 'javascript' | 'typescript' | 'python' | 'json' | 'yaml' | 'text';

const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ['js', 'javascript'],
  ['mjs', 'javascript'],
  ['cjs', 'javascript'],
  ['jsx', 'javascript'],
  ['ts', 'typescript'],
  ['mts', 'typescript'],
  ['cts', 'typescript'],
  ['tsx', 'typescript'],
  ['py', 'python'],
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
]);

/** The language of a file, by its ending. */
export function languageOf(path: string): Language {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return LANGUAGES.get(ending) ?? 'text';
}

/** What saving does to a text of a language before: whole for some, and only blanks where no more is safe. */
export function tidyWords(language: Language): string {
  if (language === 'javascript' || language === 'typescript') return 'formats it, as Prettier does';
  if (language === 'python') return 'formats it, as Ruff does';
  return language === 'json' ? 'formats it' : 'tidies blanks';
}
