import { Problem } from '../../../model/problem.ts';
import type { BuildStep, CodeFolder, Runtime, Runtimes } from '../../../runtime/runtime.ts';

/** A language that is nothing but its file ending and the word that defines a function. */
function sampleRuntime(name: string, ending: string, definition: string, plan: Runtime['plan']): Runtime {
  const handlers = (text: string) => ['callme', 'handler'].filter((word) => text.includes(`${definition} ${word}(`));
  return {
    name,
    matches: (asked) => asked.startsWith(name),
    fileEndings: [ending, ending.toUpperCase()],
    mainName: 'main',
    endingFor: (asked) => (asked === `${name}-classic` ? ending.toUpperCase() : undefined),
    resizable: true,
    recognise: (source) => (source.includes(`${definition} `) ? 0.9 : 0),
    locate: () => Promise.resolve({ version: '1.0', command: () => [], environment: {}, mounts: [] }),
    plan,
    async guessHandler(folder: CodeFolder) {
      if (!folder.files.includes(`main${ending}`)) return undefined;
      const [first] = handlers(await folder.read(`main${ending}`));
      return first === undefined ? undefined : `main.${first}`;
    },
    check: () => Promise.resolve([]),
  };
}

/**
 * Two small languages, for what deployment does around a language. Code that holds a file `build.sh` is built by running
 * it, and `deps.lock` decides what it puts into the folder `deps`.
 */
export const sampleRuntimes: Runtimes = {
  all: [sampleRuntime('python', '.py', 'def', planScript), sampleRuntime('node', '.js', 'function', planScript)],
  get(name) {
    const found = this.all.find((runtime) => runtime.matches(name));
    if (found === undefined) throw new Problem('unsupported_runtime', `no runtime is called "${name}"`);
    return found;
  },
};

async function planScript(folder: CodeFolder): Promise<BuildStep[]> {
  if (!folder.files.includes('build.sh')) return [];
  const step = {
    title: 'build.sh',
    command: ['/bin/sh', 'build.sh'],
    environment: {},
    mounts: [],
    needsNetwork: false,
  };
  return [folder.files.includes('deps.lock') ? { ...step, cache: { lockFiles: ['deps.lock'], folder: 'deps' } } : step];
}
