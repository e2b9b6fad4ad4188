import { readFile } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { ignoreRules } from '../../project/code/ignore-rules.ts';

/** Editors write a file in several steps, and people save several files at once. */
const SETTLE_MS = 25;

const PROJECT_FILE = /^fob\.ya?ml$/;

/** Watches code; ends with `close`. */
interface CodeWatch {
  close(): Promise<void>;
}

/**
 * Calls back with the paths that changed, soon after they did and one batch at a time: what changes meanwhile is the next
 * batch. What an upload would leave out is left out here, too. Resolves when nothing that changes from now on is missed.
 */
export async function watchCode(
  path: string,
  isFolder: boolean,
  onChange: (changed: readonly string[]) => Promise<void>,
): Promise<CodeWatch> {
  const ignores = ignoreRules(isFolder ? await ignoreText(path) : '');
  const watcher = watch(path, {
    ignoreInitial: true,
    ignored: (each, stats) => {
      const inner = relative(path, each).split(sep).join('/');
      // A project file is no code, but says how it is deployed.
      return isFolder && inner !== '' && !PROJECT_FILE.test(inner) && ignores(inner, stats?.isDirectory() ?? false);
    },
  });
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  const arm = (): void => {
    if (working !== undefined || changed.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const batch = [...changed];
      changed = new Set();
      working = onChange(batch).finally(() => {
        working = undefined;
        arm();
      });
    }, SETTLE_MS);
  };
  watcher.on('all', (_event, each) => {
    changed.add(isFolder ? relative(path, each) : basename(each));
    arm();
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', resolve);
    watcher.once('error', reject);
  });
  watcher.on('error', () => {});
  return {
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await working;
    },
  };
}

async function ignoreText(folder: string): Promise<string> {
  for (const name of ['.fobignore', '.gitignore']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return '';
}
