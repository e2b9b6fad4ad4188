import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Table } from './scenario.ts';

/** The part of V8's `.cpuprofile` format that is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Ids of the nodes that ran, sample by sample. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface SelfTime {
  readonly where: string;
  readonly selfMs: number;
}

const TOP = 25;
const NOT_WORK = new Set(['(idle)', '(root)']);

/** Self time of each function in milliseconds, longest first; waiting is left out. */
export function selfTimes(profile: CpuProfile): SelfTime[] {
  const names = new Map(profile.nodes.map((node) => [node.id, frameName(node.callFrame)]));
  const totals = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id);
    if (name === undefined || NOT_WORK.has(name)) continue;
    totals.set(name, (totals.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1_000);
  }
  return [...totals].map(([where, selfMs]) => ({ where, selfMs })).sort((a, b) => b.selfMs - a.selfMs);
}

function frameName({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = url.startsWith('file:') ? url.split('/').slice(-3).join('/') : url;
  return `${name} ${file}:${lineNumber + 1}`;
}

/** One table for each thread that was profiled into a folder: where its time went. */
export async function profileTables(folder: string): Promise<Table[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile')).sort();
  return Promise.all(
    files.map(async (file) => {
      const times = selfTimes(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile);
      const totalMs = times.reduce((sum, one) => sum + one.selfMs, 0);
      return {
        title: `${threadName(file)}: ${(totalMs / 1_000).toFixed(2)} s of work`,
        columns: ['self ms', 'share', 'function'],
        rows: times
          .slice(0, TOP)
          .map(({ where, selfMs }) => [selfMs.toFixed(0), `${((selfMs / totalMs) * 100).toFixed(1)} %`, where]),
      };
    }),
  );
}

/** `CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile`; thread 0 is a process's main one. */
function threadName(file: string): string {
  const [, , , pid, thread] = basename(file).split('.');
  return `process ${pid}, thread ${thread}`;
}
