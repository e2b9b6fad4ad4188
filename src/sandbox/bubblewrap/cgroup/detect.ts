import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Cgroups } from './cgroup.ts';
import { canMakeGroupIn, makeGroup, processesIn, write } from './cgroup-files.ts';
import { createNone } from './none.ts';
import { createV1, type V1Folders } from './v1.ts';
import { createV2, handDown } from './v2.ts';

/** The group that a node moves itself to, where its own group must hold the sandboxes' groups. */
const LEAF = 'fob-node';

const V1_CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids', 'freezer'] as const;

/** Where cgroups are mounted, and which of their groups this process is in. */
interface CgroupMounts {
  /** The single hierarchy of version 2; on a hybrid machine it has few controllers or none. */
  readonly v2?: { readonly mount: string; readonly own: string };
  readonly v1: Readonly<
    Partial<Record<(typeof V1_CONTROLLERS)[number], { readonly mount: string; readonly own: string }>>
  >;
}

/** Reads `/proc/self/mountinfo` and `/proc/self/cgroup`. */
export function parseCgroupMounts(mountInfo: string, selfCgroup: string): CgroupMounts {
  const paths = new Map<string, string>();
  for (const line of selfCgroup.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line);
    for (const controller of match?.[1]?.split(',') ?? []) paths.set(controller, match![2]!);
  }
  let v2: CgroupMounts['v2'];
  const v1: Record<string, { mount: string; own: string }> = {};
  for (const line of mountInfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const [, , , root, mount] = left?.split(' ') ?? [];
    const [type, , options] = right?.split(' ') ?? [];
    if (root === undefined || mount === undefined) continue;
    // A container sees only a part of the hierarchy: the mount shows its `root`, and our path may begin with it.
    const ownIn = (path: string) =>
      join(mount, root !== '/' && (path === root || path.startsWith(`${root}/`)) ? path.slice(root.length) : path);
    if (type === 'cgroup2') v2 ??= { mount, own: ownIn(paths.get('') ?? '/') };
    if (type !== 'cgroup') continue;
    for (const controller of V1_CONTROLLERS) {
      if (options?.split(',').includes(controller))
        v1[controller] ??= { mount, own: ownIn(paths.get(controller) ?? '/') };
    }
  }
  return v2 === undefined ? { v1 } : { v2, v1 };
}

/** Finds the best cgroups that this process may use, and makes the owner's place in them. */
export async function createCgroups(owner: string): Promise<Cgroups> {
  const mounts = parseCgroupMounts(
    readFileSync('/proc/self/mountinfo', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  );
  const folders: Record<string, string> = {};
  for (const [controller, { mount, own }] of Object.entries(mounts.v1)) {
    // Below our own group first, so that a limit on the whole node holds for its sandboxes too.
    const folder = [own, mount].find(canMakeGroupIn);
    if (folder !== undefined) folders[controller] = folder;
  }
  if ((folders as V1Folders).memory !== undefined) return createV1(folders, owner);
  if (mounts.v2 !== undefined) {
    const base = await v2Base(mounts.v2.mount, mounts.v2.own);
    if (base !== undefined) return createV2(base, owner);
  }
  if (Object.keys(folders).length > 0) return createV1(folders, owner);
  return createNone();
}

/**
 * Where groups can be made under version 2, whose rule is that a group has either processes or controlled groups in it.
 *
 * Our own group, where it was delegated to us (a systemd service with `Delegate=yes`, a container): its processes move to
 * a leaf, `fob-node`. Else, for root, the top of the machine's hierarchy, which is free of that rule.
 */
async function v2Base(mount: string, place: string): Promise<string | undefined> {
  const own = basename(place) === LEAF ? dirname(place) : place;
  if (canMakeGroupIn(own) && (own === mount || isAllOurs(own))) {
    if (!handDown(own).has('memory')) await moveToLeaf(own);
    if (handDown(own).has('memory')) return own;
  }
  return canMakeGroupIn(mount) ? mount : undefined;
}

async function moveToLeaf(own: string): Promise<void> {
  const leaf = join(own, LEAF);
  await makeGroup(leaf);
  for (const pid of processesIn(own)) {
    try {
      write(leaf, 'cgroup.procs', pid);
    } catch {
      // A kernel thread, or one that ended.
    }
  }
}

/** Whether the group holds nobody but this process and those that it descends from or started. */
function isAllOurs(group: string): boolean {
  const ours = new Set([process.pid, process.ppid]);
  return processesIn(group).every((pid) => ours.has(pid));
}
