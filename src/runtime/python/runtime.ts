import { findEntry } from '../find-entry.ts';
import type { Runtime } from '../runtime.ts';
import { checkPython, locatePython } from './interpreter.ts';
import { planPython } from './plan.ts';
import { definesInPython, recognisePython } from './recognise.ts';

const ENDINGS = ['.py'];
const NAMES = /^(python|py|cpython|python:?\d+(\.\d+)*|py\d+(\.\d+)*)$/;

/** Python, on the machine's own interpreter. */
export const pythonRuntime: Runtime = {
  name: 'python',
  matches: (name) => NAMES.test(name.toLowerCase()),
  fileEndings: ENDINGS,
  mainName: 'main',
  resizable: true,
  recognise: recognisePython,
  locate: locatePython,
  plan: planPython,
  guessHandler: (folder) => findEntry(folder, { endings: ENDINGS, defines: definesInPython }),
  check: checkPython,
};
