import { BYTES_PER_MB } from '../../model/units.ts';
import type { SandboxSpec } from '../sandbox.ts';

/** Id of user and group inside, whatever they are outside. */
const INSIDE_ID = '1000';

const SOCKETS = '/run/fob';
/** The name of a socket that was placed, and its path inside. */
export const SERVICES = 'services';
export const SERVICES_PATH = `${SOCKETS}/${SERVICES}`;

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
/** What an interpreter reserves and does not use (Node 570 MiB, mostly its threads' stacks): an rlimit counts that, where a cgroup does not. */
const RESERVED_MB = 768;

/**
 * The shell that is the first process inside. It says that the sandbox stands, by one line on descriptor 6, and waits for
 * one on 0: if the helper process dies meanwhile, the line never comes, and the sandbox ends before the program began.
 * Then it starts the program, which comes as `START` because bubblewrap takes the command it runs from its own command
 * line only; lets go of the program's descriptors; reaps orphans; and ends, with all others, when the program does.
 *
 * It takes the place of bubblewrap's own first process, which outlives bubblewrap for a moment and so leaves a zombie to
 * the machine's first process: in many containers that one never looks.
 */
export const GATE = [
  '/bin/sh',
  '-c',
  'echo >&6; read -r line || exit 1; exec 6>&-; start=$FOB_START; unset FOB_START line; eval "$start"',
];
const START = 'FOB_START';

/** Limits that every process inherits. A lower limit of the machine stays. */
export function rlimits(spec: SandboxSpec, hasCgroup: { memory: boolean; pids: boolean }): string[] {
  const limits = ['ulimit -c 0', `ulimit -n ${spec.limits.maxOpenFiles} 2>/dev/null`];
  if (!hasCgroup.memory) limits.push(`ulimit -d ${(spec.limits.memoryMb + RESERVED_MB) * 1024} 2>/dev/null`);
  // Shells do not agree on the letter.
  if (!hasCgroup.pids) {
    const count = spec.limits.maxProcesses;
    limits.push(`if (ulimit -u ${count}) 2>/dev/null; then ulimit -u ${count}; else ulimit -p ${count}; fi`);
  }
  return limits;
}

/** What a sandbox is made of, with paths that bubblewrap's user can reach. */
interface Layout {
  readonly rootArguments: readonly string[];
  readonly networkArguments: readonly string[];
  readonly mounts: readonly { readonly source: string; readonly path: string }[];
  readonly code: string;
  /** Where a socket may be placed later. */
  readonly sockets: string;
  readonly build: string | undefined;
  readonly limits: readonly string[];
}

/** bubblewrap's arguments for one sandbox, without the command, which is `GATE`. Order matters: later mounts cover earlier ones, and the root is sealed last. */
export function bwrapArguments(spec: SandboxSpec, layout: Layout): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
    ...['--uid', INSIDE_ID, '--gid', INSIDE_ID, '--hostname', 'fob'],
    // Where it is called root by a namespace around it, bubblewrap would let the program keep its rights.
    ...['--cap-drop', 'ALL', '--as-pid-1', '--die-with-parent', '--new-session', '--clearenv'],
    ...Object.entries(spec.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--setenv', START, startScript(spec.command, layout.limits)],
    ...layout.rootArguments,
    ...layout.networkArguments,
    ...['--proc', '/proc'],
    // Not `--dev`: that would add pseudo-terminals, which need a second user namespace and which no function needs.
    ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ...['--symlink', '/proc/self/fd', '/dev/fd', '--symlink', '/proc/self/fd/0', '/dev/stdin'],
    ...['--symlink', '/proc/self/fd/1', '/dev/stdout', '--symlink', '/proc/self/fd/2', '/dev/stderr'],
    ...temporary('/dev/shm', spec.limits.tmpMb),
    ...temporary('/tmp', spec.limits.tmpMb),
    ...['--symlink', '../tmp', '/var/tmp'],
    ...['--ro-bind', layout.code, '/code', '--ro-bind', layout.sockets, SOCKETS],
    ...layout.mounts.flatMap(({ source, path }) => ['--ro-bind', source, path]),
    ...(layout.build === undefined ? [] : ['--bind', layout.build, '/build']),
    ...['--remount-ro', '/', '--chdir', layout.build === undefined ? '/code' : '/build'],
  ];
}

/** As bubblewrap reads them. Throws where one holds what parts them: its rest would be an argument of its own. */
export function argumentBytes(words: readonly string[]): Buffer {
  if (words.some((word) => word.includes('\0'))) throw new Error('what a sandbox is started with holds a NUL');
  return Buffer.from(`${words.join('\0')}\0`);
}

function temporary(path: string, sizeMb: number): string[] {
  return ['--perms', '1777', '--size', String(sizeMb * BYTES_PER_MB), '--tmpfs', path];
}

function startScript(command: readonly string[], limits: readonly string[]): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const letGo = 'exec </dev/null >/dev/null 2>&1 3>&-';
  return `${limits.join('; ')}; unset start; ${quoted.join(' ')} </dev/null & ${letGo}; wait $!`;
}
