import { ensureSyntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { Language } from './code-language.ts';

/** Reading long code takes some time; whoever saves does not wait for longer. */
const READ_MS = 1_000;
/** Within these each blank is what somebody wants to have. */
const TEXTS = new Set(['String', 'FormatString', 'BlockLiteralContent', 'QuotedLiteral']);

/**
 * Code without blanks at the ends of its lines, and with one line end as its last; in Python each tab that indents becomes four
 * spaces. Nothing in a string or a text of several lines changes, nor anything where the code cannot be read for them.
 */
export function cleanLines(state: EditorState, language: Language): string {
  const texts = textsIn(state, language);
  const lines: string[] = [];
  for (let at = 1; at <= state.doc.lines; at++) {
    const { text } = state.doc.line(at);
    lines.push(texts === undefined ? text : cleanLine(text, language, texts.begins.has(at), texts.ends.has(at)));
  }
  const whole = lines.join('\n');
  // What YAML calls `|+` has the empty lines that come after it.
  return language === 'yaml' && whole.endsWith('\n') ? whole : `${whole.replace(/\n+$/, '')}\n`;
}

/** The lines whose begin, and those whose end, lies within a text. `undefined` where that is not known. */
function textsIn(state: EditorState, language: Language) {
  const { doc } = state;
  // Of other texts, such as Markdown, nobody knows whether blanks mean something.
  const tree = language === 'text' ? null : ensureSyntaxTree(state, doc.length, READ_MS);
  if (tree === null) return undefined;
  const [begins, ends] = [new Set<number>(), new Set<number>()];
  tree.iterate({
    enter({ name, from, to }) {
      if (!TEXTS.has(name)) return;
      const first = doc.lineAt(from).number;
      const last = doc.lineAt(to);
      for (let at = first; at <= last.number; at++) {
        if (at > first) begins.add(at);
        if (at < last.number || to === last.to) ends.add(at);
      }
    },
  });
  return { begins, ends };
}

function cleanLine(line: string, language: Language, beginsInText: boolean, endsInText: boolean): string {
  const trimmed = endsInText ? line : line.replace(/[ \t]+$/, '');
  if (language !== 'python' || beginsInText) return trimmed;
  return trimmed.replace(/^[\t ]+/, (blanks) => blanks.replaceAll('\t', '    '));
}
