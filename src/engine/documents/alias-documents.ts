import type { AliasDocument, StoredAlias } from '../../model/alias.ts';
import type { FunctionDocument } from '../../model/function.ts';
import { Problem } from '../../model/problem.ts';
import type { Registry } from '../../store/registry.ts';
import { ownerStands } from './function-documents.ts';

/** Where aliases stand in the registry: `alias/<function>/<name>`. */
export const ALIAS_PREFIX = 'alias/';

const MAX_ATTEMPTS = 64;

type Owner = Pick<FunctionDocument, 'id' | 'name'>;

export function aliasKey(name: string, alias: string): string {
  return `${ALIAS_PREFIX}${name}/${alias}`;
}

/** An alias as the registry has it now; one of an earlier function of the name counts as absent. */
export async function readAlias(registry: Registry, owner: Owner, alias: string): Promise<StoredAlias | undefined> {
  const entry = await registry.get<AliasDocument>(aliasKey(owner.name, alias));
  return entry?.value.functionId === owner.id ? { document: entry.value, revision: entry.revision } : undefined;
}

export async function listAliases(registry: Registry, owner: Owner): Promise<StoredAlias[]> {
  const entries = await registry.list<AliasDocument>(`${ALIAS_PREFIX}${owner.name}/`);
  return entries
    .filter(({ value }) => value.functionId === owner.id)
    .map(({ value, revision }) => ({ document: value, revision }));
}

/**
 * Writes what `change` makes of an alias by compare-and-set, asked again where somebody else was faster. What `change` throws
 * is passed on, and nothing is written.
 */
export async function changeAlias(
  registry: Registry,
  owner: Owner,
  alias: string,
  change: (current: StoredAlias | undefined) => AliasDocument | Promise<AliasDocument>,
): Promise<StoredAlias> {
  const key = aliasKey(owner.name, alias);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const entry = await registry.get<AliasDocument>(key);
    const current =
      entry?.value.functionId === owner.id ? { document: entry.value, revision: entry.revision } : undefined;
    const document = await change(current);
    if (current !== undefined && document === current.document) return current;
    try {
      const revision = await registry.put(key, document, entry?.revision ?? 0);
      if (current !== undefined || (await ownerStands(registry, owner, { key, revision })))
        return { document, revision };
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'conflict')) throw error;
      continue;
    }
    throw new Problem('not_found', `the function "${owner.name}" was removed meanwhile`);
  }
  throw new Problem('conflict', `too many writers change the alias "${alias}" at once: try again`);
}

export function noAlias(name: string, alias: string): Problem {
  return new Problem(
    'not_found',
    `the function "${name}" has no alias "${alias.slice(0, 64)}": fob alias list ${name} shows those that it has`,
    { details: { name, alias: alias.slice(0, 64) } },
  );
}
