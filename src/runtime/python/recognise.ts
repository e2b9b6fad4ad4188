import { condensed, word } from '../find-entry.ts';

/** Signs of Python in a text, and how sure each makes us. */
const SIGNS: readonly [RegExp, number][] = [
  [/^#!.*\bpython/, 1],
  [/^\s*(async\s+)?def\s+\w+\s*\(/m, 0.95],
  [/^\s*from\s+[\w.]+\s+import\s/m, 0.9],
  [/^import\s+[\w.]+(\s+as\s+\w+)?(\s*,\s*[\w.]+)*\s*(#.*)?$/m, 0.9],
  [
    /^\s*(class\s+\w+(\(.*\))?|if\s.+|elif\s.+|for\s((?!\sin\s).)+\sin\s.+|while\s.+|with\s.+|try|else)\s*:\s*(#.*)?$/m,
    0.8,
  ],
  [/\blambda\b[^:\n]{0,200}:/, 0.6],
  [/^\s*print\(/m, 0.5],
];

/** How sure it is that a text is Python, 0 to 1. */
export function recognisePython(source: string): number {
  const text = condensed(source);
  return Math.max(0, ...SIGNS.map(([sign, sureness]) => (sign.test(text) ? sureness : 0)));
}

/** Whether Python source seems to define, or import, `name` at its top level. */
export function definesInPython(source: string, name: string): boolean {
  const found = word(name);
  return [`^(async\\s+)?def\\s+${found}`, `^${found}\\s*(:[^=\\n]*)?=`, `^from\\s+[\\w.]+\\s+import\\s.*${found}`].some(
    (pattern) => new RegExp(pattern, 'm').test(source),
  );
}
