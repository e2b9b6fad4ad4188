import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../model/problem.ts';
import { endStaleProcesses, isStaleOwner, newOwnerName } from '../owner.ts';
import type { Sandbox, Sandboxes, SandboxSpec } from '../sandbox.ts';
import type { Cgroups } from './cgroup/cgroup.ts';
import { createCgroups } from './cgroup/detect.ts';
import { checkMachine } from './checks.ts';
import { giveTree } from './launched-sandbox.ts';
import { LauncherLink, type SandboxLog } from './launcher-link.ts';

interface BubblewrapOptions {
  /** Folder for what sandboxes need while they live. Several nodes may share it. */
  readonly runFolder: string;
  /** Where oddities are told that no caller waits for. */
  readonly log?: SandboxLog;
}

/**
 * Sandboxes made by bubblewrap: namespaces, a minimal read-only root, a system call filter, an unprivileged user, cgroup
 * limits. `docs/decisions/0002-sandbox-isolation.md` says what isolates, and `check` what of it this machine lacks.
 *
 * A network needs slirp4netns, and its rules `ip` of iproute2; see `joinNetwork`.
 *
 * Rejects with `sandbox_failed` where the helper process cannot start. A machine without bubblewrap, or without user
 * namespaces, is told by `check`, and by the failure of each start.
 */
export async function createBubblewrapSandboxes(options: BubblewrapOptions): Promise<Sandboxes> {
  const sandboxes = new Bubblewrap(options.runFolder, options.log ?? { warn: () => undefined });
  await sandboxes.open();
  return sandboxes;
}

class Bubblewrap implements Sandboxes {
  readonly name = 'bubblewrap';
  private readonly runFolder: string;
  private readonly log: SandboxLog;
  private readonly owner = newOwnerName();
  private cgroups: Cgroups | undefined;
  private link: Promise<LauncherLink> | undefined;
  private isClosed = false;

  constructor(runFolder: string, log: SandboxLog) {
    this.runFolder = runFolder;
    this.log = log;
  }

  /** Removes what dead owners left, and starts the helper process. */
  async open(): Promise<void> {
    mkdirSync(this.runFolder, { recursive: true });
    await this.sweep(isStaleOwner);
    await this.connect();
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    if (this.isClosed) throw new Problem('sandbox_failed', 'cannot start a sandbox: the node is stopping');
    const link = await this.connect();
    return await link.start(spec);
  }

  check() {
    return checkMachine();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const link = await this.link?.catch(() => undefined);
    await link?.close();
    await this.sweep((owner) => owner === this.owner);
  }

  /** The helper process; where it has died, a new one once the dead one's sandboxes are cleared. */
  private async connect(): Promise<LauncherLink> {
    const link = await this.link;
    if (link !== undefined && !link.isLost) return link;
    await link?.gone;
    this.link ??= this.launch();
    return await this.link;
  }

  private launch(): Promise<LauncherLink> {
    const link = LauncherLink.open({
      settings: { owner: this.owner, folder: join(this.runFolder, this.owner) },
      log: this.log,
      clearUp: (buildFolders) => this.clearUp(link, buildFolders),
    });
    link.catch(() => {
      if (this.link === link) this.link = undefined;
    });
    return link;
  }

  /** After the death of a helper process: ends and removes what it could not. */
  private async clearUp(dead: Promise<LauncherLink>, buildFolders: readonly string[]): Promise<void> {
    await this.sweep((owner) => owner === this.owner);
    for (const folder of buildFolders) await giveTree(folder, process.getuid!());
    if (this.link === dead) this.link = undefined;
  }

  private async sweep(isStale: (owner: string) => boolean): Promise<void> {
    endStaleProcesses(isStale);
    this.cgroups ??= await createCgroups(this.owner);
    await this.cgroups.sweep(isStale);
    for (const folder of readdirSync(this.runFolder).filter(isStale)) {
      rmSync(join(this.runFolder, folder), { recursive: true, force: true });
    }
  }
}
