/** What never belongs into an upload: histories, caches, editors' files, and dependencies, which the node installs itself. */
const ALWAYS = [
  '.git',
  '.fob/',
  '.hg/',
  '.svn/',
  'node_modules/',
  '__pycache__/',
  '*.pyc',
  '.venv/',
  '.tox/',
  '.mypy_cache/',
  '.pytest_cache/',
  '.ruff_cache/',
  '.DS_Store',
  '.idea/',
  '.vscode/',
  '.env',
  '.fobignore',
  '.gitignore',
  'fob.yaml',
  'fob.test.yaml',
];

interface Rule {
  readonly pattern: RegExp;
  readonly foldersOnly: boolean;
  readonly keeps: boolean;
}

/** Decides which paths of a folder are left out: relative, with `/`. Later rules win over earlier ones. */
export type Ignores = (path: string, isFolder: boolean) => boolean;

/** The rules that always hold, followed by those of an ignore file's text (the syntax of `.gitignore`). */
export function ignoreRules(text: string): Ignores {
  const rules = [...ALWAYS, ...text.split(/\r?\n/)].flatMap((line) => parseRule(line) ?? []);
  return (path, isFolder) => {
    let ignored = false;
    for (const rule of rules) {
      if (rule.foldersOnly && !isFolder) continue;
      if (rule.pattern.test(path)) ignored = !rule.keeps;
    }
    return ignored;
  };
}

function parseRule(line: string): Rule | undefined {
  let glob = line.replace(/(?<!\\)\s+$/, '');
  if (glob === '' || glob.startsWith('#')) return undefined;
  const keeps = glob.startsWith('!');
  if (keeps) glob = glob.slice(1);
  const foldersOnly = glob.endsWith('/');
  if (foldersOnly) glob = glob.slice(0, -1);
  // A slash at the beginning or in the middle ties the rule to the folder of the ignore file.
  const anchored = glob.includes('/');
  glob = glob.replace(/^\//, '');
  if (glob === '') return undefined;
  return { pattern: new RegExp(`${anchored ? '^' : '(?:^|/)'}${globSource(glob)}$`), foldersOnly, keeps };
}

function globSource(glob: string): string {
  let source = '';
  for (let i = 0; i < glob.length; i++) {
    const letter = glob[i]!;
    if (glob.startsWith('**/', i)) {
      source += '(?:.*/)?';
      i += 2;
    } else if (glob.startsWith('**', i)) {
      source += '.*';
      i += 1;
    } else if (letter === '*') {
      source += '[^/]*';
    } else if (letter === '?') {
      source += '[^/]';
    } else if (letter === '[' && glob.indexOf(']', i + 2) !== -1) {
      const end = glob.indexOf(']', i + 2);
      const members = glob
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[');
      source += `[${members}]`;
      i = end;
    } else if (letter === '\\' && i + 1 < glob.length) {
      source += literal(glob[++i]!);
    } else {
      source += literal(letter);
    }
  }
  return source;
}

function literal(letter: string): string {
  return letter.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
