import type { Language } from '../../../ui/code-editor.tsx';

const LANGUAGES: Readonly<Record<string, Language>> = {
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  py: 'python',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
};

/** How a file is read, by its ending. */
export function languageOf(path: string): Language {
  return LANGUAGES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'text';
}
