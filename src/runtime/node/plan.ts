import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { Problem } from '../../model/problem.ts';
import { buildEnvironment } from '../build-environment.ts';
import type { BuildStep, CodeFolder } from '../runtime.ts';
import { locateNpm } from './interpreter.ts';

const TYPESCRIPT_ENDINGS = ['.ts', '.mts', '.cts', '.tsx'];
const JAVASCRIPT_ENDINGS = ['.js', '.mjs', '.cjs'];
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json'];
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];
const ESBUILD = '/opt/fob/esbuild';

interface PackageJson {
  readonly type?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly optionalDependencies?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly workspaces?: unknown;
}

/** What a folder of JavaScript or TypeScript needs before it runs: its packages, then its TypeScript made JavaScript. */
export async function planNode(folder: CodeFolder, handler: string): Promise<BuildStep[]> {
  const description = folder.files.includes('package.json') ? await readPackage(folder) : {};
  const steps: BuildStep[] = [];
  if (needsInstall(folder, description)) steps.push(installStep(folder, description));
  const entry = typescriptEntry(folder, handler);
  if (entry !== undefined) steps.push(typescriptStep(entry, await folder.read(entry), description));
  return steps;
}

/** A folder's package.json. Throws `invalid_function` where it is none. */
export async function readPackage(folder: CodeFolder): Promise<PackageJson> {
  const wrong = (cause?: unknown) =>
    new Problem('invalid_function', 'package.json is not a JSON object: correct it', { cause });
  let parsed: unknown;
  try {
    parsed = JSON.parse(await folder.read('package.json'));
  } catch (error) {
    throw wrong(error);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong();
  return parsed;
}

function needsInstall(folder: CodeFolder, { dependencies, optionalDependencies }: PackageJson): boolean {
  const wanted = Object.keys({ ...dependencies, ...optionalDependencies }).length;
  return wanted > 0 && !folder.files.some((file) => file.startsWith('node_modules/'));
}

function installStep(folder: CodeFolder, description: PackageJson): BuildStep {
  const npm = locateNpm();
  if (npm === undefined) {
    throw new Problem(
      'build_failed',
      'package.json asks for packages, and this machine has no npm to install them: install npm, or upload node_modules too',
    );
  }
  const lock = LOCK_FILES.find((name) => folder.files.includes(name));
  const verb = lock === undefined ? 'install' : 'ci';
  const { environment, mounts } = buildEnvironment();
  const options = [
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--cache=/tmp/npm',
    '--loglevel=warn',
  ];
  return {
    title: `npm ${verb}`,
    command: [...npm.command, verb, ...options],
    environment,
    mounts: [...npm.mounts, ...mounts],
    needsNetwork: true,
    ...((lock !== undefined || namesExactVersions(description)) && !readsOtherFiles(description)
      ? { cache: { lockFiles: ['package.json', ...LOCK_FILES, '.npmrc'], folder: 'node_modules' } }
      : {}),
  };
}

function namesExactVersions({ dependencies, optionalDependencies }: PackageJson): boolean {
  return Object.values({ ...dependencies, ...optionalDependencies }).every((version) =>
    /^\d+\.\d+\.\d+$/.test(String(version)),
  );
}

/** Whether the packages depend on more of the folder than its lock file. */
function readsOtherFiles({ dependencies, optionalDependencies, scripts, workspaces }: PackageJson): boolean {
  const sources = Object.values({ ...dependencies, ...optionalDependencies });
  return (
    workspaces !== undefined ||
    sources.some((source) => /^(file|link):|^[./~]/.test(String(source))) ||
    INSTALL_SCRIPTS.some((name) => scripts?.[name] !== undefined)
  );
}

/** The handler's file where it is TypeScript that was not already built. */
function typescriptEntry(folder: CodeFolder, handler: string): string | undefined {
  const base = handler.slice(0, handler.lastIndexOf('.'));
  if (JAVASCRIPT_ENDINGS.some((ending) => folder.files.includes(base + ending))) return undefined;
  const ending = TYPESCRIPT_ENDINGS.find((candidate) => folder.files.includes(base + candidate));
  return ending === undefined ? undefined : base + ending;
}

/** Bundles the user's own files into one beside the entry; packages stay where they are. The inline map keeps stack traces in the user's lines. */
function typescriptStep(entry: string, source: string, description: PackageJson): BuildStep {
  const isModule = isModuleSource(entry, source, description);
  const output = entry.slice(0, -posix.extname(entry).length) + (isModule ? '.mjs' : '.cjs');
  // A fragment that imports and exports nothing is not bundled: the function it defines would seem unused.
  const isFragment = !/^\s*(import|export)\b/m.test(source);
  return {
    title: `TypeScript ${entry}`,
    command: [
      ESBUILD,
      `/build/${entry}`,
      `--outfile=/build/${output}`,
      ...(isFragment ? [] : ['--bundle', '--packages=external', '--tree-shaking=false']),
      `--format=${isModule ? 'esm' : 'cjs'}`,
      '--platform=node',
      '--target=node24',
      '--sourcemap=inline',
      '--sources-content=false',
      '--log-level=warning',
    ],
    environment: { PATH: '/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8' },
    mounts: [{ hostPath: esbuildPath(), path: ESBUILD }],
    needsNetwork: false,
  };
}

function isModuleSource(entry: string, source: string, description: PackageJson): boolean {
  if (entry.endsWith('.mts')) return true;
  if (entry.endsWith('.cts')) return false;
  if (description.type === 'module') return true;
  // CommonJS has neither of these.
  return (
    /\bimport\.meta\b/.test(source) ||
    /^(await\b|for await\b|(export\s+)?(const|let|var)\s[^=\n]*=\s*await\b)/m.test(source)
  );
}

function esbuildPath(): string {
  return createRequire(import.meta.url).resolve(`@esbuild/${process.platform}-${process.arch}/bin/esbuild`);
}
