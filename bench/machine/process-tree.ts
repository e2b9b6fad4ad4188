import { readdir, readFile, readlink } from 'node:fs/promises';

/** Linux counts CPU time for user space in hundredths of a second on every architecture it runs Node.js on. */
const MS_PER_TICK = 10;
const KIB = 1_024;

/** One line of `/proc/<pid>/stat`, as far as it is needed. */
interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  readonly program: string;
  /** CPU time of the process and of its children that have ended and been waited for, in user and kernel mode. */
  readonly cpuMs: number;
}

/** Reads `/proc/<pid>/stat`, whose second field may hold any characters, blanks and brackets included. */
export function parseProcessStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number);
  if (open < 0 || close < open || ticks.length !== 4 || ticks.some(Number.isNaN)) {
    throw new Error(`not a line of /proc/<pid>/stat: ${JSON.stringify(text.slice(0, 200))}`);
  }
  return {
    pid: Number(text.slice(0, open)),
    parentPid: Number(fields[1]),
    program: text.slice(open + 1, close),
    cpuMs: ticks.reduce((sum, count) => sum + count, 0) * MS_PER_TICK,
  };
}

/** `rootPid` and everything that descends from it, of the processes given. */
export function descendants(processes: readonly ProcessStat[], rootPid: number): ProcessStat[] {
  const children = Map.groupBy(processes, (process) => process.parentPid);
  const found = processes.filter((process) => process.pid === rootPid);
  for (const process of found) found.push(...(children.get(process.pid) ?? []));
  return found;
}

/** The processes alive now under `rootPid`, itself included. */
export async function processTree(rootPid: number): Promise<ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').then(parseProcessStat).catch(ignoreEnded)),
  );
  return descendants(
    stats.filter((stat) => stat !== undefined),
    rootPid,
  );
}

/** CPU time used so far by a process and all it ever started: gateway, launcher and sandboxes together. */
export async function treeCpuMs(rootPid: number): Promise<number> {
  return (await processTree(rootPid)).reduce((sum, process) => sum + process.cpuMs, 0);
}

export interface Memory {
  /** Proportional set size: pages shared by several processes are counted once, in shares. */
  readonly pssBytes: number;
  readonly rssBytes: number;
}

/** Reads `/proc/<pid>/smaps_rollup`. */
export function parseSmapsRollup(text: string): Memory {
  const bytes = (name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
    if (match === null) throw new Error(`no ${name} in smaps_rollup: ${JSON.stringify(text.slice(0, 200))}`);
    return Number(match[1]) * KIB;
  };
  return { pssBytes: bytes('Pss'), rssBytes: bytes('Rss') };
}

export interface TreeMemory {
  /** The processes of the platform itself. */
  readonly platform: Memory;
  /** What runs in sandboxes, and the programs that hold those. */
  readonly sandboxes: Memory;
  readonly sandboxProcesses: number;
}

/** Memory in use now by a node, told apart by where its processes live. */
export async function treeMemory(rootPid: number): Promise<TreeMemory> {
  const ownNamespace = await readlink('/proc/self/ns/pid');
  const measured = await Promise.all(
    (await processTree(rootPid)).map(async ({ pid, program }) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(ignoreEnded);
      const namespace = await readlink(`/proc/${pid}/ns/pid`).catch(ignoreEnded);
      const memory = text ? parseSmapsRollup(text) : { pssBytes: 0, rssBytes: 0 };
      return { memory, sandboxed: program === 'bwrap' || namespace !== ownNamespace };
    }),
  );
  const sum = (sandboxed: boolean): Memory =>
    measured
      .filter((one) => one.sandboxed === sandboxed)
      .reduce(
        (total, { memory }) => ({
          pssBytes: total.pssBytes + memory.pssBytes,
          rssBytes: total.rssBytes + memory.rssBytes,
        }),
        { pssBytes: 0, rssBytes: 0 },
      );
  return {
    platform: sum(false),
    sandboxes: sum(true),
    sandboxProcesses: measured.filter((one) => one.sandboxed).length,
  };
}

/** A process may end between listing and reading it; it then counts for nothing. */
function ignoreEnded(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
}
