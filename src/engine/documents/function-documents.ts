import type { FunctionDocument, StoredFunction } from '../../model/function.ts';
import type { Registry } from '../../store/registry.ts';

/** Where function documents stand in the registry. */
export const FUNCTION_PREFIX = 'function/';

/** The function of a name as the registry has it now. */
export async function readFunction(registry: Registry, name: string): Promise<StoredFunction | undefined> {
  const entry = await registry.get<FunctionDocument>(FUNCTION_PREFIX + name);
  return entry === undefined ? undefined : { document: entry.value, revision: entry.revision };
}

/**
 * To be asked after a document that belongs to a function was made: false where the function was removed meanwhile, and then the document is
 * gone again. Whoever removes a function looks for what belongs to it afterwards, so that one of both sees it.
 */
export async function ownerStands(
  registry: Registry,
  { id, name }: Pick<FunctionDocument, 'id' | 'name'>,
  made: { readonly key: string; readonly revision: number },
): Promise<boolean> {
  const owner = await registry.get<FunctionDocument>(FUNCTION_PREFIX + name);
  if (owner?.value.id === id) return true;
  // Where it does not stand at that revision, somebody has removed or replaced it already.
  await registry.delete(made.key, made.revision).catch(() => false);
  return false;
}
