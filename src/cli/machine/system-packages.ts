import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, readSync, realpathSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { EXIT, Failure } from '../failure.ts';
import type { Progress } from '../output.ts';

/** A package of the system that a node, or the project's tests, use. */
export interface SystemPackage {
  /** Its name on Debian and Ubuntu. */
  readonly name: string;
  readonly purpose: string;
  /** Whether a node is no use without it. */
  readonly required: boolean;
  present(): boolean | Promise<boolean>;
}

const APT = '/usr/bin/apt-get';
const INSTALL = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
/** An installation that takes longer is ended. */
const APT_TIMEOUT_MS = 600_000;
/** Installing a server starts none: in single-user mode SysV's scripts are left alone, and an offline systemd starts nothing. */
const NO_SERVICES = { RUNLEVEL: '1', SYSTEMD_OFFLINE: '1' };
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

/** What a node with this kind of sandbox needs of the system. */
export function nodePackages(sandbox: string): SystemPackage[] {
  return [
    {
      name: 'bubblewrap',
      purpose: 'isolates functions',
      required: sandbox === 'bubblewrap',
      present: () => findProgram('bwrap') !== undefined,
    },
    {
      name: 'python3',
      purpose: 'runs Python functions',
      required: false,
      present: () => findPython() !== undefined,
    },
    { name: 'python3-pip', purpose: 'installs the dependencies of Python functions', required: false, present: hasPip },
    {
      name: 'git',
      purpose: 'keeps repositories that one pushes to, and looks at others',
      required: false,
      present: () => findProgram('git') !== undefined,
    },
    {
      name: 'slirp4netns',
      purpose: 'gives functions and builds a network of their own',
      required: false,
      present: () => findProgram('slirp4netns') !== undefined,
    },
    {
      name: 'iproute2',
      purpose: 'limits what functions reach over their network',
      required: false,
      present: () => findProgram('ip') !== undefined,
    },
  ];
}

async function missingPackages(packages: readonly SystemPackage[]): Promise<SystemPackage[]> {
  const checked = await Promise.all(packages.map(async (each) => ({ each, present: await each.present() })));
  return checked.filter(({ present }) => !present).map(({ each }) => each);
}

/** The command that installs packages on Debian and Ubuntu. */
function installCommand(packages: readonly SystemPackage[]): string {
  return `apt-get install -y --no-install-recommends ${packages.map((each) => each.name).join(' ')}`;
}

/**
 * Sees to it that what is missing gets installed: by itself as root where there is apt-get, after saying so; elsewhere it
 * prints the exact command. A `Failure` where something required stays missing.
 */
export async function ensurePackages(
  packages: readonly SystemPackage[],
  options: { logFile: string; progress: Progress; mayInstall: boolean },
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const { progress, logFile } = options;
  for (const each of missing) progress.line(`missing system package ${each.name}: it ${each.purpose}`);

  let why = '';
  if (options.mayInstall && process.getuid?.() === 0 && existsSync(APT)) {
    progress.step(`installing ${missing.map((each) => each.name).join(', ')} with apt-get (log: ${logFile})`);
    why = await install(missing, logFile);
    if (why === '') progress.done();
    else progress.fail();
  }
  const still = await missingPackages(packages);
  if (still.length === 0) return;
  const prefix = process.getuid?.() === 0 ? '' : 'sudo ';
  const remedy = existsSync(APT)
    ? `install it with: ${prefix}${installCommand(still)}`
    : `install what your system calls ${still.map((each) => each.name).join(', ')}`;
  if (still.some((each) => each.required)) {
    const names = still.filter((each) => each.required).map((each) => each.name);
    throw new Failure(EXIT.refused, `a node needs ${names.join(' and ')}${why}`, { hint: remedy });
  }
  progress.line(`going on without: ${still.map((each) => each.name).join(', ')}${why}; ${remedy}`);
}

/** Installs packages; package lists are fetched only where it does not work without. Returns why it failed, or ''. */
async function install(packages: readonly SystemPackage[], logFile: string): Promise<string> {
  await mkdir(dirname(logFile), { recursive: true });
  const names = packages.map((each) => each.name);
  const isInstalled = async (...some: string[]) => (await apt([...INSTALL, ...some], logFile)) === 0;
  if (await isInstalled(...names)) return '';
  if ((await apt(['update'], logFile)) === 0 && (await isInstalled(...names))) return '';
  // One that the system does not have keeps none of the others away.
  const refused: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) refused.push(name);
  if (refused.length === 0) return '';
  const lines = (await readFile(logFile, 'utf8')).split('\n');
  const reason = lines.filter((line) => line.startsWith('E: ')).at(-1);
  return ` (apt-get failed${reason === undefined ? '' : `: ${reason.slice(3)}`}; its log: ${logFile})`;
}

async function apt(words: readonly string[], logFile: string): Promise<number> {
  const log = await open(logFile, 'a');
  try {
    const child = spawn(APT, words, {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C', ...NO_SERVICES },
      timeout: APT_TIMEOUT_MS,
    });
    return await new Promise((resolve) => {
      child.once('error', () => resolve(-1));
      child.once('close', (code) => resolve(code ?? -1));
    });
  } finally {
    await log.close();
  }
}

/** The path of a program on PATH, or in a system folder that another user's PATH may lack. */
export function findProgram(name: string, accept: (path: string) => boolean = () => true): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/sbin',
    '/sbin',
  ];
  for (const folder of folders) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (isExecutable(path) && accept(path)) return path;
  }
  return undefined;
}

/** A real Python interpreter: version managers put shell scripts of the same name on PATH. */
function findPython(): string | undefined {
  return findProgram('python3', isBinary);
}

function hasPip(): boolean | Promise<boolean> {
  const python = findPython();
  if (python === undefined) return false;
  const question = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)";
  return new Promise((resolve) => {
    const child = spawn(python, ['-I', '-c', question], { stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isBinary(path: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const file = openSync(realpathSync(path), 'r');
    try {
      const head = Buffer.alloc(ELF_MAGIC.length);
      readSync(file, head, 0, head.length, 0);
      return head.equals(ELF_MAGIC);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
