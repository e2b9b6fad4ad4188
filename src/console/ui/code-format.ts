import type { Language } from './code-language.ts';

/** Columns, in all languages: that of this project. */
export const FORMATTED_WIDTH = 120;

/** JavaScript and TypeScript as Prettier writes them, by the quotes and the indentation that the text has; loaded with the first. Rejects with why where the text cannot be read. */
export async function formatCode(text: string, language: Language & ('javascript' | 'typescript')): Promise<string> {
  const [{ format }, babel, estree] = await Promise.all([
    import('prettier/standalone'),
    import('prettier/plugins/babel'),
    import('prettier/plugins/estree'),
  ]);
  try {
    return await format(text, {
      parser: language === 'typescript' ? 'babel-ts' : 'babel',
      plugins: [babel, estree],
      printWidth: FORMATTED_WIDTH,
      singleQuote: count(text, "'") > count(text, '"'),
      useTabs: /^\t/m.test(text),
      tabWidth: /^ {4}\S/m.test(text) && !/^ {2}\S/m.test(text) ? 4 : 2,
    });
  } catch (error) {
    // What follows its first line is a picture of the place.
    throw new Error((error as Error).message.split('\n', 1)[0]!, { cause: error });
  }
}

/** What an editor takes, in letters. */
const MOST_LETTERS = 262_144;

/** Throws where code has become much longer and too long to be edited: what is nested deeply does, by its indentation, hundreds of times. */
export function assertNotMuchLonger(before: string, after: string): void {
  if (after.length <= Math.max(MOST_LETTERS, 2 * before.length)) return;
  throw new Error(`it would be ${Math.round(after.length / before.length)} times as long, and too long to be edited`);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}
