import type { FunctionDocument } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { ALIAS_PREFIX } from './alias-documents.ts';
import { FUNCTION_PREFIX } from './function-documents.ts';
import { REPORT_PREFIX } from './reports.ts';
import { TEST_EVENT_PREFIX } from './test-events.ts';
import { VERSION_PREFIX } from './version-documents.ts';

/** Says that a function is being removed, so that what belongs to it goes even where the node dies in between. */
const REMOVING_PREFIX = 'removing/';

type Owner = Pick<FunctionDocument, 'id' | 'name'>;

/** Removes a function, its versions, aliases, reports and test events. False where it was gone already; rejects with `conflict` as the registry does. */
export async function removeFunction(registry: Registry, owner: Owner, expectedRevision?: number): Promise<boolean> {
  const { id, name } = owner;
  const key = REMOVING_PREFIX + name;
  await registry.put(key, { id, name });
  try {
    const removed = await registry.delete(FUNCTION_PREFIX + name, expectedRevision);
    await removeBelongings(registry, owner);
    return removed;
  } finally {
    await registry.delete(key);
  }
}

/** Ends the removals that a node which died has begun. */
export async function finishRemovals(registry: Registry): Promise<void> {
  for (const { key, value } of await registry.list<Owner>(REMOVING_PREFIX)) {
    const current = await registry.get<FunctionDocument>(FUNCTION_PREFIX + value.name);
    if (current?.value.id !== value.id) await removeBelongings(registry, value);
    await registry.delete(key);
  }
}

async function removeBelongings(registry: Registry, { id, name }: Owner): Promise<void> {
  for (const prefix of [ALIAS_PREFIX, VERSION_PREFIX, REPORT_PREFIX, TEST_EVENT_PREFIX]) {
    for (;;) {
      const entries = await registry.list<{ functionId: string }>(`${prefix}${name}/`);
      const own = entries.filter(({ value }) => value.functionId === id);
      if (own.length === 0) break;
      // One that somebody has changed meanwhile is looked at again: it may belong to a new function.
      await Promise.all(own.map((entry) => registry.delete(entry.key, entry.revision).catch(ignoreConflict)));
    }
  }
}

function ignoreConflict(error: unknown): void {
  if (!(error instanceof Problem && error.code === 'conflict')) throw error;
}
