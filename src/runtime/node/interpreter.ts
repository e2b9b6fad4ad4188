import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Mount } from '../../model/machine.ts';
import type { Interpreter } from '../runtime.ts';

const NODE = '/opt/fob/node';
const DRIVER = '/opt/fob/driver';
const DRIVER_FOLDER = fileURLToPath(new URL('./driver', import.meta.url));

/** What Node.js itself needs of a sandbox's memory beside the heap of old objects: young ones, code, buffers, stacks. */
const BESIDE_HEAP_MB = 48;
const LEAST_HEAP_MB = 24;

/**
 * V8 sizes its heap by the machine's memory, which is not the sandbox's: in a small one, garbage alone would exceed the
 * limit before a collection. Told its size, it keeps gigabytes of garbage, buffers too, within 128 MB. These two flags
 * are among the few that leave the built-in code cache valid: others cost 6 ms at every start, and twice the time for
 * each built-in module that a function loads.
 */
function heapFlags(memoryMb: number): string[] {
  return ['--max-semi-space-size=8', `--max-old-space-size=${Math.max(LEAST_HEAP_MB, memoryMb - BESIDE_HEAP_MB)}`];
}

/** The Node.js that functions run on is the one that runs this node: it is there, it is recent, and it is one version to look after. */
export function locateNode(): Interpreter {
  return {
    version: process.versions.node,
    command: (memoryMb) => [
      NODE,
      ...heapFlags(memoryMb),
      '--disable-warning=ExperimentalWarning',
      `${DRIVER}/main.cjs`,
    ],
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: '/tmp',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
    mounts: [
      { hostPath: realpathSync(process.execPath), path: NODE },
      { hostPath: DRIVER_FOLDER, path: DRIVER },
    ],
  };
}

/** npm within the build sandbox: its program, and what must be mounted for it. */
interface Npm {
  /** `node npm-cli.js`, as paths inside. */
  readonly command: readonly string[];
  readonly mounts: readonly Mount[];
}

/** The npm of this machine, to be run by our own Node.js; `undefined` where there is none. */
export function locateNpm(path = process.env.PATH ?? ''): Npm | undefined {
  const beside = dirname(realpathSync(process.execPath));
  const candidates = [
    join(beside, '../lib/node_modules/npm'),
    ...path.split(':').map((folder) => join(folder, '../lib/node_modules/npm')),
    '/usr/lib/node_modules/npm',
    '/usr/local/lib/node_modules/npm',
    '/usr/share/nodejs/npm',
  ];
  const found = candidates.find((folder) => existsSync(join(folder, 'bin/npm-cli.js')));
  if (found === undefined) return undefined;
  const hostPath = realpathSync(found);
  // Debian's npm finds its parts beside it, so a npm in /usr is used where it stands.
  const isVisible = hostPath.startsWith('/usr/');
  const inside = isVisible ? hostPath : '/opt/fob/npm';
  return {
    command: ['/opt/fob/bin/node', `${inside}/bin/npm-cli.js`],
    mounts: [
      { hostPath: realpathSync(process.execPath), path: '/opt/fob/bin/node' },
      ...(isVisible ? [] : [{ hostPath, path: inside }]),
    ],
  };
}

/** What works of this language on this machine. */
export function checkNode(npm = locateNpm()): Check[] {
  return [
    { name: 'node', state: 'ok', summary: `Node.js ${process.versions.node} at ${process.execPath}` },
    npm === undefined
      ? {
          name: 'npm',
          state: 'weaker',
          summary:
            'npm was not found: functions with a package.json cannot be built, unless they bring their node_modules',
          remedy: 'apt-get install npm',
        }
      : { name: 'npm', state: 'ok', summary: 'npm is there to install what a package.json asks for' },
  ];
}
