import { randomUUID } from 'node:crypto';
import type { Clock } from '../../model/clock.ts';
import { Problem } from '../../model/problem.ts';
import type { BuildStep, Runtime } from '../../runtime/runtime.ts';
import type { Sandbox, SandboxExit, Sandboxes } from '../../sandbox/sandbox.ts';
import type { DeployProgress } from '../api.ts';
import { BuildLog } from './build-log.ts';
import type { DependencyCache } from './dependency-cache.ts';
import { watchUsage } from './folder-usage.ts';
import type { TreeLimits } from './unpack.ts';

const BUILD_LIMITS = { memoryMb: 2_048, maxProcesses: 512, maxOpenFiles: 4_096, tmpMb: 1_024 };
/** Installers write more than they leave; the tree's own limit is checked at the end. */
const WORKING_SPACE_FACTOR = 2;

/** Where builds happen. */
export interface BuildPlace {
  readonly sandboxes: Sandboxes;
  readonly cache: DependencyCache;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly limits: TreeLimits;
}

interface Build {
  readonly runtime: Runtime;
  readonly steps: readonly BuildStep[];
  /** Host folder with the code, which the steps change. */
  readonly folder: string;
  readonly onProgress: (event: DeployProgress) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs the steps of a build in order, each in a sandbox of its own that sees the code, the network where the step needs it,
 * and nothing else of the host. Throws `build_failed` (details: `step`, `log`) where one fails, takes too long or writes too
 * much, and `cancelled` on abort; no process of it runs any more then.
 */
export async function build(place: BuildPlace, work: Build): Promise<void> {
  const deadlineMs = place.clock.monotonicMs() + place.timeoutMs;
  for (const step of work.steps) {
    work.onProgress({ kind: 'step', title: step.title });
    const key = step.cache === undefined ? undefined : await place.cache.key(work.runtime, step, work.folder);
    if (key !== undefined && (await place.cache.restore(key, work.folder, step.cache!.folder))) {
      work.onProgress({ kind: 'output', text: 'the same dependencies were installed before: taken from the cache' });
      continue;
    }
    await runStep(place, work, step, deadlineMs);
    if (key !== undefined) await place.cache.save(key, work.folder, step.cache!.folder);
  }
}

async function runStep(place: BuildPlace, work: Build, step: BuildStep, deadlineMs: number): Promise<void> {
  work.signal?.throwIfAborted();
  const log = new BuildLog((text) => work.onProgress({ kind: 'output', text }));
  const failed = (why: string) =>
    new Problem('build_failed', `"${step.title}" ${why}; the build's log says more`, {
      details: { step: step.title, log: log.tail() },
    });

  const sandbox = await place.sandboxes.start({
    id: `build-${randomUUID()}`,
    command: step.command,
    environment: step.environment,
    mounts: step.mounts,
    buildFolder: work.folder,
    limits: BUILD_LIMITS,
    // A registry may stand in a private network.
    network: step.needsNetwork ? 'any' : 'none',
  });
  let cut: string | undefined;
  const cutOff = (why: string) => {
    cut ??= why;
    void sandbox.kill();
  };
  const onAbort = () => cutOff('was cancelled');
  const stopWatching = new AbortController();
  const cancelTimer = place.clock.after(Math.max(0, deadlineMs - place.clock.monotonicMs()), () =>
    cutOff(`was stopped: the build took longer than ${place.timeoutMs} ms, the limit of this node (buildTimeoutMs)`),
  );
  work.signal?.addEventListener('abort', onAbort, { once: true });
  if (work.signal?.aborted) onAbort();
  const { maxBytes, maxEntries } = place.limits;
  const watched = watchUsage(
    work.folder,
    { maxBytes: maxBytes * WORKING_SPACE_FACTOR, maxEntries: maxEntries * WORKING_SPACE_FACTOR },
    () => cutOff(`was stopped: it wrote more than code may have here (${maxBytes} bytes, ${maxEntries} files)`),
    stopWatching.signal,
  );
  try {
    const exit = await finished(sandbox, log);
    if (cut !== undefined) {
      work.signal?.throwIfAborted();
      throw failed(cut);
    }
    if (exit.reason !== 'exited' || exit.code !== 0) throw failed(describeExit(exit));
  } finally {
    cancelTimer();
    work.signal?.removeEventListener('abort', onAbort);
    stopWatching.abort();
    // Processes that the step left behind must not write to the tree any more.
    await sandbox.kill();
    await watched;
  }
}

async function finished(sandbox: Sandbox, log: BuildLog): Promise<SandboxExit> {
  // A build step speaks no driver protocol: whatever it writes there is dropped.
  sandbox.channel.on('error', () => {});
  sandbox.channel.resume();
  const followed = Promise.all([log.follow(sandbox.stdout), log.follow(sandbox.stderr)]);
  followed.catch(() => {});
  const exit = await sandbox.exited;
  await followed;
  sandbox.channel.destroy();
  return exit;
}

function describeExit(exit: SandboxExit): string {
  if (exit.reason === 'out_of_memory') return `ran out of memory (${BUILD_LIMITS.memoryMb} MiB)`;
  if (exit.reason === 'exited') return `failed with exit code ${exit.code}`;
  return `was ended by ${exit.signal ?? 'a signal'}`;
}
