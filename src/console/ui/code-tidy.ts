import type { EditorView } from '@codemirror/view';
import { formatBeside } from './code-formatter.ts';
import type { Language } from './code-language.ts';
import { prettyJson } from './pretty-json.ts';

/**
 * Tidies what is edited, and changes nothing of what it means: JavaScript and TypeScript are written as Prettier does, JSON by
 * two spaces, of Python, where blanks are meaning, tabs become spaces; blanks at the ends of lines go, and the last line ends.
 * Rejects with why where the code cannot be read; then it stays as it is.
 */
export async function tidy(view: EditorView, language: Language): Promise<void> {
  if (view.state.readOnly) return;
  const before = view.state.doc;
  const text = await tidied(before.toString(), language);
  // Whoever writes on meanwhile is not written over.
  if (view.state.doc.eq(before)) replaceBy(view, text);
}

async function tidied(text: string, language: Language): Promise<string> {
  if (language === 'json') {
    const pretty = prettyJson(text);
    return pretty === text ? text : `${pretty}\n`;
  }
  if (language === 'javascript' || language === 'typescript') return formatBeside(text, language);
  const lines = text.split('\n').map((line) => cleanLine(line, language));
  return `${lines.join('\n').replace(/\n+$/, '')}\n`;
}

function cleanLine(line: string, language: Language): string {
  // Of other texts, such as Markdown, nobody knows whether blanks mean something.
  const trimmed = language === 'text' ? line : line.replace(/[ \t]+$/, '');
  if (language !== 'python') return trimmed;
  return trimmed.replace(/^[\t ]+/, (blanks) => blanks.replaceAll('\t', '    '));
}

/** Replaces the lines that differ, so that the cursor stays where it is. */
function replaceBy(view: EditorView, text: string): void {
  const before = view.state.doc.toString();
  if (before === text) return;
  let from = 0;
  while (from < before.length && from < text.length && before[from] === text[from]) from++;
  let [to, end] = [before.length, text.length];
  while (to > from && end > from && before[to - 1] === text[end - 1]) {
    to--;
    end--;
  }
  view.dispatch({ changes: { from, to, insert: text.slice(from, end) }, userEvent: 'input.tidy' });
}
