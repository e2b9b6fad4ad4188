import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Clock, systemClock } from '../../../model/clock.ts';
import type { StoredFunction } from '../../../model/function.ts';
import { openEmbeddedStore } from '../../../store/embedded/store.ts';
import type { Store } from '../../../store/store.ts';
import type { DeployProgress, DeployRequest } from '../../api.ts';
import type { Candidate } from '../../dispatcher.ts';
import { createDeployer, type DeployerOptions, type Deployment } from '../deployer.ts';
import { sampleRuntimes } from './sample-runtimes.ts';
import { SpawnedSandboxes } from './spawned-sandboxes.ts';
import { afterwards, temporaryFolder } from './temporary.ts';

/** A deployer over a real store, real builds, and a load that the test decides. */
export interface DeploymentHarness {
  readonly deployer: Deployment;
  readonly store: Store;
  readonly sandboxes: SpawnedSandboxes;
  readonly codeCacheFolder: string;
  /** Everything that was tried, in order. */
  readonly tried: Candidate[];
  /** Set to decide what loading does. */
  load: (candidate: Candidate) => Promise<void>;
  readonly progress: DeployProgress[];
  /** Deploys an inline text. */
  text(source: string | Buffer, request?: Partial<DeployRequest> & { fileName?: string }): Promise<StoredFunction>;
  /** Deploys an archive. */
  archive(form: 'zip' | 'tar.gz', content: Buffer, request?: Partial<DeployRequest>): Promise<StoredFunction>;
  /** A second deployer over the same store and folder, as after a restart. */
  reopen(): Promise<Deployment>;
  /** What lies about in the scratch folder. */
  leftovers(): Promise<string[]>;
}

const SETTINGS = { maxCodeBytes: 1_000_000, maxTreeBytes: 4_000_000, buildTimeoutMs: 60_000 };

export async function createDeployment(
  test: TestContext,
  settings: Partial<typeof SETTINGS> = {},
  clock: Clock = systemClock,
): Promise<DeploymentHarness> {
  const folder = await temporaryFolder(test);
  const store = await openEmbeddedStore({ folder: join(folder, 'data') });
  afterwards(test, () => store.close());
  const sandboxes = new SpawnedSandboxes();
  afterwards(test, () => sandboxes.close());
  const codeCacheFolder = join(folder, 'code');
  const tried: Candidate[] = [];
  const progress: DeployProgress[] = [];
  const options: DeployerOptions = {
    registry: store.registry,
    blobs: store.blobs,
    runtimes: sampleRuntimes,
    sandboxes,
    settings: { ...SETTINGS, ...settings },
    clock,
    tryLoad: (candidate) => {
      tried.push(candidate);
      return harness.load(candidate);
    },
    codeCacheFolder,
  };
  const deployer = await createDeployer(options);
  const harness: DeploymentHarness = {
    deployer,
    store,
    sandboxes,
    codeCacheFolder,
    tried,
    load: () => Promise.resolve(),
    progress,
    text: (source, { fileName, ...request } = {}) =>
      deployer.deploy({
        code: { form: 'inline', content: Buffer.from(source), ...(fileName !== undefined && { fileName }) },
        config: {},
        onProgress: (event) => progress.push(event),
        ...request,
      }),
    archive: (form, content, request = {}) =>
      deployer.deploy({
        code: { form, content },
        config: {},
        onProgress: (event) => progress.push(event),
        ...request,
      }),
    reopen: () => createDeployer(options),
    leftovers: () => readdir(join(codeCacheFolder, '.scratch')).catch(() => []),
  };
  return harness;
}
