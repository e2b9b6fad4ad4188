import { condensed, word } from '../find-entry.ts';

/** Signs of JavaScript or TypeScript in a text, and how sure each makes us. */
const SIGNS: readonly [RegExp, number][] = [
  [/^#!.*\b(node|deno|bun)\b/, 1],
  [/^\s*export\s+(default|async|function|const|let|class|\{|interface|type)\b/m, 0.9],
  [/^\s*import\s+(type\s+)?([\w$*{][^'"\n]*\sfrom\s+)?['"]/m, 0.9],
  [/\b(module\.exports|exports\.[\w$]+)\s*=/, 0.9],
  [/\bfunction\b\s*\*?\s*[\w$]*\s*(<[^<>]*>)?\s*\(/, 0.8],
  [/=>\s*[{(\w'"`[]/, 0.7],
  [/\b(const|let|var)\s+[\w${[]/, 0.7],
  [/\brequire\(\s*['"]|\bconsole\.\w+\(/, 0.6],
];

/** How sure it is that a text is JavaScript or TypeScript, 0 to 1. */
export function recogniseNode(source: string): number {
  const text = condensed(source);
  return Math.max(0, ...SIGNS.map(([sign, sureness]) => (sign.test(text) ? sureness : 0)));
}

/** Whether JavaScript or TypeScript seems to define, or export, `name` at its top level; `default` is a function without a name of its own. */
export function definesInNode(source: string, name: string): boolean {
  if (name === 'default') return exportsFunction(source);
  const found = word(name);
  return [
    `^\\s*(export\\s+)?(default\\s+)?(async\\s+)?function\\b\\s*\\*?\\s*${found}`,
    `^\\s*(export\\s+)?(const|let|var)\\s+${found}`,
    `\\bexports\\.${found}\\s*=`,
    `\\bexports\\s*=\\s*\\{[^{}]*${found}`,
    `\\bexport\\s*(default\\s*)?\\{[^{}]*${found}`,
  ].some((pattern) => new RegExp(pattern, 'm').test(source));
}

const EXPORTS = String.raw`^\s*(?:export\s+default\b|module\.exports\s*=|exports\.default\s*=)\s*`;
/** How a function begins, in an expression. */
const FUNCTION = String.raw`(?:async\b|function\b|\(|<|[\w$]+\s*=>)`;
const FUNCTION_EXPORT = new RegExp(EXPORTS + FUNCTION, 'm');
const NAME_EXPORTS = [
  new RegExp(String.raw`${EXPORTS}([\w$]+)\s*;?\s*$`, 'm'),
  /^\s*export\s*\{[^{}]*?(?<![\w$])([\w$]+)\s+as\s+default\b/m,
];

/** Whether what is exported without a name is a function, or the name of one that is defined here. */
function exportsFunction(source: string): boolean {
  if (FUNCTION_EXPORT.test(source)) return true;
  return NAME_EXPORTS.some((pattern) => {
    const name = pattern.exec(source)?.[1];
    if (name === undefined) return false;
    const found = word(name);
    return [
      `^\\s*(async\\s+)?function\\b\\s*\\*?\\s*${found}`,
      `^\\s*(const|let|var)\\s+${found}\\s*(:[^=\\n]+)?=\\s*${FUNCTION}`,
    ].some((definition) => new RegExp(definition, 'm').test(source));
  });
}
