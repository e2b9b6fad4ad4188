import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Check, Mount } from '../../model/machine.ts';
import { Problem } from '../../model/problem.ts';
import type { Interpreter } from '../runtime.ts';

const DRIVER = '/opt/fob/driver';
const DRIVER_FOLDER = fileURLToPath(new URL('./driver', import.meta.url));
const PREFIX = '/opt/fob/python';
const OLDEST: readonly [number, number] = [3, 9];
const PROBE_TIMEOUT_MS = 20_000;
const REMEDY = 'apt-get install python3';

/**
 * What an interpreter says of itself. The driver is compiled on the way, where its folder may be written to: in a sandbox
 * it is read-only, and compiling it at each start would cost more than all else.
 */
const PROBE = `
import importlib.util, json, os, sys
try:
    import compileall
    compileall.compile_dir(${JSON.stringify(DRIVER_FOLDER)}, quiet=2)
except Exception:
    pass
print(json.dumps({
    'version': sys.version_info[:3], 'prefix': os.path.realpath(sys.base_prefix),
    'executable': os.path.realpath(sys.executable), 'hasPip': importlib.util.find_spec('pip') is not None}))
`;

interface Probe {
  readonly version: readonly [number, number, number];
  readonly prefix: string;
  readonly executable: string;
  readonly hasPip: boolean;
}

/** A real interpreter of this machine, and how it is reached from inside a sandbox. */
export interface Python {
  readonly version: string;
  /** The interpreter's path inside a sandbox. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly hasPip: boolean;
  /** Where it is on this machine. */
  readonly hostPath: string;
}

let located: Promise<Python> | undefined;

/** The first Python ≥ 3.9: the system's own before any on PATH, and itself rather than a shim in front of it. Rejects with `unsupported_runtime`. */
export function findPython(): Promise<Python> {
  located ??= search(process.env.PATH ?? '').catch((error: unknown) => {
    // One that is installed later is found without a restart.
    located = undefined;
    throw error;
  });
  return located;
}

async function search(path: string): Promise<Python> {
  const onPath = path.split(':').filter((folder) => folder.startsWith('/'));
  const candidates = new Set(['/usr/bin', '/usr/local/bin', ...onPath].map((folder) => join(folder, 'python3')));
  const tried: string[] = [];
  for (const candidate of candidates) {
    if (!(await isExecutable(candidate))) continue;
    const probe = await ask(candidate);
    const [major, minor] = probe?.version ?? [0, 0];
    if (probe !== undefined && major === OLDEST[0] && minor >= OLDEST[1]) return asPython(probe);
    tried.push(probe === undefined ? `${candidate} does not start` : `${candidate} is ${probe.version.join('.')}`);
  }
  const why = tried.length === 0 ? 'there is no python3 on this machine' : tried.join('; ');
  throw new Problem('unsupported_runtime', `Python ${OLDEST.join('.')} or newer is needed, and ${why}: ${REMEDY}`);
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function ask(program: string): Promise<Probe | undefined> {
  try {
    const options = { timeout: PROBE_TIMEOUT_MS, env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' } };
    const { stdout } = await promisify(execFile)(program, ['-I', '-c', PROBE], options);
    return JSON.parse(stdout) as Probe;
  } catch {
    return undefined;
  }
}

function asPython({ version, prefix, executable, hasPip }: Probe): Python {
  const common = { version: version.join('.'), hasPip, hostPath: executable };
  if (executable.startsWith('/usr/')) return { ...common, program: executable, environment: {}, mounts: [] };
  // It finds its library by its own place, so the whole of it can stand anywhere.
  return {
    ...common,
    program: PREFIX + executable.slice(prefix.length),
    environment: { LD_LIBRARY_PATH: `${PREFIX}/lib` },
    mounts: [{ hostPath: prefix, path: PREFIX }],
  };
}

export async function locatePython(): Promise<Interpreter> {
  const python = await findPython();
  return {
    version: python.version,
    // Isolated from the environment, without `site`, without writing bytecode: what is imported is the function's own or the standard library.
    command: () => [python.program, '-I', '-S', '-B', `${DRIVER}/main.py`],
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      ...python.environment,
    },
    mounts: [...python.mounts, { hostPath: DRIVER_FOLDER, path: DRIVER }],
  };
}

/** What works of this language on this machine. */
export async function checkPython(): Promise<Check[]> {
  let python: Python;
  try {
    python = await findPython();
  } catch (error) {
    return [{ name: 'python', state: 'missing', summary: (error as Error).message, remedy: REMEDY }];
  }
  return [
    { name: 'python', state: 'ok', summary: `Python ${python.version} at ${python.hostPath}` },
    python.hasPip
      ? { name: 'pip', state: 'ok', summary: 'pip is there to install what a requirements.txt asks for' }
      : {
          name: 'pip',
          state: 'weaker',
          summary: 'pip was not found: functions with a requirements.txt cannot be built',
          remedy: 'apt-get install python3-pip',
        },
  ];
}
