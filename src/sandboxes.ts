import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Settings } from './model/settings.ts';
import type { Sandboxes } from './sandbox/sandbox.ts';

/** Opens the kind of isolation that the settings name; only its code is loaded. */
export async function createSandboxes(
  kind: Settings['sandbox'],
  options: { folder: string; log: Logger },
): Promise<Sandboxes> {
  const runFolder = join(options.folder, 'run');
  if (kind === 'process') {
    const { createProcessSandboxes } = await import('./sandbox/process/index.ts');
    return createProcessSandboxes({ runFolder });
  }
  const { createBubblewrapSandboxes } = await import('./sandbox/bubblewrap/index.ts');
  return createBubblewrapSandboxes({ runFolder, log: options.log });
}
