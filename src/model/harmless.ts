// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** What turns the order of letters around, and so shows another text than it is; and line ends that only some programs know. */
const REORDERING = /[\u2028-\u202e\u2066-\u2069]/g;
/** The fast path: plain ASCII. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Text of a stranger made harmless for a terminal: control characters, escape sequences among them, become visible, and so does what reorders letters. */
export function harmless(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(CONTROL, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(REORDERING, unicodeEscape);
}

/** JSON made harmless for a terminal: it says the same. What JSON lets stand in texts as it is, and a terminal obeys, is escaped. */
export function harmlessJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, unicodeEscape).replace(REORDERING, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
