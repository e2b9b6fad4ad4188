import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { PRIVATE_STAGE } from '../../src/sandbox/bubblewrap/stage.ts';
import { allProcesses, foldersIn, readOf } from '../support/system.ts';

const CGROUPS = '/sys/fs/cgroup';
/** How deep groups of a node may lie below the mount of a hierarchy. */
const MAX_DEPTH = 8;

/** What the sandboxes of this process's node take of the machine. It is the same whenever the node has as many sandboxes. */
export interface Inventory {
  /** PID namespaces with a process in them: one a sandbox. */
  readonly namespaces: number;
  /** Processes of the node outside of sandboxes. */
  readonly helpers: number;
  /** Control groups by their names; a group may stand in several hierarchies. */
  readonly cgroups: number;
  readonly folders: number;
  /** Mounts of the node's folders and of its stage, in every mount namespace that it uses. */
  readonly mounts: number;
}

/** Counts what is there now. */
export function takeInventory(dataFolder: string): Inventory {
  const own = namespaceOf(process.pid, 'pid');
  const descendants = descendantsOf(process.pid);
  const inside = descendants.filter((pid) => ![own, undefined].includes(namespaceOf(pid, 'pid')));
  const helpers = descendants.filter((pid) => namespaceOf(pid, 'pid') === own && !isZombie(pid));
  const mountNamespaces = new Map(helpers.map((pid) => [namespaceOf(pid, 'mnt'), pid]));
  mountNamespaces.set(namespaceOf(process.pid, 'mnt'), process.pid);
  return {
    namespaces: new Set(inside.map((pid) => namespaceOf(pid, 'pid'))).size,
    helpers: helpers.length,
    cgroups: new Set(groupsOfNode(CGROUPS, MAX_DEPTH)).size,
    folders: sandboxFolders(join(dataFolder, 'run')).length,
    mounts: [...mountNamespaces.values()].reduce((sum, pid) => sum + mountsOfNode(pid, dataFolder), 0),
  };
}

/** What an idle node with another number of sandboxes takes. */
export function scaled(inventory: Inventory, sandboxes: number): Inventory {
  const more = sandboxes - inventory.namespaces;
  const { namespaces, helpers, cgroups, folders, mounts } = inventory;
  return {
    namespaces: namespaces + more,
    helpers: helpers + more,
    // A user who may make no cgroups has none for any sandbox.
    cgroups: cgroups === 0 ? 0 : cgroups + more,
    folders: folders + more,
    mounts,
  };
}

/** Processes, wherever they are, whose command line or environment holds `text`; this process aside. */
export function processesHolding(text: string): number[] {
  return allProcesses().filter((pid) => {
    if (pid === process.pid) return false;
    return ['cmdline', 'environ'].some((part) => readOf(`/proc/${pid}/${part}`).includes(text));
  });
}

/** Everything that descends from a process, as the host's `/proc` shows it. */
function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of allProcesses()) {
    const parent = Number(/^PPid:\t(\d+)$/m.exec(readOf(`/proc/${pid}/status`))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const below = children.get(pid) ?? [];
    found.push(...below);
    waiting.push(...below);
  }
  return found;
}

function namespaceOf(pid: number, kind: 'pid' | 'mnt'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    // It has ended.
    return undefined;
  }
}

function isZombie(pid: number): boolean {
  return /^State:\t[ZX]/m.test(readOf(`/proc/${pid}/status`));
}

/** Groups below those that carry this process in their name. */
function groupsOfNode(folder: string, depth: number): string[] {
  const isOwner = new RegExp(`^fob-\\d+-${process.pid}-`);
  return foldersIn(folder).flatMap((name) => {
    if (isOwner.test(name)) return foldersIn(join(folder, name));
    return depth > 0 ? groupsOfNode(join(folder, name), depth - 1) : [];
  });
}

function sandboxFolders(runFolder: string): string[] {
  return foldersIn(runFolder).flatMap((owner) => foldersIn(join(runFolder, owner, 'sandboxes')));
}

/** Others mount things of theirs on this machine at the same time: those are not counted. */
export function mountsOfNode(pid: number, dataFolder: string): number {
  const isOfNode = (line: string) => line.includes(dataFolder) || line.includes(` ${PRIVATE_STAGE}`);
  return readOf(`/proc/${pid}/mountinfo`).split('\n').filter(isOfNode).length;
}
