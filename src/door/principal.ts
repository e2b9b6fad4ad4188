import type { IncomingMessage } from 'node:http';
import { allows, type GrantAccess, type GrantKind } from '../model/grant.ts';
import { Problem } from '../model/problem.ts';

/** Who asks. The node's own clients may do everything; a function or an access key what it was granted. */
export interface Principal {
  readonly name: string;
  readonly grants: readonly string[] | 'all';
}

const OPERATOR: Principal = { name: 'operator', grants: 'all' };
const principals = new WeakMap<IncomingMessage, Principal>();

/** Says who a request is from; without it, it is from the node's operator. */
export function setPrincipal(req: IncomingMessage, principal: Principal): void {
  principals.set(req, principal);
}

export function principalOf(req: IncomingMessage): Principal {
  return principals.get(req) ?? OPERATOR;
}

/** Throws `forbidden` where whoever asks was not granted this. */
export function authorize(req: IncomingMessage, kind: GrantKind, name: string, access: GrantAccess): void {
  const { grants, name: who } = principalOf(req);
  if (grants === 'all' || allows(grants, kind, name, access)) return;
  throw new Problem(
    'forbidden',
    `${who} may not ${access} the ${kind} '${name}': it needs the grant '${kind}:${name}:${access}'`,
  );
}
