/** What line ends and indentation may add: a text that is nested very deep would become thousands of times as long. */
const MOST_ADDED = 1_048_576;
/** A string, a sign, or a number or word; blanks between them are left out. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/**
 * A text that is JSON with its lines in order, each number and string as it was written; any other text, and one whose indentation
 * would be most of it, as it is.
 */
export function prettyJson(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return inLines(text) ?? text;
}

/** A value as JSON with its lines in order. */
export function prettyValue(value: unknown): string {
  return prettyJson(JSON.stringify(value) ?? '');
}

/** `undefined` where it becomes too long. */
function inLines(text: string): string | undefined {
  const parts: string[] = [];
  let [depth, added, isEmpty] = [0, 0, false];
  const line = (): void => {
    parts.push('\n', '  '.repeat(depth));
    added += 1 + 2 * depth;
  };
  for (const [token] of text.matchAll(TOKENS)) {
    if (added > MOST_ADDED) return undefined;
    const isEnd = token === ']' || token === '}';
    if (isEnd) depth--;
    // The first thing of a list, and what ends one that is not empty, begin lines.
    if (isEmpty !== isEnd) line();
    isEmpty = token === '[' || token === '{';
    if (isEmpty) depth++;
    parts.push(token === ':' ? ': ' : token);
    if (token === ',') line();
  }
  return parts.join('');
}
