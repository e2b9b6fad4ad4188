import { posix } from 'node:path';
import { Problem } from '../../model/problem.ts';
import { buildEnvironment } from '../build-environment.ts';
import type { BuildStep, CodeFolder } from '../runtime.ts';
import { findPython } from './interpreter.ts';

const REQUIREMENTS = 'requirements.txt';
/** Where packages are installed, relative to the code; the driver looks there. */
const PACKAGES = '.fob-python';
const MAX_INCLUDES = 50;

/** What a folder of Python needs before it runs: the packages of its requirements.txt. */
export async function planPython(folder: CodeFolder): Promise<BuildStep[]> {
  if (!folder.files.includes(REQUIREMENTS)) return [];
  const lockFiles = await requirementFiles(folder);
  if (lockFiles === undefined) return [];
  const python = await findPython();
  if (!python.hasPip) {
    throw new Problem(
      'build_failed',
      'requirements.txt asks for packages, and this machine has no pip to install them: apt-get install python3-pip, or upload the packages too',
    );
  }
  const { environment, mounts } = buildEnvironment();
  const options = [
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar=off',
    '--no-warn-script-location',
  ];
  return [
    {
      title: 'pip install',
      command: [python.program, '-I', '-m', 'pip', 'install', '--target', PACKAGES, ...options, '-r', REQUIREMENTS],
      // With a fixed time of the sources, pip's bytecode is checked by content: it stays valid however the code is copied.
      environment: { ...environment, ...python.environment, SOURCE_DATE_EPOCH: '315532800' },
      mounts: [...python.mounts, ...mounts],
      needsNetwork: true,
      ...(lockFiles.readsFolder ? {} : { cache: { lockFiles: lockFiles.files, folder: PACKAGES } }),
    },
  ];
}

/** requirements.txt and what it includes, and whether packages come from the folder itself; `undefined` where none is asked for. */
async function requirementFiles(folder: CodeFolder): Promise<{ files: string[]; readsFolder: boolean } | undefined> {
  const files = [REQUIREMENTS];
  let wanted = false;
  let readsFolder = false;
  for (const file of files) {
    for (const raw of (await folder.read(file)).split('\n')) {
      const line = raw.replace(/(^|\s)#.*$/, '').trim();
      if (line === '') continue;
      wanted = true;
      if (/^(-e\b|--editable|--find-links|-f\b|\.|\/|file:)|@\s*file:/.test(line)) readsFolder = true;
      const included = /^(?:-r|--requirement|-c|--constraint)[\s=]+(\S+)/.exec(line)?.[1];
      if (included === undefined) continue;
      const path = posix.join(posix.dirname(file), included);
      if (folder.files.includes(path) && !files.includes(path) && files.length < MAX_INCLUDES) files.push(path);
    }
  }
  return wanted ? { files, readsFolder } : undefined;
}
