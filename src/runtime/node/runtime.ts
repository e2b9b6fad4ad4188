import { posix } from 'node:path';
import { findEntry } from '../find-entry.ts';
import type { CodeFolder, Runtime } from '../runtime.ts';
import { checkNode, locateNode } from './interpreter.ts';
import { planNode, readPackage } from './plan.ts';
import { definesInNode, recogniseNode } from './recognise.ts';

const ENDINGS = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.tsx'];
const NAMES = /^(node|nodejs|javascript|js|mjs|cjs|es6|ecmascript|typescript|ts|node(js)?:?v?\d+(\.\w+)*)$/;

/** JavaScript and TypeScript on Node.js. */
export const nodeRuntime: Runtime = {
  name: 'node',
  matches: (name) => NAMES.test(name.toLowerCase()),
  endingFor: (name) => (['typescript', 'ts'].includes(name.toLowerCase()) ? '.ts' : undefined),
  fileEndings: ENDINGS,
  mainName: 'main',
  resizable: false,
  heapExhausted: /^FATAL ERROR: .*heap/,
  recognise: recogniseNode,
  locate: async () => locateNode(),
  plan: planNode,
  guessHandler: async (folder) =>
    findEntry(folder, { endings: ENDINGS, named: await namedEntry(folder), defines: definesInNode }),
  check: async () => checkNode(),
};

/** The file that package.json names as `main`. A damaged one is refused by the plan, where it matters. */
async function namedEntry(folder: CodeFolder): Promise<string | undefined> {
  if (!folder.files.includes('package.json')) return undefined;
  const { main } = (await readPackage(folder).catch(() => ({}))) as { main?: unknown };
  return typeof main === 'string' ? posix.normalize(main) : undefined;
}
