/** What controls, and what nobody sees or turns the order of letters round. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const ALL_HIDDEN = new RegExp(HIDDEN, 'g');
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  // A control character that is pasted is one that is typed: Ctrl-C ends the line, and the rest is another command.
  // What is not seen would show another command than the one that is pasted.
  if (HIDDEN.test(word)) return `$'${word.replace(/['\\]/g, '\\$&').replace(ALL_HIDDEN, escapeOf)}'`;
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Names that others gave, as the last words of a command: none of them is taken for an option, such as an object called `--prefix=`. */
export function operands(...names: readonly string[]): readonly string[] {
  return names.some((name) => name.startsWith('-')) ? ['--', ...names] : names;
}
