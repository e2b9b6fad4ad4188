import type { EditorState } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { formatBeside } from './code-formatter.ts';
import type { Language } from './code-language.ts';
import { cleanLines } from './code-lines.ts';
import { prettyJson } from './pretty-json.ts';

/**
 * Tidies what is edited, and changes nothing of what it means (of a docstring, its blanks): JavaScript and TypeScript are written as Prettier does, Python
 * as Ruff does, JSON by two spaces; of others the lines are cleaned.
 * Rejects with why where the code cannot be read, or would become much too long; then it stays as it is.
 */
export async function tidy(view: EditorView, language: Language): Promise<void> {
  if (view.state.readOnly) return;
  const before = view.state.doc;
  const text = await tidied(view.state, language);
  // Whoever writes on meanwhile is not written over.
  if (view.state.doc.eq(before)) replaceBy(view, text);
}

async function tidied(state: EditorState, language: Language): Promise<string> {
  if (language === 'yaml' || language === 'text') return cleanLines(state, language);
  const text = state.doc.toString();
  if (language !== 'json') return formatBeside(text, language);
  const pretty = prettyJson(text);
  return pretty === text ? text : `${pretty}\n`;
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
