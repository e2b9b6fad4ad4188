import { ensureSyntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { Language } from './code-language.ts';

/** Reading long code takes some time; whoever saves does not wait for longer. */
const READ_MS = 1_000;
/** Within these each blank is what somebody wants to have. */
const TEXTS = new Set(['BlockLiteralContent', 'QuotedLiteral']);

/**
 * A text without blanks at the ends of its lines, and with one line end as its last. Nothing in a text of several lines within it
 * changes, nor anything but its end where it cannot be read for them.
 */
export function cleanLines(state: EditorState, language: Language & ('yaml' | 'text')): string {
  // Of other texts, such as Markdown, nobody knows whether blanks mean something.
  const whole = language === 'yaml' ? withoutBlanks(state) : state.doc.toString();
  // What YAML calls `|+` has the empty lines that come after it.
  return language === 'yaml' && whole.endsWith('\n') ? whole : `${whole.replace(/\n+$/, '')}\n`;
}

function withoutBlanks(state: EditorState): string {
  const { doc } = state;
  const tree = ensureSyntaxTree(state, doc.length, READ_MS);
  if (tree === null) return doc.toString();
  /** The lines whose end lies within a text. */
  const kept = new Set<number>();
  tree.iterate({
    enter({ name, from, to }) {
      if (!TEXTS.has(name)) return;
      const last = doc.lineAt(to);
      for (let at = doc.lineAt(from).number; at < last.number; at++) kept.add(at);
      if (to === last.to) kept.add(last.number);
    },
  });
  const lines = doc.toString().split('\n');
  return lines.map((line, at) => (kept.has(at + 1) ? line : line.replace(/[ \t]+$/, ''))).join('\n');
}
