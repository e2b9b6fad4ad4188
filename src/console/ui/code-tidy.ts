import { indentRange } from '@codemirror/language';
import type { EditorView } from '@codemirror/view';
import type { Language } from './code-editor-view.tsx';

/**
 * Tidies what is edited, and changes nothing of what it means: lines are indented as the language has it (of Python, where
 * that is meaning, only tabs become spaces), blanks at the ends of lines go, and the last line ends.
 */
export function tidy(view: EditorView, language: Language): void {
  const { state } = view;
  if (state.readOnly) return;
  if (language === 'json') return replaceBy(view, prettyJson(state.doc.toString()));
  if (language === 'javascript' || language === 'typescript') {
    const indented = indentRange(state, 0, state.doc.length);
    if (!indented.empty) view.dispatch({ changes: indented, userEvent: 'input.tidy' });
  }
  const lines = view.state.doc.toString().split('\n');
  const clean = lines.map((line) => cleanLine(line, language));
  replaceBy(view, `${clean.join('\n').replace(/\n+$/, '')}\n`);
}

function cleanLine(line: string, language: Language): string {
  // Of other texts, such as Markdown, nobody knows whether blanks mean something.
  const trimmed = language === 'text' ? line : line.replace(/[ \t]+$/, '');
  if (language !== 'python') return trimmed;
  return trimmed.replace(/^[\t ]+/, (blanks) => blanks.replaceAll('\t', '    '));
}

function prettyJson(text: string): string {
  try {
    return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } catch {
    return text;
  }
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
