import type { StoredFunction } from '../../model/function.ts';
import { kindOf } from '../../model/permission.ts';
import type { ResourceAttributes } from '../../model/rule.ts';

/** Finds a function by its name or id, from memory. */
export type FunctionLookup = (nameOrId: string) => StoredFunction | undefined;

/** Where it is looked up whose something is, from memory. */
export interface Owners {
  readonly functionOf: FunctionLookup;
  /** Whose an execution role is, by its name; `undefined` where there is none. */
  readonly ownerOfRole: (name: string) => string | undefined;
  /** Whether there is a user or a team of this name. */
  readonly has: (name: string) => boolean;
  /** Names of users and teams that begin so. */
  readonly beginning: (text: string) => readonly string[];
}

/**
 * What rules go by, besides the name, and the name itself in one form only: a function may be asked for by its id, or with a
 * version or an alias, and rules speak of its name.
 *
 * A function's owner is what it says, and so is an execution role's. Services say nothing of the kind: they belong to the user or team whose name theirs
 * begins with, up to a hyphen or a full stop; to the longest such name, so that `shop-eu-orders` is of `shop-eu` and not of `shop`.
 * All that begin alike, as a grant may mean by `shop-*`, are nobody's where some of them would be somebody else's.
 */
export function identifyResource(
  resource: string,
  { functionOf, ownerOfRole, has, beginning }: Owners,
): { resource: string; attributes: ResourceAttributes; exists: boolean } {
  const kind = kindOf(resource);
  const rest = resource.slice(kind.length + 1);
  if (kind === 'function') {
    const colon = rest.indexOf(':');
    const asked = colon === -1 ? rest : rest.slice(0, colon);
    const known = functionOf(asked);
    if (known === undefined) return { resource: `function:${asked}`, attributes: {}, exists: false };
    const { name, config } = known.document;
    return { resource: `function:${name}`, attributes: { owner: config.owner, tags: config.tags }, exists: true };
  }
  if (kind === 'execution-role') {
    const owner = ownerOfRole(rest);
    return { resource, attributes: owner === undefined ? {} : { owner }, exists: owner !== undefined };
  }
  for (let end = rest.length; end > 0; end = Math.max(rest.lastIndexOf('-', end - 1), rest.lastIndexOf('.', end - 1))) {
    const name = rest.slice(0, end);
    if (!has(name)) continue;
    const isShared = rest.endsWith('*') && beginning(rest.slice(0, -1)).length > 0;
    return { resource, attributes: isShared ? {} : { owner: name }, exists: true };
  }
  return { resource, attributes: {}, exists: true };
}
