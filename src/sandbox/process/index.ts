import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../model/problem.ts';
import { isStaleOwner, newOwnerName } from '../owner.ts';
import type { Sandboxes, SandboxSpec } from '../sandbox.ts';
import { ProcessSandbox } from './process-sandbox.ts';

/**
 * No isolation: functions run as plain child processes, with the rights of this process, on all that it can reach. For
 * machines where bubblewrap does not run, and for code that is trusted; used only when asked for by name.
 *
 * No limit is enforced, and no network is withheld. When this process is killed, a driver ends because its socket closes;
 * a function that never yields to its driver does not. Folders that were left are removed at the next start.
 */
export async function createProcessSandboxes(options: { readonly runFolder: string }): Promise<Sandboxes> {
  const { runFolder } = options;
  const folder = join(runFolder, newOwnerName());
  mkdirSync(folder, { recursive: true });
  for (const stale of readdirSync(runFolder).filter(isStaleOwner)) rmSync(join(runFolder, stale), { recursive: true });
  const running = new Map<string, ProcessSandbox>();
  let isClosed = false;
  return {
    name: 'process',
    async start(spec: SandboxSpec) {
      if (isClosed) throw new Problem('sandbox_failed', 'cannot start a sandbox: the node is stopping');
      const sandbox = await ProcessSandbox.start(spec, join(folder, spec.id));
      if (isClosed) {
        await sandbox.kill();
        throw new Problem('sandbox_failed', 'cannot start a sandbox: the node is stopping');
      }
      running.set(spec.id, sandbox);
      sandbox.exited.then(() => running.delete(spec.id));
      return sandbox;
    },
    async check() {
      const summary = 'functions run as your user and see everything that you see; no limit is enforced';
      return [{ name: 'isolation', state: 'weaker', summary, remedy: 'use the sandbox `bubblewrap`' }];
    },
    async close() {
      isClosed = true;
      await Promise.all([...running.values()].map((sandbox) => sandbox.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
