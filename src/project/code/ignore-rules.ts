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
  readonly glob: Glob;
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
      if (matches(rule.glob, path)) ignored = !rule.keeps;
    }
    return ignored;
  };
}

/** Whether a path is left out, by itself or with a folder around it. */
export function isLeftOut(ignores: Ignores, path: string, isFolder: boolean): boolean {
  const parts = path.split('/');
  return parts.some((_, at) => ignores(parts.slice(0, at + 1).join('/'), isFolder || at < parts.length - 1));
}

function parseRule(line: string): Rule | undefined {
  const trimmed = line.trimEnd();
  // A blank that is escaped stays.
  let glob = trimmed.endsWith('\\') ? line.slice(0, trimmed.length + 1) : trimmed;
  if (glob === '' || glob.startsWith('#')) return undefined;
  const keeps = glob.startsWith('!');
  if (keeps) glob = glob.slice(1);
  const foldersOnly = glob.endsWith('/');
  if (foldersOnly) glob = glob.slice(0, -1);
  // A slash at the beginning or in the middle ties the rule to the folder of the ignore file.
  const anchored = glob.includes('/');
  glob = glob.replace(/^\//, '');
  if (glob === '') return undefined;
  return { glob: parseGlob(glob, anchored), foldersOnly, keeps };
}

/** One step of a pattern. `skips`: it may also stand for nothing, and for more than one letter; `folders` for whole folders, each with its slash. */
interface Step {
  readonly takes: (letter: string) => boolean;
  readonly skips?: 'letters' | 'folders';
}

interface Glob {
  readonly steps: readonly Step[];
  readonly anchored: boolean;
  /** With what a path ends that it matches: most are told by this alone. */
  readonly ending: string;
}

const any = (): boolean => true;
const inFolder = (letter: string): boolean => letter !== '/';

function parseGlob(glob: string, anchored: boolean): Glob {
  const steps: Step[] = [];
  let ending = '';
  const put = (step: Step, literal?: string): void => {
    steps.push(step);
    ending = literal === undefined ? '' : ending + literal;
  };
  for (let i = 0; i < glob.length; i++) {
    const letter = glob[i]!;
    const end = letter === '[' ? glob.indexOf(']', i + 2) : -1;
    if (glob.startsWith('**/', i)) {
      put({ takes: any, skips: 'folders' });
      i += 2;
    } else if (glob.startsWith('**', i)) {
      put({ takes: any, skips: 'letters' });
      i += 1;
    } else if (letter === '*') {
      put({ takes: inFolder, skips: 'letters' });
    } else if (letter === '?') {
      put({ takes: inFolder });
    } else if (end !== -1) {
      put({ takes: oneOf(glob.slice(i + 1, end)) });
      i = end;
    } else {
      const meant = letter === '\\' && i + 1 < glob.length ? glob[++i]! : letter;
      put({ takes: (each) => each === meant }, meant);
    }
  }
  return { steps, anchored, ending };
}

/** Of a set in square brackets; one that is none, such as `[z-a]`, holds nothing. */
function oneOf(members: string): (letter: string) => boolean {
  const escaped = members.replace(/^!/, '^').replaceAll('\\', '\\\\').replaceAll('[', '\\[');
  try {
    const set = new RegExp(`^[${escaped}]$`);
    return (letter) => inFolder(letter) && set.test(letter);
  } catch {
    return () => false;
  }
}

/**
 * Whether a path is as a pattern says. Takes time by the product of both lengths at worst, not more, whatever the pattern: it may
 * be of a repository that anybody pushes to.
 */
function matches({ steps, anchored, ending }: Glob, path: string): boolean {
  if (!path.endsWith(ending)) return false;
  const at = (states: Set<number>, state: number): void => {
    states.add(state);
    if (steps[state]?.skips !== undefined) at(states, state + 1);
  };
  let states = new Set<number>();
  at(states, 0);
  for (const letter of path.split('')) {
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === undefined || !step.takes(letter)) continue;
      if (step.skips !== undefined) at(next, state);
      if (step.skips === undefined || (step.skips === 'folders' && letter === '/')) at(next, state + 1);
    }
    if (!anchored && letter === '/') at(next, 0);
    states = next;
  }
  return states.has(steps.length);
}
