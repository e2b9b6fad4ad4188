import { join } from 'node:path';
import { allProcesses, foldersIn, readOf } from './system.ts';

const CGROUPS = '/sys/fs/cgroup';
/** How deep groups of a node may lie below the mount of a hierarchy. */
const MAX_DEPTH = 8;

/** Everything on this machine that a node, whose gateway had or has this process id, made for its sandboxes. One sentence each. */
export function leftOf(gatewayPid: number, dataFolder: string): string[] {
  const owner = new RegExp(`fob-\\d+-${gatewayPid}-\\d+-\\d+`);
  return [
    ...processesOf(owner),
    ...groupsOf(owner, CGROUPS, MAX_DEPTH).map((path) => `cgroup ${path}`),
    ...foldersIn(join(dataFolder, 'run'))
      .filter((name) => owner.test(name))
      .map((name) => `folder ${name}`),
    ...readOf('/proc/self/mountinfo')
      .split('\n')
      .filter((line) => owner.test(line))
      .map((line) => `mount ${line}`),
  ];
}

/** The process that starts a gateway's sandboxes; `undefined` where it has none (any more). */
export function launcherOf(gatewayPid: number): number | undefined {
  return allProcesses().find(
    (pid) =>
      readOf(`/proc/${pid}/cmdline`).includes('launcher.ts') &&
      new RegExp(`^PPid:\t${gatewayPid}$`, 'm').test(readOf(`/proc/${pid}/status`)),
  );
}

/** Every sandbox carries its owner in its command line outside, and in its environment inside; the helper process in its command line. */
function processesOf(owner: RegExp): string[] {
  return allProcesses().flatMap((pid) => {
    const commandLine = readOf(`/proc/${pid}/cmdline`);
    if (!owner.test(commandLine) && !owner.test(readOf(`/proc/${pid}/environ`))) return [];
    return [`process ${pid}: ${commandLine.replaceAll('\0', ' ').slice(0, 120)}`];
  });
}

function groupsOf(owner: RegExp, folder: string, depth: number): string[] {
  return foldersIn(folder).flatMap((name) => {
    const path = join(folder, name);
    if (owner.test(name)) return [path];
    return depth > 0 ? groupsOf(owner, path, depth - 1) : [];
  });
}
