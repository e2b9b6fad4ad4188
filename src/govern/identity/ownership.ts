import type { StoredFunction } from '../../model/function.ts';
import { kindOf } from '../../model/permission.ts';
import type { ResourceAttributes } from '../../model/rule.ts';

/** Finds a function by its name or id, from memory. */
export type FunctionLookup = (nameOrId: string) => StoredFunction | undefined;

/**
 * What rules go by, besides the name, and the name itself in one form only: a function may be asked for by its id, or with a
 * version or an alias, and rules speak of its name.
 *
 * A function's owner is what it says. Services say nothing of the kind: they belong to the user or team whose name theirs
 * begins with, up to a hyphen or a full stop; to the longest such name, so that `shop-eu-orders` is of `shop-eu` and not of `shop`.
 */
export function identifyResource(
  resource: string,
  functionOf: FunctionLookup,
  isOwner: (name: string) => boolean,
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
  for (let end = rest.length; end > 0; end = Math.max(rest.lastIndexOf('-', end - 1), rest.lastIndexOf('.', end - 1))) {
    const name = rest.slice(0, end);
    if (isOwner(name)) return { resource, attributes: { owner: name }, exists: true };
  }
  return { resource, attributes: {}, exists: true };
}
