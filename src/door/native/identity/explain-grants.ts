import type { Explanation } from '../../../govern/identity/identity.ts';
import type { GrantAccess, GrantKind } from '../../../model/grant.ts';
import { allows } from '../../../model/grant.ts';
import { kindOf } from '../../../model/permission.ts';

/** What a function may be granted, of each kind. What is not here, such as deleting a function, no grant is about. */
const ACCESSES: Readonly<Record<string, readonly string[]>> = {
  bucket: ['read', 'write', 'manage'],
  queue: ['send', 'receive', 'manage'],
  topic: ['publish', 'manage'],
  kv: ['read', 'write', 'manage'],
  function: ['invoke'],
};

/**
 * Why a function may touch a service or invoke another function, or not: by its own grants and those of its execution role, which roles of people know
 * nothing of. `undefined` where grants do not decide it.
 */
export function explainGrants(
  caller: string,
  { action, resource }: Pick<Explanation, 'action' | 'resource'>,
  grants: readonly string[],
): Pick<Explanation, 'allowed' | 'reason' | 'needed'> | undefined {
  const kind = kindOf(action);
  const access = action.slice(kind.length + 1);
  if (ACCESSES[kind]?.includes(access) !== true || kindOf(resource) !== kind) return undefined;
  const name = resource.slice(kind.length + 1);
  const grant = grants.find((each) => allows([each], kind as GrantKind, name, access as GrantAccess));
  if (grant !== undefined)
    return { allowed: true, reason: `its grant ${grant} allows it, its own or that of its execution role` };
  const wanted = access === 'manage' ? resource : `${resource}:${access}`;
  return {
    allowed: false,
    reason: `no grant of ${caller} or of its execution role allows it`,
    needed: `the grant ${wanted}: fob set ${caller} --grant ${wanted}, beside those that it has`,
  };
}
