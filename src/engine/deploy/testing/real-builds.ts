import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { systemClock } from '../../../model/clock.ts';
import type { Runtimes } from '../../../runtime/runtime.ts';
import { createBubblewrapSandboxes } from '../../../sandbox/bubblewrap/index.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { DeployProgress, DeployRequest } from '../../api.ts';
import { createDeployer } from '../deployer.ts';
import { afterwards, contentsOf, temporaryFolder } from './temporary.ts';

const SETTINGS = { maxCodeBytes: 1_000_000, maxTreeBytes: 50_000_000, buildTimeoutMs: 600_000 };

/** Deploys with builds in real build sandboxes; tells the tree that came out, and what was said. */
export async function realBuilds(t: TestContext, runtimes: Runtimes, settings: Partial<typeof SETTINGS> = {}) {
  const folder = await temporaryFolder(t);
  const store = await openEmbeddedStore({ folder: join(folder, 'data') });
  afterwards(t, () => store.close());
  const sandboxes = await createBubblewrapSandboxes({ runFolder: join(folder, 'run') });
  afterwards(t, () => sandboxes.close());
  const deployer = await createDeployer({
    registry: store.registry,
    blobs: store.blobs,
    runtimes,
    sandboxes,
    settings: { ...SETTINGS, ...settings },
    clock: systemClock,
    tryLoad: () => Promise.resolve(),
    codeCacheFolder: join(folder, 'code'),
  });
  return async (code: DeployRequest['code'], config: DeployRequest['config'] = {}) => {
    const said: string[] = [];
    const onProgress = (event: DeployProgress) => {
      if (event.kind === 'output') said.push(event.text);
    };
    const { document } = await deployer.deploy({ name: 'f', code, config, onProgress });
    return { document, tree: await contentsOf(await deployer.codeFolder(document.code.treeDigest)), said };
  };
}
