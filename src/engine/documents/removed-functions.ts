import type { FunctionDocument } from '../../model/function.ts';
import { REMOVED_PREFIX, type RemovedFunction } from '../../model/removed-function.ts';
import type { Registry } from '../../store/registry.ts';

/** So many are remembered, those that were removed last. */
const MAX_REMEMBERED = 10_000;

/** Remembers whose a function was that is about to be removed. Of one that is there all the same, nobody asks. */
export async function rememberRemoved(registry: Registry, fn: FunctionDocument, nowMs: number): Promise<void> {
  const { owner, tags } = fn.config;
  const removed: RemovedFunction = { owner, tags, removedAtMs: nowMs };
  await registry.put(REMOVED_PREFIX + fn.name, removed);
}

/** Forgets those that were removed before this time, when the last of their records are gone, too. */
export async function forgetRemoved(registry: Registry, beforeMs: number): Promise<void> {
  const newestFirst = (await registry.list<RemovedFunction>(REMOVED_PREFIX)).sort(
    (one, other) => other.value.removedAtMs - one.value.removedAtMs,
  );
  const gone = newestFirst.filter(({ value }, at) => value.removedAtMs < beforeMs || at >= MAX_REMEMBERED);
  // One that was removed again meanwhile stands at another revision, and stays.
  await Promise.all(gone.map(({ key, revision }) => registry.delete(key, revision).catch(() => false)));
}
